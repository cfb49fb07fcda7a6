import { describe, expect, it } from 'vitest';
import { whySimilar } from '../../src/complaints/similar.ts';

const one = (ticket: string, words: string, places: { lat: number; lng: number }[] = []) => ({
  ticket,
  searchWords: words.split(' '),
  places,
});
const HERE = { lat: 35.43, lng: 106.33 };

describe('similar complaints', () => {
  it('share words', () => {
    expect(whySimilar(one('a', '村口 路灯 不亮 的'), one('b', '路灯 坏 村口 修'))).toBe('都说到：村口、路灯');
  });
  it('do not share one word only, nor words of one character', () => {
    expect(whySimilar(one('a', '村口 路灯'), one('b', '村口 停水 怎么'))).toBeNull();
    expect(whySimilar(one('a', '路 灯 坏 村口'), one('b', '路 灯 坏 停水'))).toBeNull();
  });
  it('do not share a few words of many', () => {
    const long = (extra: string) => `低保 申请 ${Array.from({ length: 8 }, (_, i) => `${extra}词${i}`).join(' ')}`;
    expect(whySimilar(one('a', long('甲')), one('b', long('乙')))).toBeNull();
  });
  it('are within 300 metres of each other', () => {
    const near = one('b', '', [{ lat: HERE.lat + 0.002, lng: HERE.lng }]);
    const far = one('c', '', [{ lat: HERE.lat + 0.003, lng: HERE.lng }]);
    expect(whySimilar(one('a', '', [HERE]), near)).toBe('地点相距约 220 米');
    expect(whySimilar(one('a', '', [HERE]), far)).toBeNull();
  });
  it('0,0 is no place, but what a phone says that knows none (case 35)', () => {
    expect(whySimilar(one('a', '', [{ lat: 0, lng: 0 }]), one('b', '', [{ lat: 0, lng: 0 }]))).toBeNull();
  });
  it('are never the complaint itself', () => {
    expect(whySimilar(one('a', '村口 路灯'), one('a', '村口 路灯'))).toBeNull();
  });
});
