import { type Clock, isAppError, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { type Hold, type Lease, LostLease, newLease, nextTry, whileHeld } from '../platform/lease/index.ts';
import { type FollowerDetails, type FollowerPage, reasonOf, type WechatClient } from '../wechat/index.ts';
import type { FollowersListStore, ListedFollower } from './followers-list.store.ts';
import type { ImportProgress, SubscriberWorkStore, WorkRow } from './subscriber-work.store.ts';
import { planTags, type TagKey, type TownGroups, villageOfScene } from './subscriber.ts';

export interface ImportDeps {
  readonly store: FollowersListStore;
  readonly work: SubscriberWorkStore;
  readonly client: Pick<WechatClient, 'rights' | 'followers' | 'followerDetails' | 'listTags'>;
  readonly town: TownGroups;
  readonly clock: Clock;
  readonly log: Log;
}

/** Openids in one call for details (docs/wechat-platform.md#followers). */
const DETAILS = 100;
/** Followers handled between two notes of progress: five calls for details at a time. */
const GROUP = 500;
const IMPORT_AGAIN = { firstMs: 5_000, mostMs: 1_800_000 };
/** Failures in a row, other than the platform's "later", after which a person has to look. */
const MAX_FAILURES = 20;
/** How often the list is begun anew for that within one run; whoever was handled already costs one look. */
const MAX_RESTARTS = 5;
/** A departure this long before the list may be an older one; clocks differ, and events count in whole seconds. */
const SKEW_MS = 120_000;

/**
 * Reads the platform's list of followers: pages of 10,000, details of 100, progress stored after each five hundred. A process
 * that dies is followed by another that reads its page again and skips whom it had already handled. The list changes
 * meanwhile: who left is not taken for a follower, and where the page's start is gone the list is begun again.
 */
export function createImportSweep(deps: ImportDeps): Sweep {
  return { name: 'subscribers.import', everySeconds: 5, run: async () => run(deps) };
}

async function run(deps: ImportDeps): Promise<number> {
  const { work, clock } = deps;
  const row = await work.find('import');
  if (row?.progress?.state !== 'running') return 0;
  const now = clock.now();
  const lease = newLease(now);
  const claimed = await work.claim('import', lease, now);
  const progress = claimed?.progress;
  if (claimed === null || progress?.state !== 'running') return 0;
  const renew = (next: Lease): Promise<boolean> => work.renew('import', next);
  return whileHeld({ lease, renew, clock }, (hold) => goOn(deps, hold, claimed, progress));
}

async function goOn(deps: ImportDeps, hold: Hold, claimed: WorkRow, from: ImportProgress): Promise<number> {
  const { work, log } = deps;
  try {
    const end = await readPages(deps, hold, from);
    await work.release('import', hold.by, { notBefore: null, failures: 0 });
    return end.imported - from.imported;
  } catch (error) {
    if (error instanceof LostLease) return 0;
    await giveUpOrWait(deps, hold.by, claimed.failures + 1, error);
    if (!isAppError(error)) throw error;
    log.warn('subscribers.import_failed', { code: error.code, details: error.details });
    return 0;
  }
}

async function giveUpOrWait({ work, clock }: ImportDeps, by: string, failures: number, error: unknown): Promise<void> {
  const now = clock.now();
  const later = isAppError(error, 'platform_retry') || isAppError(error, 'platform_unknown');
  // Who asked for the import can ask again once the account has the right; a server that is not let in waits for it.
  const ended = isAppError(error, 'platform_refused') || reasonOf(error) === 'right_missing';
  const never = ended || (failures >= MAX_FAILURES && !later);
  const progress = (await work.find('import'))?.progress;
  if (progress) {
    const trouble = isAppError(error) ? error.message : '导入出错，请联系管理员查看日志。';
    const end = never ? ({ state: 'failed', finishedAt: now } as const) : {};
    await work.saveProgress(by, { ...progress, ...end, trouble });
  }
  await work.release('import', by, { notBefore: nextTry(IMPORT_AGAIN, failures, now), failures });
}

async function readPages(deps: ImportDeps, hold: Hold, from: ImportProgress): Promise<ImportProgress> {
  const { store, work, client, clock } = deps;
  const tagKeys = await tagKeysById(deps);
  // A process that died between handling some and saying so left them out of the count.
  let progress: ImportProgress = { ...from, imported: await store.countSeen(from.job), trouble: null };
  for (let restarts = 0; ; ) {
    const listedAt = new Date(clock.now().getTime() - SKEW_MS);
    await hold.confirm();
    let page: FollowerPage;
    try {
      page = await (progress.next === null ? client.followers() : client.followers(progress.next));
    } catch (error) {
      if (reasonOf(error) !== 'not_following' || progress.next === null || restarts >= MAX_RESTARTS) throw error;
      restarts += 1;
      progress = { ...progress, next: null };
      continue;
    }
    progress = await readPage(deps, hold, {
      from: { ...progress, total: page.total },
      openids: page.openids,
      listedAt,
      tagKeys,
    });
    if (page.next === null || page.openids.length === 0) break;
    progress = { ...progress, next: page.next };
    if (!(await work.saveProgress(hold.by, progress))) return progress;
  }
  const left = await store.unlisted(progress.job, progress.startedAt);
  const done: ImportProgress = { ...progress, state: 'done', left, finishedAt: clock.now(), trouble: null };
  await work.saveProgress(hold.by, done);
  return done;
}

/** What each tag on the platform stands for: by the number that we keep, else by its name, as after a new start. */
async function tagKeysById({ work, client, town }: ImportDeps): Promise<ReadonlyMap<number, TagKey>> {
  const keys = new Map((await work.tags()).map(({ tagId, _id }) => [tagId, _id]));
  if (!client.rights.tags) return keys;
  const planned = new Map(planTags(town).map(({ key, name }) => [name, key]));
  for (const { id, name } of await client.listTags()) {
    const key = planned.get(name);
    if (key !== undefined && !keys.has(id)) keys.set(id, key);
  }
  return keys;
}

async function readPage(
  deps: ImportDeps,
  hold: Hold,
  page: {
    from: ImportProgress;
    openids: readonly string[];
    listedAt: Date;
    tagKeys: ReadonlyMap<number, TagKey>;
  },
): Promise<ImportProgress> {
  const { from, openids, listedAt, tagKeys } = page;
  const { store, work, client, town } = deps;
  let progress = from;
  for (let at = 0; at < openids.length; at += GROUP) {
    const some = openids.slice(at, at + GROUP);
    const seen = await store.seenAmong(some, progress.job);
    const fresh = some.filter((openid) => !seen.has(openid));
    if (fresh.length === 0) continue;
    await hold.confirm();
    const details = await detailsOf(client, fresh);
    // Who has left since the list was made is no follower.
    const there = fresh.filter((openid) => details.get(openid)?.subscribed !== false);
    const followers = there.map((openid) => known(openid, details.get(openid), tagKeys, town));
    await store.listed(followers, listedAt, progress.job);
    progress = { ...progress, imported: progress.imported + there.length };
    if (!(await work.saveProgress(hold.by, progress))) throw new LostLease();
  }
  return progress;
}

async function detailsOf(
  client: ImportDeps['client'],
  openids: readonly string[],
): Promise<ReadonlyMap<string, FollowerDetails>> {
  const hundreds = Array.from({ length: Math.ceil(openids.length / DETAILS) }, (_, at) =>
    openids.slice(at * DETAILS, (at + 1) * DETAILS),
  );
  const answers = await Promise.all(hundreds.map(async (hundred) => client.followerDetails(hundred)));
  return new Map(answers.flat().map((one) => [one.openid, one]));
}

/** A village that the platform's tag or QR scene tells; a tag counts more, it is what pushes went by. */
function known(
  openid: string,
  details: FollowerDetails | undefined,
  tagKeys: ReadonlyMap<number, TagKey>,
  town: TownGroups,
): ListedFollower {
  const tagged = (details?.tagIds ?? []).flatMap((id) => tagKeys.get(id) ?? []);
  const village = tagged.find((key) => key.startsWith('village:'))?.slice('village:'.length);
  return {
    openid,
    since: details?.subscribedAt ?? null,
    villageCode: village ?? villageOfScene(details?.qrScene, town),
    topics: tagged.filter((key) => key.startsWith('topic:')).map((key) => key.slice('topic:'.length)),
    tagged,
  };
}
