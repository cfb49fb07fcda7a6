import { type Connection, type Model, Schema } from 'mongoose';
import { type CollectionManifest, isDuplicateKey, type Tx } from '../platform/mongo/index.ts';

interface LockRow {
  /** A China day or month. */
  readonly _id: string;
  readonly turns: number;
}

export const quotaLocksCollection: CollectionManifest = { name: 'push_quota_locks', indexes: [] };

const schema = new Schema<LockRow>(
  { _id: { type: String, required: true }, turns: { type: Number, required: true } },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'push_quota_locks' },
);

export type QuotaLocks = ReturnType<typeof createQuotaLocks>;

/** One row a period: transactions that schedule into it conflict on the row, so they count one after the other. */
export function createQuotaLocks(connection: Connection) {
  const rows: Model<LockRow> = connection.models['PushQuotaLock'] ?? connection.model<LockRow>('PushQuotaLock', schema);
  return {
    /** Outside the transaction: an upsert inside could collide instead of waiting. */
    async ensure(key: string): Promise<void> {
      try {
        await rows.updateOne({ _id: key }, { $setOnInsert: { turns: 0 } }, { upsert: true }).exec();
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async take(key: string, tx: Tx): Promise<void> {
      await rows.updateOne({ _id: key }, { $inc: { turns: 1 } }, { session: tx }).exec();
    },
  };
}
