import type { Clock, Log } from '../kernel/index.ts';
import type { FileStore } from '../platform/files/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { type Hold, LostLease, newLease, nextTry, whileHeld } from '../platform/lease/index.ts';
import { fetchMedium, type MediaSource, type Medium } from './media.ts';
import type { MediaStore, MediumOutcome } from './media.store.ts';

export type ComplaintFiles = FileStore<{ readonly ticket: string; readonly contentType: string }>;

/** At once: a resident's nine photos in three rounds, without taking the platform's minute quota. */
const TOGETHER = 4;
const BATCH = 40;
const FETCH_AGAIN = { firstMs: 5_000, mostMs: 1_800_000 };
/** Temporary media live 3 days on the platform (docs/wechat-platform.md#media); afterwards asking is in vain. */
const LIFE_MS = 3 * 86_400_000;

/** Fetches what residents sent from the platform into our own store, at once and until it is had or gone. */
export function createMediaSweep(deps: {
  store: MediaStore;
  files: ComplaintFiles;
  source: MediaSource;
  clock: Clock;
  log: Log;
}): Sweep {
  const { store, files, clock, log } = deps;

  const outcomeOf = async (medium: Medium, hold: Hold): Promise<MediumOutcome> => {
    const fetched = await fetchMedium(deps.source, medium);
    const now = clock.now();
    if (fetched.kind === 'fetched') {
      const { bytes, contentType } = fetched.medium;
      const { id, ticket } = medium;
      await hold.confirm();
      // Stored first, said afterwards: a crash in between costs a second download, never a medium that is not there.
      await files.save({ id, name: `${medium.type}-${id}`, bytes, facts: { ticket, contentType } });
      return { state: 'stored', contentType, bytes: bytes.length };
    }
    if (fetched.kind === 'missing') return { state: 'missing', why: fetched.why };
    if (!fetched.stopped && now.getTime() - medium.saidAt.getTime() > LIFE_MS) {
      return { state: 'missing', why: '三天内没能从微信取到' };
    }
    log.warn('complaints.medium_later', { type: medium.type, attempts: medium.attempts, why: fetched.why });
    return { state: 'waiting', nextAt: nextTry(FETCH_AGAIN, medium.attempts, now) };
  };

  const fetchOne = async (medium: Medium, hold: Hold): Promise<boolean> => {
    const outcome = await outcomeOf(medium, hold);
    const settled = await store.settle(medium.id, hold.by, outcome);
    if (outcome.state === 'missing') log.warn('complaints.medium_missing', { type: medium.type, why: outcome.why });
    return settled && outcome.state !== 'waiting';
  };

  /** What to do with the next that is due; null where there is none. */
  const claimOne = async (): Promise<(() => Promise<boolean>) | null> => {
    const now = clock.now();
    const lease = newLease(now);
    const medium = await store.claim(lease, now);
    if (!medium) return null;
    const { id } = medium;
    return () => whileHeld({ lease, renew: (next) => store.renew(id, next), clock }, (hold) => fetchOne(medium, hold));
  };

  /** Another fetches it: ours is thrown away. */
  const unlessLost = (error: unknown): false => {
    if (error instanceof LostLease) return false;
    throw error;
  };

  return {
    name: 'complaints.media',
    everySeconds: 1,
    run: async () => {
      let settled = 0;
      for (let taken = 0; taken < BATCH; taken += TOGETHER) {
        const claimed: (() => Promise<boolean>)[] = [];
        for (let next = await claimOne(); next; next = claimed.length < TOGETHER ? await claimOne() : null) {
          claimed.push(next);
        }
        if (claimed.length === 0) break;
        const done = await Promise.allSettled(claimed.map((fetch) => fetch().catch(unlessLost)));
        const failed = done.find((result) => result.status === 'rejected');
        if (failed) throw failed.reason;
        settled += done.filter((result) => result.status === 'fulfilled' && result.value).length;
      }
      return settled;
    },
  };
}
