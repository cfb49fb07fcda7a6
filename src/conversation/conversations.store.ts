import { Schema, type Connection } from 'mongoose';
import { AppError } from '../kernel/index.ts';
import { isConnected, isDuplicateKey, type CollectionManifest, type Tx } from '../platform/mongo/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Conversation, Flow } from './state.ts';

interface ConversationDoc {
  _id: string;
  rev: number;
  flow: Flow | null;
  applied: { key: string; reply: Reply | null }[];
  noticesWaiting: boolean;
  updatedAt: Date;
}

/** How many applied messages are remembered: far more than can be under way at once for one resident. */
const APPLIED_KEPT = 20;

export const conversationCollections: readonly CollectionManifest[] = [
  {
    name: 'conversations',
    indexes: [{ name: 'flow_touched', key: { 'flow.touchedAt': 1 }, sparse: true }],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['_id', 'rev', 'applied', 'updatedAt'],
        properties: { _id: { bsonType: 'string' }, rev: { bsonType: ['int', 'double', 'long'], minimum: 1 } },
      },
    },
  },
];

const schema = new Schema<ConversationDoc>(
  {
    _id: { type: String, required: true },
    rev: { type: Number, required: true },
    flow: { type: Schema.Types.Mixed, default: null },
    applied: { type: [Schema.Types.Mixed], default: [] } as never,
    noticesWaiting: { type: Boolean, default: false },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'conversations', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

export interface ConversationStore {
  load(openid: string): Promise<Conversation>;
  /**
   * Writes the state after message `key`, if nobody has changed it since `before` was read; false where somebody has.
   * With `tx` a lost race throws nothing either: the caller aborts.
   */
  save(input: {
    before: Conversation;
    key: string;
    reply: Reply | null;
    flow: Flow | null;
    at: Date;
    tx?: Tx;
  }): Promise<boolean>;
  /** Says that notices wait for the resident's next contact, or no longer do. */
  flagWaiting(openid: string, waiting: boolean, at: Date): Promise<void>;
}

export function createConversationStore(connection: Connection): ConversationStore {
  const model = connection.model<ConversationDoc>('Conversation', schema);
  return {
    load: async (openid) => {
      if (!isConnected(connection)) throw new AppError('store_unavailable');
      const doc = await model.findById(openid).lean();
      return {
        openid,
        rev: doc?.rev ?? 0,
        flow: doc?.flow ?? null,
        applied: doc?.applied ?? [],
        noticesWaiting: doc?.noticesWaiting ?? false,
      };
    },
    save: async ({ before, key, reply, flow, at, tx }) => {
      const applied = [...before.applied, { key, reply }].slice(-APPLIED_KEPT);
      const change = { rev: before.rev + 1, flow, applied, updatedAt: at };
      const options = tx ? { session: tx } : {};
      if (before.rev === 0) {
        try {
          await model.create([{ _id: before.openid, ...change, noticesWaiting: false }], options);
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }
      const result = await model.updateOne({ _id: before.openid, rev: before.rev }, { $set: change }, options);
      return result.matchedCount === 1;
    },
    flagWaiting: async (openid, waiting, at) => {
      await model.updateOne(
        { _id: openid },
        { $set: { noticesWaiting: waiting, updatedAt: at }, $setOnInsert: { rev: 1, flow: null, applied: [] } },
        { upsert: waiting },
      );
    },
  };
}
