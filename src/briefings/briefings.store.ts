import { type Connection, Types } from 'mongoose';
import { AppError } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { type Briefing, BRIEFING_MOVES, type BriefingMove, type BriefingStatus } from './briefing.ts';
import { type BriefingRow, briefingModel, toBriefing } from './briefing-model.store.ts';

/** What one write may change; `rev` and `updatedAt` follow by themselves. */
export type BriefingChange = Partial<Omit<Briefing, 'id' | 'rev' | 'createdAt' | 'updatedAt'>>;

export type NewBriefing = Pick<Briefing, 'title' | 'articleIds' | 'audience' | 'composers'>;

export type BriefingsStore = ReturnType<typeof createBriefingsStore>;

/** The `briefings` collection. Every change is conditional on the `rev` that was read, so no two writers mix. */
export function createBriefingsStore(connection: Connection) {
  const rows = briefingModel(connection);

  return {
    async insert(briefing: NewBriefing, now: Date, tx: Tx): Promise<Briefing> {
      const [made] = await rows.create([{ ...briefing, status: 'draft', rev: 1, createdAt: now, updatedAt: now }], {
        session: tx,
      });
      if (made === undefined) throw new Error('MongoDB returned no inserted briefing');
      return toBriefing(made.toObject<BriefingRow>());
    },

    async find(id: string, tx?: Tx): Promise<Briefing | null> {
      const row = await rows
        .findById(new Types.ObjectId(id), null, tx ? { session: tx } : {})
        .lean<BriefingRow>()
        .exec();
      return row && toBriefing(row);
    },

    async statuses(ids: readonly string[]): Promise<ReadonlyMap<string, BriefingStatus>> {
      const found = await rows
        .find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, { status: 1 })
        .lean<Pick<BriefingRow, '_id' | 'status'>[]>()
        .exec();
      return new Map(found.map(({ _id, status }) => [_id.toHexString(), status]));
    },

    /** Newest first; `before` is the last id of the page before. */
    async list(filter: {
      status?: BriefingStatus;
      articleId?: string;
      before?: string;
      limit: number;
    }): Promise<Briefing[]> {
      const found = await rows
        .find({
          ...(filter.status === undefined ? {} : { status: filter.status }),
          ...(filter.articleId === undefined ? {} : { articleIds: filter.articleId }),
          ...(filter.before === undefined ? {} : { _id: { $lt: new Types.ObjectId(filter.before) } }),
        })
        .sort({ _id: -1 })
        .limit(filter.limit)
        .lean<BriefingRow[]>()
        .exec();
      return found.map(toBriefing);
    },

    /** Writes `change` where the briefing is still as `seen`; null where somebody else wrote first. */
    async change(
      seen: Pick<Briefing, 'id' | 'rev'>,
      change: BriefingChange,
      now: Date,
      tx?: Tx,
    ): Promise<Briefing | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: new Types.ObjectId(seen.id), rev: seen.rev },
          { $set: { ...change, updatedAt: now }, $inc: { rev: 1 } },
          { returnDocument: 'after', ...(tx ? { session: tx } : {}) },
        )
        .lean<BriefingRow>()
        .exec();
      return row && toBriefing(row);
    },
  };
}

/** Refuses a move that the table does not have, in words. */
export function assertMove(briefing: Briefing, move: BriefingMove): BriefingStatus {
  const next = BRIEFING_MOVES[briefing.status][move];
  if (next === undefined) throw new AppError('wrong_state', { details: { status: briefing.status, move } });
  return next;
}
