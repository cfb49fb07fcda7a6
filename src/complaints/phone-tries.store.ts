import { Schema, type Connection } from 'mongoose';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';

interface TriesDoc {
  _id: string;
  n: number;
  forgetAt: Date;
}

export const phoneTryCollections: readonly CollectionManifest[] = [
  { name: 'complaint_phone_tries', indexes: [{ name: 'forget', key: { forgetAt: 1 }, expireAfterSeconds: 0 }] },
];

const schema = new Schema<TriesDoc>(
  { _id: String, n: { type: Number, required: true }, forgetAt: { type: Date, required: true } },
  { collection: 'complaint_phone_tries', strict: 'throw', versionKey: false, autoIndex: false },
);

/** Guesses of a phone's last digits, counted in MongoDB: a limit that Redis may forget would not hold. */
export interface PhoneTries {
  countOf(tx: Tx, key: string): Promise<number>;
  /** Counts one guess; of two at the same time one transaction runs again and sees the other. */
  add(tx: Tx, key: string, forgetAt: Date): Promise<void>;
}

export function createPhoneTries(connection: Connection): PhoneTries {
  const model = connection.model<TriesDoc>('ComplaintPhoneTries', schema);
  return {
    countOf: async (tx, key) => (await model.findById(key).session(tx).lean())?.n ?? 0,
    add: async (tx, key, forgetAt) => {
      await model.updateOne(
        { _id: key },
        { $inc: { n: 1 }, $setOnInsert: { forgetAt } },
        { session: tx, upsert: true },
      );
    },
  };
}
