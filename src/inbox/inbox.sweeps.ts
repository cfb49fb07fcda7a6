import { isConnected, type Connection } from '../platform/mongo/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Breaker } from './breaker.ts';
import type { InboxStore } from './inbox.store.ts';
import type { Delivery, Intake } from './intake.ts';
import type { InboxRow, Outcome } from './row.ts';
import type { Spool } from './spool.ts';
import { PlayedTooEarly, type SpoolLine } from './spool-file.ts';

/** Rows that one wake-up takes. */
const BATCH = 50;

interface SweepDeps {
  readonly connection: Connection;
  readonly store: InboxStore;
  readonly intake: Intake;
  readonly breaker: Breaker;
  readonly spool: Spool;
  readonly oweLate: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  readonly oweLateApart: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What mends the mailbox: crashed claims, lost finishes, late replies and the spool. */
export function createInboxSweeps(deps: SweepDeps): Sweep[] {
  const { store, intake, spool, breaker, clock, log } = deps;

  const tellLate = async (key: string, openid: string, { reply, apart }: Outcome): Promise<void> => {
    if (reply) await (apart ? deps.oweLateApart : deps.oweLate)({ key: `late:${key}`, openid, reply });
  };

  const play = async ({ key, message, receivedAt }: SpoolLine): Promise<void> => {
    let durable = false;
    const delivery: Delivery = {
      key,
      message,
      receivedAt: new Date(receivedAt),
      source: 'spool',
      late: true,
      onDurable: () => {
        durable = true;
      },
    };
    try {
      await tellLate(key, message.openid, await intake.receive(delivery));
    } catch (cause) {
      // Where MongoDB took nothing the other lines need not be tried; a failed effect holds up its resident alone.
      throw durable ? cause : new PlayedTooEarly('MongoDB took nothing', { cause });
    }
  };

  /** 1 where it was done; a failure is logged and leaves the others alone. */
  const attempt = async <T>(item: T, work: (item: T) => Promise<boolean>): Promise<number> => {
    try {
      return (await work(item)) ? 1 : 0;
    } catch (err) {
      log.warn('inbox.sweep_failed', { err });
      return 0;
    }
  };

  const tell = async (row: InboxRow): Promise<boolean> => {
    await tellLate(row.key, row.openid, row);
    await store.setTellAt(row.key, null);
    return true;
  };

  return [
    {
      name: 'inbox.abandoned',
      everySeconds: 2,
      run: async () => {
        const keys = await store.expired(clock.now(), BATCH);
        // Side by side: one that waits for another holds nobody up.
        const done = await Promise.all(keys.map((key) => attempt(key, intake.finishAbandoned)));
        return sum(done);
      },
    },
    {
      name: 'inbox.late',
      everySeconds: 1,
      run: async () => {
        let told = 0;
        // One after another: a resident's notices keep the order of their messages.
        for (const row of await store.toTell(clock.now(), BATCH)) told += await attempt(row, tell);
        return told;
      },
    },
    {
      name: 'inbox.spool',
      everySeconds: 1,
      run: async () => (isConnected(deps.connection) && !breaker.isOpen() ? spool.replay(play) : 0),
    },
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
