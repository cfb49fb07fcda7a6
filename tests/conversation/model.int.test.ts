import { fc } from '../support/fast-check.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { startTown, type Town } from '../support/town.ts';
import { Follower, type Act } from './model.ts';

/** Sequences in all; CHAT_SEQUENCES=2000 for a long run. */
const SEQUENCES = Number(process.env['CHAT_SEQUENCES'] ?? 60);
/** Residents at the same time, in step, so that the clock can be moved for all of them. */
const AT_ONCE = 6;

const { uri } = testDatabase();
let town: Town;
let staff: StaffClient;
beforeAll(async () => {
  town = await startTown({ uri, limits: { sessionHours: 100_000 } });
  staff = await town.staff('dispatcher', 'dzb');
});

const sweep = async (): Promise<void> => {
  for (const name of ['inbox.spool', 'inbox.abandoned', 'inbox.late', 'notices.send']) await town.sweep(name);
};

const WORDS = [
  '1',
  '2',
  '３',
  '0',
  '99',
  '投诉',
  '完成',
  '确认',
  '跳过',
  '取消',
  '查询',
  '帮助',
  '订阅',
  '谢谢',
  '好的',
  '重办',
];
const KEYS = ['COMPLAINT_NEW', 'COMPLAINT_MINE', 'LATEST', 'SETTINGS', 'HELP', 'CATEGORY_cw_shjz'];
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Act>({ kind: 'next' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      text: fc.constantFrom(...WORDS, '13800001111', '低保'),
      copies: fc.constantFrom(1 as const, 1 as const, 2 as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('tell' as const),
      length: fc.constantFrom('short' as const, 'long' as const, 'long' as const, 'urgent' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('media' as const),
      type: fc.constantFrom('image' as const, 'voice' as const, 'location' as const, 'sticker' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('click' as const), key: fc.constantFrom(...KEYS) }) },
);
const LENGTH = 16;
const sequence = fc.array(act, { minLength: LENGTH, maxLength: LENGTH });
const between = fc.array(
  fc.oneof(
    { weight: 24, arbitrary: fc.constant('nothing' as const) },
    { weight: 3, arbitrary: fc.constant('half an hour' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
  { minLength: LENGTH, maxLength: LENGTH },
);

describe('any sequence of messages, clicks, media, pauses, restarts and doubled deliveries', () => {
  it(
    'loses no promised word, gives a ticket only for 确认, answers once, and 取消 always works',
    async () => {
      let tickets = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(sequence, { minLength: AT_ONCE, maxLength: AT_ONCE }),
          between,
          async (all, pauses) => {
            const now = (): number => town.clock.now().getTime();
            const people = await Promise.all(
              all.map(async () => new Follower(await town.resident(), staff, now, sweep)),
            );
            for (const [i, pause] of pauses.entries()) {
              await Promise.all(people.map((person, at) => person.act(all[at]?.[i] ?? { kind: 'next' })));
              if (pause === 'half an hour') town.clock.move(31 * 60_000);
              if (pause === 'restart') await town.restart();
            }
            await Promise.all(people.map((person) => person.end()));
            tickets += people.reduce((sum, person) => sum + person.ticketCount, 0);
          },
        ),
        { numRuns: Math.ceil(SEQUENCES / AT_ONCE), endOnFailure: true },
      );
      // A model whose residents never get to a ticket would prove nothing.
      expect(tickets).toBeGreaterThan(SEQUENCES / AT_ONCE);
    },
    SEQUENCES * 2_000,
  );
});
