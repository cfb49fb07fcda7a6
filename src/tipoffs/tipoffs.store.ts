import { Schema, type Connection } from 'mongoose';
import { fileCollections } from '../platform/files/index.ts';
import { freeAt, heldBy, type Lease, leaseSchema, renewed } from '../platform/lease/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import { TIPOFF_STATUSES, type TipoffStatus } from './tipoff.ts';
import { tellCollection } from './tells.store.ts';

/** At rest: keyed hashes, sealed texts, and days. No time of the day, by which it could be laid beside other rows. */
export interface TipoffDoc {
  /** Keyed hash of the code. */
  _id: string;
  /** Keyed hash of the message that confirmed: the same 确认 again gives the same code. */
  source: string;
  /** Keyed hash of the openid: who may ask by the code. */
  holder: string;
  /** Begin of the China day of receipt. */
  day: Date;
  dueAt: Date;
  status: TipoffStatus;
  content: string;
  answers: string | null;
  /** Sealed openid, for telling that there is an answer; null once the resident has left. */
  openid: string | null;
  /** Counts changes of `content`, which is replaced whole. */
  rev: number;
  /** When media have to be fetched; null = nothing is left to fetch. */
  mediaAt: Date | null;
  mediaTries: number;
  lease: Lease | null;
  /** Begin of the China day of the last answer: retention counts from there. */
  answeredOn: Date | null;
}

export const MEDIA_BUCKET = 'tipoff_media';

const sealed = { bsonType: ['string', 'null'], pattern: '^v1\\.' };
const hashed = { bsonType: 'string', pattern: '^[A-Za-z0-9_-]{22}$' };

export const tipoffCollections: readonly CollectionManifest[] = [
  {
    name: 'tipoffs',
    indexes: [
      { name: 'source', key: { source: 1 }, unique: true },
      { name: 'newest', key: { day: -1, _id: -1 } },
      { name: 'by_status', key: { status: 1, day: -1, _id: -1 } },
      { name: 'holder', key: { holder: 1 } },
      { name: 'media', key: { mediaAt: 1 }, partialFilterExpression: { mediaAt: { $type: 'date' } } },
      { name: 'answered', key: { answeredOn: 1 }, partialFilterExpression: { answeredOn: { $type: 'date' } } },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['_id', 'source', 'holder', 'day', 'dueAt', 'status', 'content'],
        properties: {
          _id: hashed,
          source: hashed,
          holder: hashed,
          day: { bsonType: 'date' },
          dueAt: { bsonType: 'date' },
          status: { enum: [...TIPOFF_STATUSES] },
          content: { bsonType: 'string', pattern: '^v1\\.' },
          answers: sealed,
          openid: sealed,
        },
      },
    },
  },
  tellCollection,
  ...fileCollections(MEDIA_BUCKET),
];

const schema = new Schema<TipoffDoc>(
  {
    _id: { type: String, required: true },
    source: { type: String, required: true },
    holder: { type: String, required: true },
    day: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    status: { type: String, required: true },
    content: { type: String, required: true },
    answers: { type: String, default: null },
    openid: { type: String, default: null },
    rev: { type: Number, default: 0 },
    mediaAt: { type: Date, default: null },
    mediaTries: { type: Number, default: 0 },
    lease: { type: leaseSchema, default: null },
    answeredOn: { type: Date, default: null },
  },
  { collection: 'tipoffs', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

export interface TipoffStore {
  insert(tx: Tx, doc: TipoffDoc): Promise<void>;
  bySource(tx: Tx, sources: readonly string[]): Promise<TipoffDoc | null>;
  byRef(refs: readonly string[], tx?: Tx): Promise<TipoffDoc | null>;
  /** Newest day first; `before` = day and id of the last one seen. */
  list(filter: {
    status?: TipoffStatus | undefined;
    before?: { day: Date; id: string } | undefined;
    limit: number;
  }): Promise<TipoffDoc[]>;
  /** Replaces what may change if nobody changed it since `rev`; null otherwise. */
  change(
    tx: Tx | null,
    ref: string,
    rev: number,
    set: Partial<Omit<TipoffDoc, '_id' | 'rev'>>,
  ): Promise<TipoffDoc | null>;
  /** Takes one whose media are due; null where there is none. */
  claimMedia(lease: Lease, now: Date): Promise<TipoffDoc | null>;
  /** False where the lease is lost. */
  renewMedia(ref: string, lease: Lease): Promise<boolean>;
  /** Writes what was fetched and ends the lease; false where the tipoff changed since `rev` or `by` holds it no more. */
  settleMedia(ref: string, done: { rev: number; by: string; content: string; mediaAt: Date | null }): Promise<boolean>;
  /** Ends the lease without a result: anybody may try again at once. */
  releaseMedia(ref: string, by: string): Promise<void>;
  answeredBefore(day: Date, limit: number): Promise<TipoffDoc[]>;
  remove(tx: Tx, ref: string): Promise<void>;
  /** The resident has left: what is answered no longer needs to reach them. */
  unlinkAnswered(tx: Tx, holders: readonly string[]): Promise<void>;
}

export function createTipoffStore(connection: Connection): TipoffStore {
  const model = connection.model<TipoffDoc>('Tipoff', schema);
  return {
    insert: async (tx, doc) => {
      await model.create([doc], { session: tx });
    },
    bySource: async (tx, sources) =>
      model
        .findOne({ source: { $in: [...sources] } })
        .session(tx)
        .lean(),
    byRef: async (refs, tx) =>
      model
        .findOne({ _id: { $in: [...refs] } })
        .session(tx ?? null)
        .lean(),
    list: async ({ status, before, limit }) =>
      model
        .find({
          ...(status === undefined ? {} : { status }),
          ...(before === undefined
            ? {}
            : { $or: [{ day: { $lt: before.day } }, { day: before.day, _id: { $lt: before.id } }] }),
        })
        .sort({ day: -1, _id: -1 })
        .limit(limit)
        .lean(),
    change: async (tx, ref, rev, set) =>
      model
        .findOneAndUpdate(
          { _id: ref, rev },
          { $set: set, $inc: { rev: 1 } },
          { returnDocument: 'after', ...(tx ? { session: tx } : {}) },
        )
        .lean(),
    claimMedia: async (lease, now) =>
      model
        .findOneAndUpdate(
          { mediaAt: { $lte: now }, ...freeAt(now) },
          { $set: { lease }, $inc: { mediaTries: 1 } },
          { returnDocument: 'after', sort: { mediaAt: 1 } },
        )
        .lean(),
    renewMedia: async (ref, { by, until }) =>
      (await model.updateOne({ _id: ref, ...heldBy(by) }, renewed(until))).matchedCount === 1,
    settleMedia: async (ref, { rev, by, content, mediaAt }) => {
      const change = { $set: { content, mediaAt, lease: null }, $inc: { rev: 1 } };
      return (await model.updateOne({ _id: ref, rev, ...heldBy(by) }, change)).matchedCount === 1;
    },
    releaseMedia: async (ref, by) => {
      await model.updateOne({ _id: ref, ...heldBy(by) }, { $set: { lease: null } });
    },
    answeredBefore: async (day, limit) =>
      model
        .find({ answeredOn: { $lt: day } })
        .limit(limit)
        .lean(),
    remove: async (tx, ref) => {
      await model.deleteOne({ _id: ref }, { session: tx });
    },
    unlinkAnswered: async (tx, holders) => {
      const answered = { holder: { $in: [...holders] }, status: 'answered' as const };
      await model.updateMany(answered, { $set: { openid: null } }, { session: tx });
    },
  };
}
