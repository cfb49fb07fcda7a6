import { type MongoClient, ObjectId } from 'mongodb';
import { vi } from 'vitest';

/**
 * Changes an account in a transaction that is open while `decide` runs, and commits once the decision has met it: the
 * race between an administrator's change and a decision under way, without a clock. Throws where they never meet.
 */
export async function changedMeanwhile<T>(
  at: { readonly client: MongoClient; readonly database: string },
  staffId: string,
  change: Readonly<Record<string, unknown>>,
  decide: () => Promise<T>,
): Promise<T> {
  const staff = at.client.db(at.database).collection('staff');
  const met = async (): Promise<number> => {
    const [facts] = await staff.aggregate([{ $collStats: { storageStats: {} } }]).toArray();
    return Number(facts?.['storageStats'].wiredTiger.transaction['update conflicts']);
  };
  const session = at.client.startSession();
  try {
    session.startTransaction();
    await staff.updateOne({ _id: ObjectId.createFromHexString(staffId) }, { $set: change }, { session });
    const before = await met();
    const deciding = decide();
    await vi.waitFor(
      async () => {
        if ((await met()) <= before) throw new Error('the decision has not met the change');
      },
      { timeout: 10_000, interval: 10 },
    );
    await session.commitTransaction();
    return await deciding;
  } finally {
    await session.endSession();
  }
}
