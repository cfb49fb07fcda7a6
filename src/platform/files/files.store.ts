import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import mongoose, { type Connection } from 'mongoose';
import type { Tx } from '../mongo/index.ts';

/** What is kept beside a file: short facts by name. */
export type FileFacts = Readonly<Record<string, string | number | Date | null>>;

export interface StoredFile<F extends FileFacts> {
  readonly id: string;
  readonly bytes: number;
  readonly storedAt: Date;
  readonly facts: F;
}

/** Files in one GridFS bucket. A file never changes; a new one gets a new id. Saving is not part of any transaction. */
export interface FileStore<F extends FileFacts> {
  /**
   * Durable (majority, journaled) when this returns. `name` is for people, never a path. Returns the id. With an `id`
   * of the caller's own the file takes the place of whatever an interrupted save left under it.
   */
  save(file: {
    readonly id?: string;
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly facts: F;
  }): Promise<string>;
  /** Null where there is none, or its id is no id. */
  facts(id: string): Promise<StoredFile<F> | null>;
  /** In the order of storing; ids that name nothing are left out. */
  factsOf(ids: readonly string[]): Promise<StoredFile<F>[]>;
  /** All bytes at once, for files that are known to be small. Null where there is none or its pieces do not fit. */
  read(id: string): Promise<Buffer | null>;
  /** Bytes as they come, for large files. Errors, also that there is none, come on the stream. */
  open(id: string): Readable;
  /** With `tx` in that transaction: the one thing about files that can be. What is not there is no fault. */
  remove(id: string, tx?: Tx): Promise<void>;
}

interface FileDocument {
  readonly _id: mongoose.mongo.ObjectId;
  readonly length: number;
  readonly uploadDate: Date;
  readonly metadata?: mongoose.mongo.Document | undefined;
}

/** Files of `bucket` in the database of `connection`; their collections come from `fileCollections(bucket)`. */
export function createFileStore<F extends FileFacts>(deps: {
  readonly connection: Connection;
  readonly bucket: string;
}): FileStore<F> {
  let made: mongoose.mongo.GridFSBucket | undefined;
  const bucket = (): mongoose.mongo.GridFSBucket => {
    const { db } = deps.connection;
    if (!db) throw new Error('MongoDB is not connected');
    made ??= new mongoose.mongo.GridFSBucket(db, {
      bucketName: deps.bucket,
      writeConcern: { w: 'majority', journal: true },
    });
    return made;
  };
  const factsOf = async (ids: readonly string[]): Promise<StoredFile<F>[]> => {
    const wanted = ids.filter(isId).map(objectId);
    if (wanted.length === 0) return [];
    const found: FileDocument[] = await bucket()
      .find({ _id: { $in: wanted } })
      .toArray();
    return found.map((file) => ({
      id: file._id.toHexString(),
      bytes: file.length,
      storedAt: file.uploadDate,
      facts: (file.metadata ?? {}) as F,
    }));
  };
  /** The driver's delete takes chunks without a file too, and then says that there was no file. */
  const removeAll = async (id: string): Promise<void> => {
    await bucket()
      .delete(objectId(id))
      .catch((error: unknown) => {
        if (!(error instanceof mongoose.mongo.MongoRuntimeError)) throw error;
      });
  };
  const open = (id: string): Readable => bucket().openDownloadStream(objectId(id));
  return {
    save: async ({ id, name, bytes, facts }) => {
      if (id !== undefined) await removeAll(id);
      const options = { metadata: { ...facts } };
      const upload =
        id === undefined
          ? bucket().openUploadStream(name, options)
          : bucket().openUploadStreamWithId(objectId(id), name, options);
      await pipeline(Readable.from([Buffer.from(bytes)]), upload);
      return upload.id.toHexString();
    },
    facts: async (id) => (await factsOf([id]))[0] ?? null,
    factsOf,
    read: async (id) => {
      if ((await factsOf([id])).length === 0) return null;
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of open(id) as AsyncIterable<Buffer>) chunks.push(chunk);
      } catch (error) {
        // Pieces that are missing or of another size: somebody wrote past the store.
        if (error instanceof mongoose.mongo.MongoGridFSChunkError) return null;
        throw error;
      }
      return Buffer.concat(chunks);
    },
    open,
    remove: async (id, tx) => {
      if (!isId(id)) return;
      if (!tx) return removeAll(id);
      const { db } = deps.connection;
      if (!db) throw new Error('MongoDB is not connected');
      await db.collection(`${deps.bucket}.files`).deleteOne({ _id: objectId(id) }, { session: tx });
      await db.collection(`${deps.bucket}.chunks`).deleteMany({ files_id: objectId(id) }, { session: tx });
    },
  };
}

function isId(id: string): boolean {
  return /^[0-9a-f]{24}$/.test(id);
}

function objectId(id: string): mongoose.mongo.ObjectId {
  return mongoose.mongo.ObjectId.createFromHexString(id);
}
