import { type Clock, isAppError, type Log, newToken } from '../kernel/index.ts';
import type { Lease, Sweep } from '../platform/jobs/index.ts';
import { type FollowerDetails, type FollowerPage, reasonOf, type WechatClient } from '../wechat/index.ts';
import type { FollowersListStore, ListedFollower } from './followers-list.store.ts';
import type { ImportProgress, SubscriberWorkStore } from './subscriber-work.store.ts';
import { planTags, type TagKey, type TownGroups, villageOfScene } from './subscriber.ts';

export interface ImportDeps {
  readonly store: FollowersListStore;
  readonly work: SubscriberWorkStore;
  readonly client: Pick<WechatClient, 'rights' | 'followers' | 'followerDetails' | 'listTags'>;
  readonly town: TownGroups;
  readonly clock: Clock;
  readonly log: Log;
}

/** Openids in one call for details (wechat-protocol §1.5). */
const DETAILS = 100;
/** Followers handled between two notes of progress: five calls for details at a time. */
const GROUP = 500;
const LEASE_MS = 120_000;
const BACK_OFF_MS = { first: 5_000, most: 1_800_000 };
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
  const later = isAppError(error, 'platform_retry') || isAppError(error, 'platform_unknown');
  // Who asked for the import can ask again once the account has the right; a server that is not let in waits for it.
  const ended = isAppError(error, 'platform_refused') || reasonOf(error) === 'right_missing';
  const never = ended || (failures >= MAX_FAILURES && !later);
  const progress = (await work.find('import'))?.progress;
  if (progress) {
    const trouble = isAppError(error) ? error.message : '导入出错，请联系管理员查看日志。';
    const end = never ? ({ state: 'failed', finishedAt: now } as const) : {};
    await work.saveProgress(by, leaseOf(by, now), { ...progress, ...end, trouble });
  }
  const wait = Math.min(BACK_OFF_MS.first * 2 ** Math.min(failures - 1, 12), BACK_OFF_MS.most);
  await work.release('import', by, { notBefore: new Date(now.getTime() + wait), failures });
}

const leaseOf = (by: string, now: Date): Lease => ({ by, until: new Date(now.getTime() + LEASE_MS) });

async function readPages(deps: ImportDeps, by: string, from: ImportProgress): Promise<ImportProgress> {
  const { store, work, client, clock } = deps;
  const tagKeys = await tagKeysById(deps);
  // A process that died between handling some and saying so left them out of the count.
  let progress: ImportProgress = { ...from, imported: await store.countSeen(from.job), trouble: null };
  for (let restarts = 0; ; ) {
    const listedAt = new Date(clock.now().getTime() - SKEW_MS);
    let page: FollowerPage;
    try {
      page = await (progress.next === null ? client.followers() : client.followers(progress.next));
    } catch (error) {
      if (reasonOf(error) !== 'not_following' || progress.next === null || restarts >= MAX_RESTARTS) throw error;
      restarts += 1;
      progress = { ...progress, next: null };
      continue;
    }
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
  by: string,
  from: ImportProgress,
  openids: readonly string[],
  listedAt: Date,
  tagKeys: ReadonlyMap<number, TagKey>,
): Promise<ImportProgress> {
  const { store, work, client, clock, town } = deps;
  let progress = from;
  for (let at = 0; at < openids.length; at += GROUP) {
    const some = openids.slice(at, at + GROUP);
    const seen = await store.seenAmong(some, progress.job);
    const fresh = some.filter((openid) => !seen.has(openid));
    if (fresh.length === 0) continue;
    const details = await detailsOf(client, fresh);
    // Who has left since the list was made is no follower.
    const there = fresh.filter((openid) => details.get(openid)?.subscribed !== false);
    const followers = there.map((openid) => known(openid, details.get(openid), tagKeys, town));
    await store.listed(followers, listedAt, progress.job);
    progress = { ...progress, imported: progress.imported + there.length };
    if (!(await work.saveProgress(by, leaseOf(by, clock.now()), progress))) {
      throw new Error('the import was taken over by another process');
    }
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
