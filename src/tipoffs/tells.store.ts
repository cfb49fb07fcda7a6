import { Schema, type Connection } from 'mongoose';
import { freeAt, heldBy, type Lease, leaseSchema, renewed } from '../platform/lease/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';

/** A message that we owe the holder of a tipoff. At rest only that one exists, not to whom nor what. */
export interface TellDoc {
  /** Keyed hash of what makes it the same message. */
  _id: string;
  /** Keyed hash of the openid, so that a resident who leaves is owed nothing more. */
  holder: string;
  /** Sealed JSON {openid, text}. */
  content: string;
  nextAt: Date;
  /** Set before the platform is called: still set afterwards, the message may have gone out. */
  attemptAt: Date | null;
  attempts: number;
  lease: Lease | null;
  /** MongoDB removes it then: nobody has written for so long, and the code still answers. */
  forgetAt: Date;
}

export const tellCollection: CollectionManifest = {
  name: 'tipoff_tells',
  indexes: [
    { name: 'due', key: { nextAt: 1 } },
    { name: 'holder', key: { holder: 1 } },
    { name: 'forget', key: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['_id', 'content', 'nextAt', 'forgetAt'],
      properties: {
        _id: { bsonType: 'string' },
        content: { bsonType: 'string', pattern: '^v1\\.' },
        nextAt: { bsonType: 'date' },
        forgetAt: { bsonType: 'date' },
      },
    },
  },
};

const schema = new Schema<TellDoc>(
  {
    _id: { type: String, required: true },
    holder: { type: String, required: true },
    content: { type: String, required: true },
    nextAt: { type: Date, required: true },
    attemptAt: { type: Date, default: null },
    attempts: { type: Number, default: 0 },
    lease: { type: leaseSchema, default: null },
    forgetAt: { type: Date, required: true },
  },
  { collection: 'tipoff_tells', strict: 'throw', versionKey: false, autoIndex: false },
);

export interface TellStore {
  /** The same id again changes nothing. */
  add(tx: Tx | null, tell: Pick<TellDoc, '_id' | 'holder' | 'content' | 'nextAt' | 'forgetAt'>): Promise<void>;
  claim(lease: Lease, now: Date): Promise<TellDoc | null>;
  /** False where the lease is lost. */
  renew(id: string, lease: Lease): Promise<boolean>;
  /** The holder of the lease says that the platform is about to be called. */
  attempting(id: string, by: string, at: Date): Promise<boolean>;
  later(id: string, by: string, nextAt: Date, attemptAt: Date | null): Promise<void>;
  /** It has arrived or never will: true whoever says so, so that this needs no lease. */
  done(id: string): Promise<void>;
  removeOf(tx: Tx, holders: readonly string[]): Promise<void>;
}

export function createTellStore(connection: Connection): TellStore {
  const model = connection.model<TellDoc>('TipoffTell', schema);
  return {
    add: async (tx, { _id, ...tell }) => {
      const empty = { attemptAt: null, attempts: 0, lease: null };
      await model.updateOne(
        { _id },
        { $setOnInsert: { ...tell, ...empty } },
        { upsert: true, ...(tx ? { session: tx } : {}) },
      );
    },
    claim: async (lease, now) =>
      model
        .findOneAndUpdate(
          { nextAt: { $lte: now }, ...freeAt(now) },
          { $set: { lease } },
          { returnDocument: 'after', sort: { nextAt: 1 } },
        )
        .lean(),
    renew: async (id, { by, until }) =>
      (await model.updateOne({ _id: id, ...heldBy(by) }, renewed(until))).matchedCount === 1,
    attempting: async (id, by, at) => {
      const set = { $set: { attemptAt: at }, $inc: { attempts: 1 } };
      return (await model.updateOne({ _id: id, ...heldBy(by) }, set)).matchedCount === 1;
    },
    later: async (id, by, nextAt, attemptAt) => {
      await model.updateOne({ _id: id, ...heldBy(by) }, { $set: { nextAt, attemptAt, lease: null } });
    },
    done: async (id) => {
      await model.deleteOne({ _id: id });
    },
    removeOf: async (tx, holders) => {
      await model.deleteMany({ holder: { $in: [...holders] } }, { session: tx });
    },
  };
}
