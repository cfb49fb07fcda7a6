import type { Collection } from 'mongodb';
import { type Audited, NOTHING_FORGOTTEN, type Personal } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Connection, Tx } from '../platform/mongo/index.ts';
import type { ConversationDoc } from './conversations.store.ts';

const A_RUN = 500;
const DAY_MS = 86_400_000;

/**
 * A flow in progress (docs/promises.md#p5). It is in no export: it may be one of a tipoff (docs/promises.md#p8), and the resident sees it on the phone.
 */
export function createConversationPersonal(deps: {
  /** The work pool: what happens here happens together with other features. */
  connection: Connection;
  /** `retentionDays.conversations` */
  keepDays: number;
  clock: Clock;
}): Personal {
  const conversations = (): Collection<ConversationDoc> =>
    deps.connection.collection('conversations') as unknown as Collection<ConversationDoc>;

  const remove = async (tx: Tx, openid: string): Promise<void> => {
    await conversations().deleteOne({ _id: openid }, { session: tx });
  };
  const expire = async (audited: Audited): Promise<number> => {
    const before = new Date(deps.clock.now().getTime() - deps.keepDays * DAY_MS);
    // One with a flow is the conversation's own to drop, with a word to the resident.
    const silent = { touchedAt: null, noticesWaiting: { $ne: true }, updatedAt: { $lt: before } };
    const old = await conversations().find(silent).limit(A_RUN).project<{ _id: string }>({ _id: 1 }).toArray();
    if (old.length === 0) return 0;
    const which = { ...silent, _id: { $in: old.map(({ _id }) => _id) } };
    return audited(async (tx) => (await conversations().deleteMany(which, { session: tx })).deletedCount);
  };
  return {
    held: async () => ({}),
    cut: remove,
    forget: async (tx, { openid }) => {
      if (openid !== null) await remove(tx, openid);
      return NOTHING_FORGOTTEN;
    },
    expire: [{ sweep: 'people.expire', everySeconds: 3_600, run: expire }],
  };
}
