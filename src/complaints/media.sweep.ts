import { newToken, type Clock, type Log } from '../kernel/index.ts';
import type { FileStore } from '../platform/files/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { fetchMedium, type MediaSource, type Medium } from './media.ts';
import type { MediaStore, MediumOutcome } from './media.store.ts';

export type ComplaintFiles = FileStore<{ readonly ticket: string; readonly contentType: string }>;

/** One download may take 60 s, the fall-back to PicUrl another 60. */
const LEASE_MS = 180_000;
/** At once: a resident's nine photos in three rounds, without taking the platform's minute quota. */
const TOGETHER = 4;
const BATCH = 40;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 1_800_000;
/** Temporary media live 3 days on the platform (wechat-protocol §1.4); afterwards asking is in vain. */
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

  const outcomeOf = async (medium: Medium): Promise<MediumOutcome> => {
    const fetched = await fetchMedium(deps.source, medium);
    const now = clock.now();
    if (fetched.kind === 'fetched') {
      const { bytes, contentType } = fetched.medium;
      const { id, ticket } = medium;
      // Stored first, said afterwards: a crash in between costs a second download, never a medium that is not there.
      await files.save({ id, name: `${medium.type}-${id}`, bytes, facts: { ticket, contentType } });
      return { state: 'stored', contentType, bytes: bytes.length };
    }
    if (fetched.kind === 'missing') return { state: 'missing', why: fetched.why };
    if (now.getTime() - medium.saidAt.getTime() > LIFE_MS) {
      return { state: 'missing', why: '三天内没能从微信取到' };
    }
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(medium.attempts - 1, 16));
    log.warn('complaints.medium_later', { type: medium.type, attempts: medium.attempts, why: fetched.why });
    return { state: 'waiting', nextAt: new Date(now.getTime() + wait) };
  };

  const fetchOne = async (me: string, medium: Medium): Promise<boolean> => {
    const outcome = await outcomeOf(medium);
    const settled = await store.settle(medium.id, me, outcome);
    if (outcome.state === 'missing') log.warn('complaints.medium_missing', { type: medium.type, why: outcome.why });
    return settled && outcome.state !== 'waiting';
  };

  return {
    name: 'complaints.media',
    everySeconds: 1,
    run: async () => {
      const me = newToken(9);
      let settled = 0;
      for (let taken = 0; taken < BATCH; taken += TOGETHER) {
        const now = clock.now();
        const media = await store.claim(me, now, new Date(now.getTime() + LEASE_MS), TOGETHER);
        if (media.length === 0) break;
        const done = await Promise.allSettled(media.map((medium) => fetchOne(me, medium)));
        const failed = done.find((result) => result.status === 'rejected');
        if (failed) throw failed.reason;
        settled += done.filter((result) => result.status === 'fulfilled' && result.value).length;
      }
      return settled;
    },
  };
}
