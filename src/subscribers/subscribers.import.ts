import { type Clock, isAppError, type Log, newToken } from '../kernel/index.ts';
import type { Lease, Sweep } from '../platform/jobs/index.ts';
import type { FollowerDetails, WechatClient } from '../wechat/index.ts';
import type { ImportProgress, SubscriberWorkStore } from './subscriber-work.store.ts';
import { type TagKey, type TownGroups, villageOfScene } from './subscriber.ts';
import type { SubscribersStore } from './subscribers.store.ts';

export interface ImportDeps {
  readonly store: SubscribersStore;
  readonly work: SubscriberWorkStore;
  readonly client: Pick<WechatClient, 'followers' | 'followerDetails'>;
  readonly town: TownGroups;
  readonly clock: Clock;
  readonly log: Log;
}

/** Openids in one call for details (wechat-protocol §1.5). */
const DETAILS = 100;
const LEASE_MS = 120_000;
const BACK_OFF_MS = { first: 5_000, most: 1_800_000 };
/** Failures in a row after which a person has to look. */
const MAX_FAILURES = 20;

/**
 * Reads the platform's list of followers: pages of 10,000, details of 100, progress stored after each page. A process
 * that dies is followed by another that reads its page again and skips whom it had already handled.
 */
export function createImportSweep(deps: ImportDeps): Sweep {
  return { name: 'subscribers.import', everySeconds: 5, run: async () => run(deps) };
}

async function run(deps: ImportDeps): Promise<number> {
  const { work, clock, log } = deps;
  const row = await work.find('import');
  if (row?.progress?.state !== 'running') return 0;
  const by = newToken();
  const claimed = await work.claim('import', leaseOf(by, clock.now()), clock.now());
  if (claimed?.progress?.state !== 'running') return 0;
  const before = claimed.progress.imported;
  try {
    const end = await readPages(deps, by, claimed.progress);
    await work.release('import', by, { notBefore: null, failures: 0 });
    return end.imported - before;
  } catch (error) {
    await giveUpOrWait(deps, by, claimed.failures + 1, error);
    if (!isAppError(error)) throw error;
    log.warn('subscribers.import_failed', { code: error.code, details: error.details });
    return 0;
  }
}

async function giveUpOrWait({ work, clock }: ImportDeps, by: string, failures: number, error: unknown): Promise<void> {
  const now = clock.now();
  const never = isAppError(error, 'platform_refused') || failures >= MAX_FAILURES;
  const progress = (await work.find('import'))?.progress;
  if (never && progress) {
    const trouble = isAppError(error) ? error.message : '导入出错，请联系管理员查看日志。';
    await work.saveProgress(by, leaseOf(by, now), { ...progress, state: 'failed', finishedAt: now, trouble });
  }
  const wait = Math.min(BACK_OFF_MS.first * 2 ** (failures - 1), BACK_OFF_MS.most);
  await work.release('import', by, { notBefore: new Date(now.getTime() + wait), failures });
}

const leaseOf = (by: string, now: Date): Lease => ({ by, until: new Date(now.getTime() + LEASE_MS) });

async function readPages(deps: ImportDeps, by: string, from: ImportProgress): Promise<ImportProgress> {
  const { store, work, client, clock } = deps;
  const tagKeys = new Map((await work.tags()).map(({ tagId, _id }) => [tagId, _id]));
  let progress = from;
  for (;;) {
    const listedAt = clock.now();
    const page = await (progress.next === null ? client.followers() : client.followers(progress.next));
    progress = await readPage(deps, by, { ...progress, total: page.total }, page.openids, listedAt, tagKeys);
    if (page.next === null || page.openids.length === 0) break;
    progress = { ...progress, next: page.next };
    if (!(await work.saveProgress(by, leaseOf(by, clock.now()), progress))) return progress;
  }
  const left = await store.unlisted(progress.job, progress.startedAt);
  const done: ImportProgress = { ...progress, state: 'done', left, finishedAt: clock.now(), trouble: null };
  await work.saveProgress(by, leaseOf(by, clock.now()), done);
  return done;
}

async function readPage(
  deps: ImportDeps,
  by: string,
  from: ImportProgress,
  openids: readonly string[],
  listedAt: Date,
  tagKeys: ReadonlyMap<number, TagKey>,
): Promise<ImportProgress> {
  const { store, work, client, clock, town } = deps;
  let progress = from;
  for (let at = 0; at < openids.length; at += DETAILS) {
    const some = openids.slice(at, at + DETAILS);
    const seen = await store.seenAmong(some, progress.job);
    const fresh = some.filter((openid) => !seen.has(openid));
    if (fresh.length === 0) continue;
    const details = new Map((await client.followerDetails(fresh)).map((one) => [one.openid, one]));
    const followers = fresh.map((openid) => known(openid, details.get(openid), tagKeys, town));
    await store.listed(followers, listedAt, progress.job);
    progress = { ...progress, imported: progress.imported + fresh.length };
    if (!(await work.saveProgress(by, leaseOf(by, clock.now()), progress))) {
      throw new Error('the import was taken over by another process');
    }
  }
  return progress;
}

/** A village that the platform's tag or QR scene tells; a tag counts more, it is what pushes went by. */
function known(
  openid: string,
  details: FollowerDetails | undefined,
  tagKeys: ReadonlyMap<number, TagKey>,
  town: TownGroups,
): { openid: string; since: Date | null; villageCode: string | null; tagged: TagKey[] } {
  const tagged = (details?.tagIds ?? []).flatMap((id) => tagKeys.get(id) ?? []);
  const village = tagged.find((key) => key.startsWith('village:'))?.slice('village:'.length);
  return {
    openid,
    since: details?.subscribedAt ?? null,
    villageCode: village ?? villageOfScene(details?.qrScene, town),
    tagged,
  };
}
