import { type Connection, type Model, Schema } from 'mongoose';
import { type CollectionManifest, isDuplicateKey, type Tx } from '../platform/mongo/index.ts';
import type { CopyrightResult } from '../wechat/index.ts';
import type { PushCounts } from './push.ts';

/** What of the platform's finding is kept: which article, and of whom. */
export type Reprint = Pick<CopyrightResult, 'index' | 'auditState' | 'originalUrl' | 'canReprint'>;

/** MASSSENDJOBFINISH as it came, kept whether or not we know the push: it may be faster than the answer to our call. */
export interface FinishEvent {
  /** The platform's MsgID. */
  readonly _id: string;
  readonly status: string;
  readonly succeeded: boolean;
  readonly counts: PushCounts;
  /** Articles in the push, where the event lists them. */
  readonly articles: number | null;
  /** What the platform found of articles that it takes for reprints; absent in events kept before it was asked. */
  readonly copyright?: readonly Reprint[];
  readonly arrivedAt: Date;
  /** The briefing whose push it told of; null while none is known. */
  readonly briefingId: string | null;
}

/** Kept as long as somebody may ask what the platform said. */
const KEEP_SECONDS = 400 * 86_400;

export const finishEventsCollection: CollectionManifest = {
  name: 'mass_finish_events',
  indexes: [
    { name: 'unmatched', key: { briefingId: 1, arrivedAt: 1 } },
    { name: 'expire', key: { arrivedAt: 1 }, expireAfterSeconds: KEEP_SECONDS },
  ],
};

const count = { type: Number, required: true };
const schema = new Schema<FinishEvent>(
  {
    _id: { type: String, required: true },
    status: { type: String, required: true },
    succeeded: { type: Boolean, required: true },
    counts: { type: new Schema({ total: count, filtered: count, sent: count, failed: count }, { _id: false }) },
    articles: { type: Number, default: null },
    copyright: {
      type: [
        new Schema(
          {
            index: count,
            auditState: Number,
            originalUrl: String,
            canReprint: { type: Boolean, required: true },
          },
          { _id: false, strict: 'throw' },
        ),
      ],
      default: undefined,
    },
    arrivedAt: { type: Date, required: true },
    briefingId: { type: String, default: null },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'mass_finish_events' },
);

export type FinishEventsStore = ReturnType<typeof createFinishEventsStore>;

export function createFinishEventsStore(connection: Connection) {
  const rows: Model<FinishEvent> =
    connection.models['MassFinishEvent'] ?? connection.model<FinishEvent>('MassFinishEvent', schema);
  return {
    /** Keeps the first event of a MsgID; a repeat changes nothing. */
    async keep(event: FinishEvent): Promise<void> {
      const { _id, ...rest } = event;
      try {
        await rows.updateOne({ _id }, { $setOnInsert: rest }, { upsert: true, setDefaultsOnInsert: false }).exec();
      } catch (error) {
        // Two deliveries of one event at once.
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async find(msgId: string): Promise<FinishEvent | null> {
      return rows.findById(msgId).lean<FinishEvent>().exec();
    },
    /** Events since `since` of which no briefing is known, oldest first. */
    async unmatched(since: Date): Promise<FinishEvent[]> {
      return rows
        .find({ briefingId: null, arrivedAt: { $gte: since } })
        .sort({ arrivedAt: 1 })
        .limit(50)
        .lean<FinishEvent[]>()
        .exec();
    },
    /** It told of another push after all. */
    async free(msgId: string | null, tx: Tx): Promise<void> {
      if (msgId !== null) await rows.updateOne({ _id: msgId }, { $set: { briefingId: null } }, { session: tx }).exec();
    },
    async match(msgId: string, briefingId: string, tx: Tx): Promise<void> {
      await rows.updateOne({ _id: msgId }, { $set: { briefingId } }, { session: tx }).exec();
    },
  };
}
