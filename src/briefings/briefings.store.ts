import { type Connection, type Model, type QueryFilter, Types } from 'mongoose';
import { AppError, statesAllowing } from '../kernel/index.ts';
import type { Lease } from '../platform/jobs/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { type Briefing, BRIEFING_MOVES, type BriefingMove, type BriefingStatus } from './briefing.ts';
import { NO_PUSH_LEFT } from './push-outcome.ts';
import { type BriefingRow, briefingModel, toBriefing } from './briefing-model.store.ts';

/** What one write may change; `rev` and `updatedAt` follow by themselves. */
export type BriefingChange = Partial<Omit<Briefing, 'id' | 'rev' | 'createdAt' | 'updatedAt'>>;

export type NewBriefing = Pick<Briefing, 'title' | 'articleIds' | 'audience' | 'composers'>;

export type BriefingsStore = ReturnType<typeof createBriefingsStore>;

/** States that a push sweep works on. */
const AT_WORK: BriefingStatus[] = [...statesAllowing(BRIEFING_MOVES, 'claim'), 'pushing', 'unknown'];

/** The `briefings` collection. Every change is conditional on the `rev` that was read, so no two writers mix. */
export function createBriefingsStore(connection: Connection) {
  const rows = briefingModel(connection);

  return {
    async insert(briefing: NewBriefing, now: Date, tx: Tx): Promise<Briefing> {
      const [made] = await rows.create(
        [{ ...briefing, status: 'draft', rev: 1, createdAt: now, updatedAt: now, pastBatches: [], deletions: [] }],
        { session: tx },
      );
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

    ...dueReads(rows),
    ...planReads(rows),
  };
}

function dueReads(rows: Model<BriefingRow>) {
  const free = (now: Date): QueryFilter<BriefingRow> => ({
    nextAt: { $lte: now },
    $or: [{ lease: null }, { 'lease.until': { $lte: now } }],
  });
  const firstOf = async (statuses: BriefingStatus[], now: Date): Promise<Briefing | null> => {
    const row = await rows
      .findOne({ status: { $in: statuses }, ...free(now) })
      .sort({ nextAt: 1 })
      .lean<BriefingRow>()
      .exec();
    return row && toBriefing(row);
  };
  return {
    /** One briefing whose push has something to do now and that nobody holds. */
    duePush: async (now: Date) => firstOf(AT_WORK, now),

    /** One accepted push whose result is to be asked for. */
    duePoll: async (now: Date) => firstOf(['submitted_to_platform'], now),

    /** Takes an accepted push for asking; null where it changed since it was read. */
    async lease(seen: Briefing, lease: Lease, now: Date): Promise<Briefing | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: new Types.ObjectId(seen.id), rev: seen.rev },
          { $set: { lease, updatedAt: now }, $inc: { rev: 1 } },
          { returnDocument: 'after' },
        )
        .lean<BriefingRow>()
        .exec();
      return row && toBriefing(row);
    },

    async byMsgId(msgId: string): Promise<Briefing | null> {
      const row = await rows.findOne({ 'batch.msgId': msgId }).lean<BriefingRow>().exec();
      return row && toBriefing(row);
    },

    /** Batches of which the platform may know more than we do: attempted, without a msg_id of ours. At most `limit`. */
    async openBatches(limit: number): Promise<Briefing[]> {
      const found = await rows
        .find({ 'batch.status': { $in: ['sending', 'unknown'] }, 'batch.msgId': null })
        .limit(limit)
        .lean<BriefingRow[]>()
        .exec();
      return found.map(toBriefing);
    },
  };
}

function planReads(rows: Model<BriefingRow>) {
  return {
    /** Briefings that use, or will use, a push between the two instants: by when it was accepted, before that by plan. */
    async planned(from: Date, to: Date, tx?: Tx): Promise<Briefing[]> {
      const found = await rows
        .find(
          {
            $or: [
              { status: { $in: ['scheduled', 'pushing', 'unknown'] }, sendAt: { $gte: from, $lt: to } },
              {
                status: { $in: ['submitted_to_platform', 'delivered'] },
                'batch.acceptedAt': { $gte: from, $lt: to },
              },
            ],
          },
          null,
          tx ? { session: tx } : {},
        )
        .lean<BriefingRow[]>()
        .exec();
      return found.map(toBriefing);
    },

    /** Did the platform say between the two instants that no push is left (45028)? */
    async refusedBetween(from: Date, to: Date): Promise<boolean> {
      const found = await rows
        .findOne({ status: 'scheduled', 'hold.errcode': NO_PUSH_LEFT, 'hold.at': { $gte: from, $lt: to } }, { _id: 1 })
        .lean<{ _id: Types.ObjectId }>()
        .exec();
      return found !== null;
    },

    /** What a person may have to look at: due or held, under way, without a result. At most 100, oldest time first. */
    async underWay(now: Date): Promise<Briefing[]> {
      const found = await rows
        .find({
          $or: [
            { status: { $in: ['pushing', 'unknown', 'submitted_to_platform'] } },
            { status: 'scheduled', sendAt: { $lte: now } },
            { status: 'scheduled', hold: { $ne: null } },
          ],
        })
        .sort({ sendAt: 1 })
        .limit(100)
        .lean<BriefingRow[]>()
        .exec();
      return found.map(toBriefing);
    },
  };
}

/** Refuses a move that the table does not have, in words. */
export function assertMove(briefing: Briefing, move: BriefingMove): BriefingStatus {
  const next = BRIEFING_MOVES[briefing.status][move];
  if (next === undefined) throw new AppError('wrong_state', { details: { status: briefing.status, move } });
  return next;
}
