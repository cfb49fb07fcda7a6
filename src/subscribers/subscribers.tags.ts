import { type Clock, isAppError, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { backOff, type Hold, type Lease, LostLease, newLease, whileHeld } from '../platform/lease/index.ts';
import { type OpenidPage, reasonOf, type WechatClient, type WechatTag } from '../wechat/index.ts';
import type { SubscriberWorkStore, WorkRow } from './subscriber-work.store.ts';
import {
  type Audience,
  planTags,
  type TagKey,
  tagKeyOf,
  type TaggedAudience,
  type TownGroups,
  wantedTags,
} from './subscriber.ts';
import type { SubscriberRow, SubscribersStore } from './subscribers.store.ts';

/** Where a push to `audience` goes. `gone` = the platform holds no such tag now, or holds it empty. */
export type PushTarget =
  | { readonly kind: 'all'; readonly headCount: number }
  | { readonly kind: 'tag'; readonly tagId: number; readonly headCount: number; readonly unsynced: number }
  | { readonly kind: 'gone'; readonly headCount: number; readonly unsynced: number };

export type TagClient = Pick<
  WechatClient,
  'rights' | 'listTags' | 'createTag' | 'tagMembers' | 'untagMembers' | 'tagFollowers'
>;

export interface TagSyncDeps {
  readonly store: SubscribersStore;
  readonly work: SubscriberWorkStore;
  readonly client: TagClient;
  readonly town: TownGroups;
  readonly clock: Clock;
  readonly log: Log;
}

/** Openids that one tagging call takes. */
const BATCH = 50;
/** Followers looked at in one round, and rounds in one run. */
const ROUND = 500;
const ROUNDS = 20;
const COMPARE_EVERY_MS = 86_400_000;
const SYNC_AGAIN = { firstMs: 5_000, mostMs: 1_800_000 };

/** Keeps one platform tag a village and topic: makes them, gives and takes them, compares once a day and mends. */
export function createTagSync(deps: TagSyncDeps): {
  readonly sweep: Sweep;
  target(audience: Audience): Promise<PushTarget>;
} {
  return {
    sweep: { name: 'subscribers.tags', everySeconds: 10, run: async () => run(deps) },
    target: async (audience) => target(deps, audience),
  };
}

async function target({ store, work, client }: TagSyncDeps, audience: Audience): Promise<PushTarget> {
  const headCount = await store.countFollowing(audience);
  if (audience.kind === 'all') return { kind: 'all', headCount };
  const unsynced = await store.countUnsynced(audience);
  const row = await work.tag(tagKeyOf(audience));
  const live = row === null ? undefined : (await client.listTags()).find(({ id }) => id === row.tagId);
  if (row !== null && live !== undefined && live.count > 0) {
    return { kind: 'tag', tagId: live.id, headCount, unsynced };
  }
  if (row !== null && live === undefined) await lost({ store, work }, row._id);
  return { kind: 'gone', headCount, unsynced };
}

/** A tag that somebody deleted on the platform: made and given again by the next sync. */
async function lost({ store, work }: Pick<TagSyncDeps, 'store' | 'work'>, key: TagKey): Promise<void> {
  await work.dropTag(key);
  await store.forgetTag(key, 'all');
}

async function run(deps: TagSyncDeps): Promise<number> {
  const { work, client, clock } = deps;
  if (!client.rights.tags) return 0;
  const now = clock.now();
  const lease = newLease(now);
  const claimed = await work.claim('tags', lease, now);
  if (claimed === null) return 0;
  const renew = (next: Lease): Promise<boolean> => work.renew('tags', next);
  return whileHeld({ lease, renew, clock }, (hold) => sync(deps, hold, claimed, now));
}

async function sync(deps: TagSyncDeps, hold: Hold, claimed: WorkRow, now: Date): Promise<number> {
  const { work, log } = deps;
  const compare = claimed.comparedAt === null || now.getTime() - claimed.comparedAt.getTime() >= COMPARE_EVERY_MS;
  try {
    const mended = compare ? await compareAll(deps, hold) : 0;
    const synced = await syncStale(deps, hold);
    const done = { notBefore: null, failures: 0, trouble: null };
    await work.release('tags', hold.by, { ...done, ...(compare ? { comparedAt: now } : {}) });
    return mended + synced;
  } catch (err) {
    if (err instanceof LostLease) return 0;
    const failures = claimed.failures + 1;
    const wait = backOff(SYNC_AGAIN, failures);
    const trouble = isAppError(err) ? err.message : '程序出错，请联系管理员查看日志。';
    await work.release('tags', hold.by, { notBefore: new Date(now.getTime() + wait), failures, trouble });
    if (!isAppError(err)) throw err;
    log.warn('subscribers.tags_failed', { code: err.code, details: err.details, waitMs: wait });
    return 0;
  }
}

async function syncStale(deps: TagSyncDeps, hold: Hold): Promise<number> {
  let done = 0;
  let tagIds: ReadonlyMap<TagKey, number> | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = await deps.store.stale(ROUND);
    if (rows.length === 0) break;
    tagIds ??= await ensureTags(deps);
    done += await syncRows(deps, hold, rows, tagIds);
    if (rows.length < ROUND) break;
  }
  return done;
}

