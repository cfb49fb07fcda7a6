import { type Connection, type QueryFilter, Types } from 'mongoose';
import { freeAt, heldBy, type Lease, renewed } from '../platform/lease/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { type PushRow, pushModel, toPush } from './push-model.store.ts';
import type { Push, PushState, StateName } from './push.ts';

/** What one write may change; `rev` and `updatedAt` follow by themselves. */
export type PushChange = Partial<
  Omit<Push, 'id' | 'briefingId' | 'carrier' | 'account' | 'rev' | 'createdAt' | 'updatedAt'>
>;

export type NewPush = Pick<
  Push,
  'briefingId' | 'carrier' | 'account' | 'title' | 'audience' | 'articleIds' | 'dueAt' | 'state' | 'nextAt'
>;

export type PushesStore = ReturnType<typeof createPushesStore>;

/** What a push sweep works on. */
const AT_WORK: readonly StateName[] = ['planned', 'preparing', 'stalled', 'sending', 'unknown'];
/** Before the carrier took it, a push belongs to the period of its plan. */
const PLANNED: readonly StateName[] = [...AT_WORK, 'held'];
const TAKEN: readonly StateName[] = ['accepted', 'delivered'];
/** Orders of which the carrier may know more than we do. */
const OPEN: readonly StateName[] = ['sending', 'unknown'];

/** The `pushes` collection. Every change is conditional on the `rev` that was read, so no two writers mix. */
export function createPushesStore(connection: Connection) {
  const rows = pushModel(connection);
  const find = async (filter: QueryFilter<PushRow>, { tx, sort, limit = 100 }: ReadOptions = {}): Promise<Push[]> => {
    const found = await rows
      .find(filter, null, tx ? { session: tx } : {})
      .sort(sort ?? { _id: 1 })
      .limit(limit)
      .lean<PushRow[]>()
      .exec();
    return found.map(toPush);
  };
  const first = async (filter: QueryFilter<PushRow>, options: ReadOptions = {}): Promise<Push | null> =>
    (await find(filter, { ...options, limit: 1 }))[0] ?? null;
  const due = async (states: readonly StateName[], now: Date): Promise<Push | null> =>
    first({ ...inStates(states), nextAt: { $lte: now }, ...freeAt(now) }, { sort: { nextAt: 1 } });

  return {
    async insert(push: NewPush, now: Date, tx: Tx): Promise<void> {
      await rows.create([{ ...push, rev: 1, createdAt: now, updatedAt: now, past: [], deletions: [] }], {
        session: tx,
      });
    },

    find: async (id: string): Promise<Push | null> => first({ _id: new Types.ObjectId(id) }),

    ofBriefing: async (briefingId: string, tx?: Tx): Promise<Push | null> =>
      first({ briefingId }, tx === undefined ? {} : { tx }),

    ofBriefings: async (briefingIds: readonly string[]): Promise<Push[]> =>
      find({ briefingId: { $in: [...briefingIds] } }, { limit: 1_000 }),

    /** Pushes with this article, newest first. */
    withArticle: async (articleId: string): Promise<Push[]> => find({ articleIds: articleId }, { sort: { _id: -1 } }),

    /** Writes `change` where the push is still as `seen`; null where somebody else wrote first. */
    async change(seen: Pick<Push, 'id' | 'rev'>, change: PushChange, now: Date, tx?: Tx): Promise<Push | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: new Types.ObjectId(seen.id), rev: seen.rev },
          { $set: { ...change, updatedAt: now }, $inc: { rev: 1 } },
          { returnDocument: 'after', ...(tx ? { session: tx } : {}) },
        )
        .lean<PushRow>()
        .exec();
      return row && toPush(row);
    },

    /** False where somebody else holds it now. Changes no `rev`: the holder's picture stays good. */
    async renew(id: string, lease: Lease): Promise<boolean> {
      const done = await rows
        .updateOne({ _id: new Types.ObjectId(id), ...heldBy(lease.by) }, renewed(lease.until))
        .exec();
      return done.matchedCount === 1;
    },

    /** One push that has something to do now and that nobody holds. */
    due: async (now: Date) => due(AT_WORK, now),

    /** One that the carrier took and whose result is to be asked for. */
    dueToAsk: async (now: Date) => due(['accepted'], now),

    byReceipt: async (receiptId: string): Promise<Push | null> => first({ 'state.receipt.id': receiptId }),

    /** At most `limit`. */
    open: async (limit: number): Promise<Push[]> => find(inStates(OPEN), { limit }),

    /** Pushes between the two instants: by when they were taken, before that by plan. */
    between: async (from: Date, to: Date, tx?: Tx): Promise<Push[]> =>
      find(
        {
          $or: [
            { ...inStates(PLANNED), dueAt: { $gte: from, $lt: to } },
            { ...inStates(TAKEN), 'state.receipt.acceptedAt': { $gte: from, $lt: to } },
          ],
        },
        { limit: 1_000, ...(tx === undefined ? {} : { tx }) },
      ),

    /** Did a carrier say between the two instants that no push is left? */
    refusedBetween: async (from: Date, to: Date): Promise<boolean> =>
      (await first({ ...inStates(['held']), 'state.why.at': { $gte: from, $lt: to } })) !== null,

    /** What a person may have to look at: due, waiting, under way, without a result. Oldest time first. */
    underWay: async (now: Date): Promise<Push[]> =>
      find(
        {
          $or: [
            inStates(['preparing', 'stalled', 'held', 'sending', 'unknown', 'accepted']),
            { ...inStates(['planned']), dueAt: { $lte: now } },
          ],
        },
        { sort: { dueAt: 1 } },
      ),
  };
}

interface ReadOptions {
  readonly tx?: Tx;
  readonly sort?: Record<string, 1 | -1>;
  readonly limit?: number;
}

const inStates = (states: readonly PushState['is'][]): QueryFilter<PushRow> => ({ 'state.is': { $in: [...states] } });
