import { describe, expect, it } from 'vitest';
import { createDanger } from '../../../src/conversation/understanding/index.ts';
import { loadConfig } from '../../../src/platform/config/index.ts';
import { environment } from '../../support/office.ts';
import { DANGERS, NO_DANGERS } from './dangers.ts';

const { understanding, town } = loadConfig(environment());
const danger = createDanger(understanding.emergency, town.emergencyWords);

describe('danger', () => {
  it.each(DANGERS)('%s', (text) => expect(danger(text)).toBeDefined());
  it.each(NO_DANGERS)('none: %s', (text) => expect(danger(text)).toBeUndefined());

  it.each([
    ['我不想活了', 'despair'],
    ['老人走丢了', 'lost'],
    ['天然气漏了，一屋子味', 'gas'],
    ['着火了', 'fire'],
  ])('%s is %s: it gets its own words', (text, kind) => expect(danger(text)).toBe(kind));

  it('is the same with smileys, blanks and traditional characters', () => {
    for (const text of ['着 火 了', '着火了[大哭]', '著火了', '煤氣洩漏了', '🔥着火了🔥'])
      expect([text, danger(text)]).not.toEqual([text, undefined]);
  });

  it('knows the words of a town beside them', () => {
    const own = createDanger(understanding.emergency, ['响水坝']);
    expect(own('响水坝不对劲')).toBeDefined();
    expect(danger('响水坝不对劲')).toBeUndefined();
  });
});
