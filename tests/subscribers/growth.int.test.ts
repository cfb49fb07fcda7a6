import { beforeAll, describe, expect, it, vi } from 'vitest';
import { addChinaDays, chinaDate, chinaWeekday, startOfChinaDate } from '../../src/kernel/index.ts';
import { isoWeek } from '../../src/subscribers/growth.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

interface Growth {
  readonly weeks: readonly { week: string; from: string; follows: number; leaves: number | null }[];
  readonly leavesKnownFrom: string | null;
}

const { uri } = testDatabase();
const HOUR = 3_600_000;
let town: Town;
let leader: StaffClient;
const growth = (): Promise<Growth> => leader.get('/subscribers/growth');
/** Follows with an event, as on a phone. */
const follower = async (): Promise<Phone> => {
  const phone = await town.resident({ follow: false });
  await phone.follow();
  return phone;
};
const left = async (): Promise<number> =>
  town.app.mongo.work.collection('subscribers').countDocuments({ following: false });
const to = (at: Date): void => town.clock.move(at.getTime() - town.clock.now().getTime());

beforeAll(async () => {
  town = await startTown({ uri, limits: { sessionHours: 100_000 } });
  leader = await town.staff('leader');
});

describe('GET /subscribers/growth', () => {
  it.each([
    ['2026-01-05', '2026-W02'],
    ['2025-12-29', '2026-W01'],
    ['2026-12-28', '2026-W53'],
    ['2027-01-04', '2027-W01'],
  ])('names the week of Monday %s %s', (monday, week) => {
    expect(isoWeek(monday)).toBe(week);
  });

  it('counts who came by the week of China, and departures from the first count on', async () => {
    expect((await growth()).leavesKnownFrom).toBeNull();
    expect((await growth()).weeks).toHaveLength(26);
    expect((await growth()).weeks.every(({ leaves }) => leaves === null)).toBe(true);

    const today = chinaDate(town.clock.now());
    const monday = addChinaDays(today, ((8 - chinaWeekday(today)) % 7) + 7);
    // An hour before Monday of China, which is Sunday afternoon in UTC, and an hour after it.
    to(new Date(startOfChinaDate(monday).getTime() - HOUR));
    const early = [await follower(), await follower(), await follower()];
    to(new Date(startOfChinaDate(monday).getTime() + HOUR));
    await follower();
    await early[0]?.unfollow();
    await vi.waitFor(async () => expect(await left()).toBe(1));
    await town.sweep('subscribers.growth');
    await town.sweep('subscribers.growth');

    const { weeks, leavesKnownFrom } = await growth();
    expect(weeks.slice(-2).map(({ from, follows, leaves }) => ({ from, follows, leaves }))).toEqual([
      { from: addChinaDays(monday, -7), follows: 2, leaves: 0 },
      { from: monday, follows: 1, leaves: 1 },
    ]);
    expect(weeks.at(-1)?.week).toBe(isoWeek(monday));
    expect(weeks.at(-3)?.leaves).toBeNull();
    expect(leavesKnownFrom).toBe(addChinaDays(monday, -6));
  });

  it('keeps the number after the mark is gone, and nothing of a person', async () => {
    const before = (await growth()).weeks.at(-1);
    await town.app.mongo.work.collection('subscribers').deleteMany({ following: false });
    await town.sweep('subscribers.growth');
    expect((await growth()).weeks.at(-1)).toEqual(before);
    const days = await town.app.mongo.work.collection('subscriber_days').find().toArray();
    for (const day of days) expect(Object.keys(day).toSorted()).toEqual(['_id', 'leaves']);
  });

  it('is not for those who plan no push', async () => {
    expect((await (await town.staff('clerk', 'mzb')).request('GET', '/subscribers/growth')).status).toBe(403);
  });
});
