import { MongoClient } from 'mongodb';
import { systemClock } from '../../src/kernel/index.ts';
import { LostLease, whileHeld } from '../../src/platform/lease/index.ts';
import { createJobs, type WorkerOptions } from './lease-jobs.ts';

/** A process that claims the job, works on it as long as told, and writes what it made. It says by IPC what happens. */
const { uri, leaseMs, effectMs } = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;
const client = await new MongoClient(uri).connect();
const jobs = createJobs(client.db(), leaseMs);
const say = (what: string): void => void process.send?.(what);
process.on('disconnect', () => process.exit(0));

const lease = await jobs.claim();
if (!lease) {
  say('busy');
  process.exit(0);
}
void whileHeld({ lease, renew: jobs.renew, clock: systemClock, leaseMs }, async (hold) => {
  say('claimed');
  if (effectMs === null) {
    // Nobody but the beat is left to keep this process alive, and the beat does not.
    process.disconnect();
    await client.close();
    process.removeAllListeners('disconnect');
    return new Promise(() => {});
  }
  await new Promise((resolve) => setTimeout(resolve, effectMs));
  const confirmed = await hold.confirm().then(
    () => 'held',
    (error: unknown) => (error instanceof LostLease ? 'lost' : String(error)),
  );
  say(`${confirmed} ${(await jobs.write(hold.by, 'by the child')) ? 'wrote' : 'refused'}`);
  return process.exit(0);
});
