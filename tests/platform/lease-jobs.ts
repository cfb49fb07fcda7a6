import type { Db } from 'mongodb';
import { freeAt, heldBy, type Lease, newLease, renewed } from '../../src/platform/lease/index.ts';

export interface WorkerOptions {
  readonly uri: string;
  readonly leaseMs: number;
  /** Null = it hangs for ever. */
  readonly effectMs: number | null;
}

interface JobDoc {
  _id: string;
  lease?: Lease | null;
  result?: string;
}

/** One job under a lease, as a store of the service would keep it. */
export function createJobs(db: Db, leaseMs: number) {
  const jobs = db.collection<JobDoc>('jobs');
  return {
    put: (_id: string, lease?: Lease | null) => jobs.insertOne({ _id, ...(lease === undefined ? {} : { lease }) }),
    clear: () => jobs.deleteMany({}),
    find: (_id: string) => jobs.findOne({ _id }),
    free: async (now: Date) => (await jobs.find(freeAt(now)).sort({ _id: 1 }).toArray()).map(({ _id }) => _id),
    claim: async (now = new Date()): Promise<Lease | null> => {
      const lease = newLease(now, leaseMs);
      const { matchedCount } = await jobs.updateOne({ _id: 'job', ...freeAt(now) }, { $set: { lease } });
      return matchedCount === 1 ? lease : null;
    },
    renew: async ({ by, until }: Lease): Promise<boolean> =>
      (await jobs.updateOne({ _id: 'job', ...heldBy(by) }, renewed(until))).matchedCount === 1,
    write: async (by: string, result: string): Promise<boolean> => {
      const { matchedCount } = await jobs.updateOne({ _id: 'job', ...heldBy(by) }, { $set: { result, lease: null } });
      return matchedCount === 1;
    },
  };
}
