import { BSON, type Binary, type Collection, MongoBulkWriteError, type UpdateFilter } from 'mongodb';
import type { Connection } from 'mongoose';
import { AppError } from '../kernel/index.ts';
import { createBatch } from '../platform/batch/index.ts';
import { isConnected, isDuplicateKey, type CollectionManifest, type Tx } from '../platform/mongo/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import type { Conversation, Flow } from './state.ts';

export interface ConversationDoc {
  _id: string;
  rev: number;
  /**
   * Flow and applied messages, sealed for every resident alike: what is being said is nobody's business at rest
   * (docs/promises.md#p5), and a tipoff looks like any other talk (docs/promises.md#p8). Null = nothing was said yet.
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

/** What one command carries: by number, and by bytes (MongoDB takes 16 MB a document and 48 MB a command). */
const GROUP = { items: 128, bytes: 40_000_000 } as const;
const MAX_STATE_BYTES = 15_000_000;
const WRITE = { writeConcern: { w: 'majority', journal: true } } as const;

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
  /** Says that notices wait for the resident's next contact, or no longer do. */
  flagWaiting(openid: string, waiting: boolean, at: Date): Promise<void>;
}

export function createConversationStore(connection: Connection, sealer: Sealer): ConversationStore {
  const conversations = (): Collection<ConversationDoc> => {
    if (!connection.db || !isConnected(connection)) throw new AppError('store_unavailable');
    return connection.db.collection('conversations') as unknown as Collection<ConversationDoc>;
  };

  const loads = createBatch<string, ConversationDoc | null>(async (openids) => {
    const docs = await conversations()
      .find({ _id: { $in: [...new Set(openids)] } })
      .toArray();
    return openids.map((openid) => docs.find((doc) => doc._id === openid) ?? null);
  }, GROUP);

  /**
   * MongoDB says how many of a group it wrote, and not which. Where that were fewer than all, every one is told that it
   * may have lost: who reads its conversation again finds its own key there, if it had won after all.
   */
  const saves = createBatch<Save, boolean>(
    async (group) => {
      const operations = group.map(({ filter, update }) => ({
        updateOne: { filter, update, upsert: filter.rev === 0 },
      }));
      try {
        const { matchedCount, upsertedCount } = await conversations().bulkWrite(operations, {
          ordered: false,
          ...WRITE,
        });
        return group.map(() => matchedCount + upsertedCount === group.length);
      } catch (error) {
        if (error instanceof MongoBulkWriteError) return whichFailed(error, group.length);
        throw error;
      }
    },
    { ...GROUP, weigh: ({ weight }) => weight },
  );

  return {
    load: async (openid) => {
      const doc = await loads.add(openid);
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
      const state = sealState(sealer, before.openid, { flow, applied, begunAt, recent, ...rest });
      // The driver would refuse the whole group for it.
      if (state.length > MAX_STATE_BYTES) throw new AppError('internal', { message: 'a conversation is too large' });
      const change = {
        rev: before.rev + 1,
        state,
        touchedAt: flow?.touchedAt ?? null,
        updatedAt: at,
        // Left as it is unless told: a flag set since `before` was read must not be lost.
        ...(noticesWaiting === undefined ? {} : { noticesWaiting }),
      };
      const filter = { _id: before.openid, rev: before.rev };
      const waiting = noticesWaiting === undefined ? { $setOnInsert: { noticesWaiting: false } } : {};
      const update = { $set: change, ...(before.rev === 0 ? waiting : {}) };
      if (!tx) return saves.add({ filter, update, weight: state.length });
      try {
        const options = { upsert: before.rev === 0, session: tx };
        const { matchedCount, upsertedCount } = await conversations().updateOne(filter, update, options);
        return matchedCount + upsertedCount === 1;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    untouchedSince: async (before, limit) => {
      const docs = await conversations()
        .find({ touchedAt: { $type: 'date', $lt: before } }, { projection: { _id: 1 } })
        .sort({ touchedAt: 1 })
        .limit(limit)
        .toArray();
      return docs.map((doc) => doc._id);
    },
    flagWaiting: async (openid, waiting, at) => {
      await conversations().updateOne(
        { _id: openid },
        { $set: { noticesWaiting: waiting, updatedAt: at }, $setOnInsert: { rev: 1, state: null, touchedAt: null } },
        { upsert: waiting },
      );
    },
  };
}

interface Save {
  readonly filter: { readonly _id: string; readonly rev: number };
  readonly update: UpdateFilter<ConversationDoc>;
  readonly weight: number;
}

const DUPLICATE_KEY = 11_000;

/** A conversation that began meanwhile is one lost race; what the collection refuses fails alone. */
function whichFailed(error: MongoBulkWriteError, count: number): (boolean | Error)[] {
  const failures = [error.writeErrors].flat();
  // A failure that names none (write concern, network) says nothing about any of them.
  if (failures.length === 0 || error.result.getWriteConcernError()) throw error;
  const wrote = error.result.matchedCount + error.result.upsertedCount;
  const results: (boolean | Error)[] = Array.from({ length: count }, () => wrote + failures.length === count);
  for (const { index, code } of failures) {
    const refused = new AppError('internal', { message: `a conversation was refused: ${String(code)}` });
    results[index] = code === DUPLICATE_KEY ? false : refused;
  }
  return results;
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
