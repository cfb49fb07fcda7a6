import { Schema, type Connection } from 'mongoose';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import type { Stoppage } from './stoppage.ts';

interface StoppageDoc {
  _id: string;
  api: string;
  words: string;
  since: Date;
  /** Null while it lasts. */
  overAt: Date | null;
  toldAt: Date;
}

const KEEP_SECONDS = 31 * 86_400;

export const stoppageCollection: CollectionManifest = {
  name: 'platform_stoppages',
  indexes: [
    { name: 'open', key: { api: 1 }, partialFilterExpression: { overAt: null } },
    { name: 'old', key: { overAt: 1 }, expireAfterSeconds: KEEP_SECONDS },
  ],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['_id', 'api', 'words', 'since', 'toldAt'],
      properties: { _id: { bsonType: 'string' }, words: { bsonType: 'string', minLength: 1 } },
    },
  },
};

const schema = new Schema<StoppageDoc>(
  {
    _id: { type: String, required: true },
    api: { type: String, required: true },
    words: { type: String, required: true },
    since: { type: Date, required: true },
    overAt: { type: Date, default: null },
    toldAt: { type: Date, required: true },
  },
  { collection: 'platform_stoppages', strict: 'throw', versionKey: false, autoIndex: false },
);

export interface StoppageStore {
  /** Those that last, oldest first. */
  open(): Promise<(Stoppage & { readonly since: Date })[]>;
  /**
   * Writes down that it began at `at`; answers whether staff should hear of it: not where it lasts already, nor where
   * it was told after `toldAfter` (two servers of which one is let in end and begin it all the time).
   */
  begin(tx: Tx, stoppage: Stoppage, at: Date, toldAfter: Date): Promise<boolean>;
  end(key: string, at: Date): Promise<void>;
}

export function createStoppageStore(connection: Connection): StoppageStore {
  const model = connection.model<StoppageDoc>('PlatformStoppage', schema);
  return {
    open: async () => {
      const docs = await model.find({ overAt: null }).sort({ since: 1 }).lean();
      return docs.map(({ _id, api, words, since }) => ({ key: _id, api, words, since }));
    },
    begin: async (tx, { key, api, words }, at, toldAfter) => {
      const before = await model.findById(key).session(tx).lean();
      // Over since: what a process remembers of earlier says nothing about now.
      if (before !== null && (before.overAt === null || before.overAt >= at)) return false;
      const tell = before === null || before.toldAt < toldAfter;
      const set = { api, words, since: at, overAt: null, ...(tell ? { toldAt: at } : {}) };
      await model.updateOne({ _id: key }, { $set: set }, { session: tx, upsert: true });
      return tell;
    },
    end: async (key, at) => {
      await model.updateOne({ _id: key, overAt: null }, { $set: { overAt: at } });
    },
  };
}
