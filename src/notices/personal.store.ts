import type { Collection } from 'mongodb';
import { type Audited, NOTHING_FORGOTTEN, type Personal } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Connection, Tx } from '../platform/mongo/index.ts';
import type { NoticeDoc } from './notices.store.ts';

/** Stands where an openid stood; the ticket's history of what was told stays. */
const NOBODY = '~';
const EMPTY = '…';
/** Nothing is done with these any more. */
const TOLD = ['sent', 'failed', 'seen'] as const;
const A_RUN = 500;
const DAY_MS = 86_400_000;

/** What we told residents, and what we still owe them (docs/promises.md#p5). */
export function createNoticesPersonal(deps: {
  connection: Connection;
  /** `retentionDays.notices` */
  keepDays: number;
  clock: Clock;
}): Personal {
  const notices = (): Collection<NoticeDoc> =>
    deps.connection.collection('notices') as unknown as Collection<NoticeDoc>;

  const cut = async (tx: Tx, openid: string): Promise<void> => {
    const givenUp = { state: 'failed' as const, failure: 'the resident has left', waiting: false };
    const owed = { openid, state: { $in: ['owed' as const, 'call_needed' as const] } };
    await notices().updateMany(owed, { $set: givenUp }, { session: tx });
    await notices().updateMany({ openid }, { $set: { openid: NOBODY } }, { session: tx });
  };
  const expire = async (audited: Audited): Promise<number> => {
    const before = new Date(deps.clock.now().getTime() - deps.keepDays * DAY_MS);
    const told = { state: { $in: [...TOLD] }, createdAt: { $lt: before }, text: { $ne: EMPTY } };
    const old = await notices().find(told).sort({ createdAt: 1 }).limit(A_RUN).project({ _id: 1 }).toArray();
    if (old.length === 0) return 0;
    const which = { ...told, _id: { $in: old.map(({ _id }) => _id as NoticeDoc['_id']) } };
    return audited(async (tx) => {
      const nobody = { $set: { openid: NOBODY, text: EMPTY } };
      return (await notices().updateMany(which, nobody, { session: tx })).modifiedCount;
    });
  };
  return {
    held: async ({ openid }) => {
      if (openid === null) return {};
      const found = await notices().find({ openid }).sort({ createdAt: 1 }).toArray();
      return { notices: found.map(({ createdAt, kind, text, state }) => ({ at: createdAt, kind, text, state })) };
    },
    cut,
    forget: async (tx, { openid, reference }) => {
      if (openid !== null) {
        await notices().updateMany({ openid }, { $set: { text: EMPTY } }, { session: tx });
        await cut(tx, openid);
      }
      if (reference !== null) {
        // What a clerk has yet to say by telephone is still owed.
        const told = { ticket: reference, state: { $in: [...TOLD] } };
        await notices().updateMany(told, { $set: { text: EMPTY, openid: NOBODY } }, { session: tx });
      }
      return NOTHING_FORGOTTEN;
    },
    expire: [{ sweep: 'people.expire', everySeconds: 3_600, run: expire }],
  };
}
