import { BSON, type Binary } from 'mongodb';
import { Schema, type Connection } from 'mongoose';
import { AppError } from '../kernel/index.ts';
import { isConnected, isDuplicateKey, type CollectionManifest, type Tx } from '../platform/mongo/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import type { Conversation, Flow } from './state.ts';

interface ConversationDoc {
  _id: string;
  rev: number;
  /**
   * Flow and applied messages, sealed for every resident alike: what is being said is nobody's business at rest (P5),
   * and a tipoff looks like any other talk (P8). Null = nothing was said yet.
   */
  state: Buffer | null;
  /** When the flow was touched; null = no flow. */
  touchedAt: Date | null;
  noticesWaiting: boolean;
  updatedAt: Date;
}

/** How many applied messages are remembered: far more than can be under way at once for one resident. */
const APPLIED_KEPT = 20;

export const conversationCollections: readonly CollectionManifest[] = [
  {
    name: 'conversations',
    indexes: [
      { name: 'flow_touched', key: { touchedAt: 1 }, partialFilterExpression: { touchedAt: { $type: 'date' } } },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['_id', 'rev', 'updatedAt'],
        properties: {
          _id: { bsonType: 'string' },
          rev: { bsonType: ['int', 'double', 'long'], minimum: 1 },
          state: { bsonType: ['binData', 'null'] },
        },
      },
    },
  },
];

const schema = new Schema<ConversationDoc>(
  {
    _id: { type: String, required: true },
    rev: { type: Number, required: true },
    state: { type: Buffer, default: null } as never,
    touchedAt: { type: Date, default: null },
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
    apart?: boolean;
    flow: Flow | null;
    /** As they stand where absent. */
    begunAt?: Conversation['begunAt'];
    recent?: Conversation['recent'];
    at: Date;
    /** Whether notices still wait for this resident; left out = as before. */
    noticesWaiting?: boolean;
    tx?: Tx;
  }): Promise<boolean>;
  /** Residents whose flow was touched last before then. */
  untouchedSince(before: Date, limit: number): Promise<string[]>;
  /** The resident left: everything said up to then goes. */
  forget(openid: string, until: Date): Promise<void>;
  /** Says that notices wait for the resident's next contact, or no longer do. */
  flagWaiting(openid: string, waiting: boolean, at: Date): Promise<void>;
}

export function createConversationStore(connection: Connection, sealer: Sealer): ConversationStore {
  const model = connection.model<ConversationDoc>('Conversation', schema);
  return {
    load: async (openid) => {
      if (!isConnected(connection)) throw new AppError('store_unavailable');
      const doc = await model.findById(openid).lean();
      return {
        openid,
        rev: doc?.rev ?? 0,
        ...NOTHING,
        ...(doc?.state ? openState(sealer, openid, doc.state) : {}),
        noticesWaiting: doc?.noticesWaiting ?? false,
      };
    },
    save: async ({ before, key, reply, apart, flow, at, noticesWaiting, tx, ...rest }) => {
      const applied = [...before.applied, { key, reply, ...(apart ? { apart } : {}) }].slice(-APPLIED_KEPT);
      const { begunAt, recent } = before;
      const change = {
        rev: before.rev + 1,
        state: sealState(sealer, before.openid, { flow, applied, begunAt, recent, ...rest }),
        touchedAt: flow?.touchedAt ?? null,
        updatedAt: at,
        // Left as it is unless told: a flag set since `before` was read must not be lost.
        ...(noticesWaiting === undefined ? {} : { noticesWaiting }),
      };
      const options = tx ? { session: tx } : {};
      if (before.rev === 0) {
        try {
          await model.create([{ _id: before.openid, noticesWaiting: false, ...change }], options);
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }
      const result = await model.updateOne({ _id: before.openid, rev: before.rev }, { $set: change }, options);
      return result.matchedCount === 1;
    },
    untouchedSince: async (before, limit) => {
      const docs = await model
        .find({ touchedAt: { $type: 'date', $lt: before } })
        .sort({ touchedAt: 1 })
        .limit(limit)
        .select({ _id: 1 })
        .lean();
      return docs.map((doc) => doc._id);
    },
    forget: async (openid, until) => {
      await model.deleteOne({ _id: openid, updatedAt: { $lte: until } });
    },
    flagWaiting: async (openid, waiting, at) => {
      await model.updateOne(
        { _id: openid },
        { $set: { noticesWaiting: waiting, updatedAt: at }, $setOnInsert: { rev: 1, state: null, touchedAt: null } },
        { upsert: waiting },
      );
    },
  };
}

type Talk = Pick<Conversation, 'flow' | 'applied' | 'begunAt' | 'recent'>;

const NOTHING: Talk = { flow: null, applied: [], begunAt: null, recent: null };

function sealState(sealer: Sealer, openid: string, talk: Talk): Buffer {
  return sealer.sealBytes(BSON.serialize(talk, { ignoreUndefined: true }), openid);
}

function openState(sealer: Sealer, openid: string, state: Buffer | Binary): Talk {
  // A lean read gives the driver's Binary, not a Buffer.
  const bytes = 'buffer' in state && !(state instanceof Uint8Array) ? state.buffer : state;
  return BSON.deserialize(sealer.openBytes(bytes as Uint8Array, openid)) as Talk;
}
