import { type Connection, type Model, Schema } from 'mongoose';
import { freeAt, heldBy, type Lease, leaseSchema, renewed } from '../platform/lease/index.ts';
import { type CollectionManifest, isDuplicateKey, type Tx } from '../platform/mongo/index.ts';
import type { TagKey } from './subscriber.ts';

/** A tag as the platform numbered it. */
export interface TagRow {
  readonly _id: TagKey;
  readonly tagId: number;
  readonly name: string;
}

export interface ImportProgress {
  /** Names this import; rows that it saw carry it. */
  readonly job: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly startedAt: Date;
  /** Where the page being read starts: the platform's `next_openid`; null for the first. */
  readonly next: string | null;
  readonly imported: number;
  readonly total: number | null;
  /** Followers of ours whom the platform did not list. */
  readonly left: number | null;
  readonly finishedAt: Date | null;
  /** In words for staff. */
  readonly trouble: string | null;
}

/** One line of standing work: one process at a time does it. */
export interface WorkRow {
  readonly _id: 'tags' | 'import';
  readonly lease: Lease | null;
  /** Back-off: nobody takes it before. */
  readonly notBefore: Date | null;
  readonly failures: number;
  /** Why the last attempt failed, in words for staff; null where it did not. */
  readonly trouble: string | null;
  /** When the tags were last compared with the platform. */
  readonly comparedAt: Date | null;
  readonly progress: ImportProgress | null;
}

export const workCollections: readonly CollectionManifest[] = [
  { name: 'subscriber_tags', indexes: [{ name: 'one_per_tag', key: { tagId: 1 }, unique: true }] },
  { name: 'subscriber_jobs', indexes: [] },
];

const tagSchema = new Schema<TagRow>(
  {
    _id: { type: String, required: true },
    tagId: { type: Number, required: true },
    name: { type: String, required: true },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'subscriber_tags' },
);

const progressSchema = new Schema<ImportProgress>(
  {
    job: { type: String, required: true },
    state: { type: String, required: true },
    startedAt: { type: Date, required: true },
    next: { type: String, default: null },
    imported: { type: Number, required: true },
    total: { type: Number, default: null },
    left: { type: Number, default: null },
    finishedAt: { type: Date, default: null },
    trouble: { type: String, default: null },
  },
  { _id: false, strict: 'throw' },
);

const workSchema = new Schema<WorkRow>(
  {
    _id: { type: String, required: true },
    lease: { type: leaseSchema, default: null },
    notBefore: { type: Date, default: null },
    failures: { type: Number, default: 0 },
    trouble: { type: String, default: null },
    comparedAt: { type: Date, default: null },
    progress: { type: progressSchema, default: null },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'subscriber_jobs' },
);

export type SubscriberWorkStore = ReturnType<typeof createSubscriberWorkStore>;

/** The platform's tag numbers, and who is at work on tags and import. */
export function createSubscriberWorkStore(connection: Connection) {
  const tags: Model<TagRow> =
    connection.models['SubscriberTag'] ?? connection.model<TagRow>('SubscriberTag', tagSchema);
  const work: Model<WorkRow> =
    connection.models['SubscriberJob'] ?? connection.model<WorkRow>('SubscriberJob', workSchema);

  return {
    async tags(): Promise<TagRow[]> {
      return tags.find().lean<TagRow[]>().exec();
    },
    async tag(key: TagKey): Promise<TagRow | null> {
      return tags.findById(key).lean<TagRow>().exec();
    },
    async saveTag(row: TagRow): Promise<void> {
      await tags.deleteMany({ tagId: row.tagId, _id: { $ne: row._id } }).exec();
      await tags.updateOne({ _id: row._id }, { $set: { tagId: row.tagId, name: row.name } }, { upsert: true }).exec();
    },
    async dropTag(key: TagKey): Promise<void> {
      await tags.deleteOne({ _id: key }).exec();
    },

    async find(id: WorkRow['_id']): Promise<WorkRow | null> {
      return work.findById(id).lean<WorkRow>().exec();
    },

    /** Takes the work where it is free and due; null otherwise. */
    async claim(id: WorkRow['_id'], lease: Lease, now: Date): Promise<WorkRow | null> {
      await ensure(work, id);
      return work
        .findOneAndUpdate(
          { _id: id, ...freeAt(now), $or: [{ notBefore: null }, { notBefore: { $lte: now } }] },
          { $set: { lease } },
          { returnDocument: 'after' },
        )
        .lean<WorkRow>()
        .exec();
    },

    /** False where the lease is no longer `by`'s: somebody else has taken over. */
    async renew(id: WorkRow['_id'], lease: Lease): Promise<boolean> {
      const found = await work.updateOne({ _id: id, ...heldBy(lease.by) }, renewed(lease.until)).exec();
      return found.matchedCount === 1;
    },

    async release(
      id: WorkRow['_id'],
      by: string,
      next: { notBefore: Date | null; failures: number; trouble?: string | null; comparedAt?: Date },
    ): Promise<void> {
      await work.updateOne({ _id: id, ...heldBy(by) }, { $set: { lease: null, ...next } }).exec();
    },

    /** Starts an import. False where one is running. */
    async startImport(progress: ImportProgress, tx: Tx): Promise<boolean> {
      await ensure(work, 'import');
      const started = await work
        .updateOne(
          { _id: 'import', 'progress.state': { $ne: 'running' } },
          { $set: { progress, notBefore: null, failures: 0 } },
          { session: tx },
        )
        .exec();
      return started.matchedCount === 1;
    },

    /** Stores how far the import came, while `by` still holds it. */
    async saveProgress(by: string, progress: ImportProgress): Promise<boolean> {
      const saved = await work.updateOne({ _id: 'import', ...heldBy(by) }, { $set: { progress } }).exec();
      return saved.matchedCount === 1;
    },
  };
}

async function ensure(work: Model<WorkRow>, id: WorkRow['_id']): Promise<void> {
  try {
    const nothing = { lease: null, notBefore: null, failures: 0, trouble: null, comparedAt: null, progress: null };
    await work.updateOne({ _id: id }, { $setOnInsert: nothing }, { upsert: true, setDefaultsOnInsert: false }).exec();
  } catch (error) {
    // Two processes made it at once: one row is there.
    if (!isDuplicateKey(error)) throw error;
  }
}