/** Gives and takes what these followers need, then records it. */
async function syncRows(
  deps: TagSyncDeps,
  hold: Hold,
  rows: readonly SubscriberRow[],
  tagIds: ReadonlyMap<TagKey, number>,
): Promise<number> {
  const wanted = new Map(rows.map((row) => [row._id, wantedTags(row).filter((key) => tagIds.has(key))]));
  const refused = new Set<string>();
  for (const [key, tagId] of tagIds) {
    const has = (row: SubscriberRow) => row.tagged.includes(key);
    const wants = (row: SubscriberRow) => wanted.get(row._id)?.includes(key) ?? false;
    const give = rows.filter((row) => wants(row) && !has(row)).map(({ _id }) => _id);
    const take = rows.filter((row) => has(row) && !wants(row)).map(({ _id }) => _id);
    for (const openid of await inBatches(deps, hold, { call: 'tagMembers', tagId, openids: give })) refused.add(openid);
    for (const openid of await inBatches(deps, hold, { call: 'untagMembers', tagId, openids: take }))
      refused.add(openid);
  }
  await deps.store.synced(
    rows.map(({ _id, rev, since }) => ({ _id, rev, since, tagged: refused.has(_id) ? [] : (wanted.get(_id) ?? []) })),
  );
  return rows.length;
}

/** Calls in batches of 50. A batch that holds somebody who left is done one by one; returns those refused. */
async function inBatches(
  deps: TagSyncDeps,
  hold: Hold,
  order: { call: 'tagMembers' | 'untagMembers'; tagId: number; openids: readonly string[] },
): Promise<string[]> {
  const { call, tagId, openids } = order;
  const refused: string[] = [];
  for (let at = 0; at < openids.length; at += BATCH) {
    const batch = openids.slice(at, at + BATCH);
    await hold.confirm();
    try {
      await deps.client[call](tagId, batch);
    } catch (error) {
      if (reasonOf(error) !== 'not_following') throw error;
      if (batch.length > 1) {
        for (const openid of batch) refused.push(...(await inBatches(deps, hold, { call, tagId, openids: [openid] })));
      } else refused.push(...batch);
    }
  }
  return refused;
}

/** The number of each planned tag on the platform: known ones kept, others found by name or made. */
async function ensureTags(deps: TagSyncDeps): Promise<ReadonlyMap<TagKey, number>> {
  const { client, work, town, log } = deps;
  const live = await client.listTags();
  const known = new Map((await work.tags()).map((row) => [row._id, row]));
  const ids = new Map<TagKey, number>();
  for (const { key, name } of planTags(town)) {
    const row = known.get(key);
    const same = row && live.find(({ id }) => id === row.tagId);
    if (row && !same) {
      log.warn('subscribers.tag_lost', { key });
      await lost(deps, key);
    }
    const tag: Pick<WechatTag, 'id'> = same ?? live.find((tag) => tag.name === name) ?? (await client.createTag(name));
    if (!same) await work.saveTag({ _id: key, tagId: tag.id, name });
    ids.set(key, tag.id);
  }
  return ids;
}

/** Compares each tag's members on the platform with ours; what differs is given or taken by the sync that follows. */
async function compareAll(deps: TagSyncDeps, hold: Hold): Promise<number> {
  let mended = 0;
  if ((await deps.work.tags()).length === 0) return 0;
  const tagIds = await ensureTags(deps);
  for (const [key, tagId] of tagIds) mended += await compareOne(deps, hold, audienceOf(key), tagId);
  if (mended > 0) deps.log.warn('subscribers.tags_mended', { count: mended });
  return mended;
}

async function compareOne(deps: TagSyncDeps, hold: Hold, audience: TaggedAudience, tagId: number): Promise<number> {
  const { store, client } = deps;
  const live = new Set<string>();
  for (let next: string | null = ''; next !== null; ) {
    await hold.confirm();
    const page: OpenidPage = await (next === '' ? client.tagFollowers(tagId) : client.tagFollowers(tagId, next));
    for (const openid of page.openids) live.add(openid);
    next = page.openids.length === 0 ? null : page.next;
  }
  const extra = await strangers(store, audience, [...live]);
  await inBatches(deps, hold, { call: 'untagMembers', tagId, openids: extra });
  const missing = await missingOf(store, audience, live);
  await store.forgetTag(tagKeyOf(audience), missing);
  return extra.length + missing.length;
}

async function strangers(store: SubscribersStore, audience: Audience, live: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < live.length; at += ROUND) {
    const some = live.slice(at, at + ROUND);
    const members = await store.membersAmong(audience, some);
    found.push(...some.filter((openid) => !members.has(openid)));
  }
  return found;
}

async function missingOf(store: SubscribersStore, audience: Audience, live: ReadonlySet<string>): Promise<string[]> {
  const missing: string[] = [];
  for (let after = ''; ; ) {
    const some = await store.members(audience, after, ROUND);
    missing.push(...some.filter((openid) => !live.has(openid)));
    const last = some.at(-1);
    if (last === undefined || some.length < ROUND) return missing;
    after = last;
  }
}

function audienceOf(key: TagKey): TaggedAudience {
  const [kind, code = ''] = key.split(':');
  return { kind: kind === 'topic' ? 'topic' : 'village', code };
}
