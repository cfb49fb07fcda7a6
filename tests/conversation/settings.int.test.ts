import { beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../support/phone.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
let town: Town;
beforeAll(async () => {
  const topics = [
    { code: 'farm', name: '农事' },
    { code: 'job', name: '招工' },
    { code: 'health', name: '体检' },
  ];
  town = await startTown({ uri, town: { topics } });
});

/** A follower who has chosen the first village and is asked for topics. */
async function asked(): Promise<Phone> {
  const phone = await town.resident({ follow: false });
  await phone.follow();
  await phone.text('订阅');
  const reply = await phone.text('1');
  expect(reply).toContain('示例一村');
  expect(reply).toContain('2 招工');
  return phone;
}

const membersOf = async (code: string): Promise<number> => {
  const dispatcher = await town.staff('dispatcher', 'dzb');
  const { topics } = await dispatcher.get<{ topics: { code: string; count: number }[] }>('/subscribers/summary');
  return topics.find((topic) => topic.code === code)?.count ?? -1;
};

describe('订阅 in a town with topics', () => {
  it('takes several by number, in any way of writing them', async () => {
    const phone = await asked();
    expect(await phone.text('1、三')).toContain('农事、体检');
    expect(await membersOf('farm')).toBe(1);
    expect(await membersOf('job')).toBe(0);
    expect(await membersOf('health')).toBe(1);
  });

  it('takes 0 for none, and asks again for a number that stands nowhere', async () => {
    const phone = await asked();
    const wrong = await phone.text('1 9');
    expect(wrong).toContain('比如：1');
    expect(wrong).toContain('取消');
    expect(await phone.text('9')).toContain('12345');
    expect(await phone.text('0')).toContain('不加别的消息');
    expect(await phone.text('1')).toContain('没有看懂');
  });
});
