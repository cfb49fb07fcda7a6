import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, type Clock, newToken } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { AccountRights } from '../wechat/index.ts';
import type { ImportProgress, SubscriberWorkStore } from './subscriber-work.store.ts';
import { type Audience, isKnownAudience, type TownGroups, villageOfScene } from './subscriber.ts';
import type { ImportView, SubscribersSummary } from './subscribers.contract.ts';
import type { SubscribersStore } from './subscribers.store.ts';

export interface SubscribersServiceDeps {
  readonly store: SubscribersStore;
  readonly work: SubscriberWorkStore;
  readonly rights: AccountRights;
  readonly town: TownGroups;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
}

/** A resident's own choice, as chat shows it. */
export interface ResidentChoice {
  readonly following: boolean;
  readonly villageCode: string | null;
  readonly topics: readonly string[];
}

export type SubscribersService = ReturnType<typeof createSubscribersService>;

/** Who follows, and what they chose. */
export function createSubscribersService(deps: SubscribersServiceDeps) {
  const { store, town, clock } = deps;
  return {
    /**
     * A resident follows. `at` is the event's own time: late, repeated and out-of-order events end in the true state;
     * of two with the same time the later arrival wins. A QR `scene` `village_<code>` sets the village. Answers whether
     * the resident follows now.
     */
    follow: async ({ openid, at, scene }: { openid: string; at: Date; scene?: string }, tx?: Tx): Promise<boolean> => {
      if (await store.follow(openid, at, villageOfScene(scene, town), tx)) return true;
      return (await store.find(openid, tx))?.following ?? false;
    },

    /**
     * A resident leaves: everything kept about them goes, but for seven days the mark that stops late events. Answers
     * whether the resident is gone now.
     */
    unfollow: async ({ openid, at }: { openid: string; at: Date }, tx?: Tx): Promise<boolean> => {
      if (await store.unfollow(openid, at, tx)) return true;
      return (await store.find(openid, tx))?.following === false;
    },

    /** Sets the village of somebody who follows; null for none. AppError invalid_input where the town has no such village. */
    setVillage: async ({ openid, villageCode }: { openid: string; villageCode: string | null }): Promise<void> => {
      if (villageCode !== null) checkKnown({ kind: 'village', code: villageCode }, town);
      await store.choose(openid, { villageCode }, clock.now());
    },

    /** Sets the topics, replacing earlier ones. AppError invalid_input for one that the town does not list. */
    setTopics: async ({ openid, topics }: { openid: string; topics: readonly string[] }): Promise<void> => {
      for (const code of topics) checkKnown({ kind: 'topic', code }, town);
      await store.choose(openid, { topics: [...new Set(topics)].sort() }, clock.now());
    },

    /** A follower who scanned a QR code of a village. False where the scene names none. */
    setVillageByScene: async ({ openid, scene }: { openid: string; scene: string }): Promise<boolean> => {
      const villageCode = villageOfScene(scene, town);
      if (villageCode !== null) await store.choose(openid, { villageCode }, clock.now());
      return villageCode !== null;
    },

    choiceOf: async (openid: string): Promise<ResidentChoice> => {
      const row = await store.find(openid);
      return {
        following: row?.following ?? false,
        villageCode: row?.villageCode ?? null,
        topics: row?.topics ?? [],
      };
    },

    /** How many residents follow and belong to `audience`, by our own count. */
    headCount: async (audience: Audience): Promise<number> => store.countFollowing(audience),

    summary: async (): Promise<SubscribersSummary> => summary(deps),

    /** Work that does not go by itself, in words for /health; empty when all is well. */
    stuck: async (): Promise<readonly string[]> => stuck(deps),

    startImport: async (caller: Caller): Promise<ImportView> => startImport(deps, caller),
  };
}

function checkKnown(audience: Audience, town: TownGroups): void {
  if (!isKnownAudience(audience, town)) {
    throw new AppError('invalid_input', { message: '没有这个选项，请从列出的里面选。' });
  }
}

async function summary({ store, work, town }: SubscribersServiceDeps): Promise<SubscribersSummary> {
  const [groups, waitingForTags, job] = await Promise.all([
    store.countByVillage(),
    store.countStale(),
    work.find('import'),
  ]);
  const count = (code: string | null) => groups.find(({ villageCode }) => villageCode === code)?.count ?? 0;
  const topics = await Promise.all(
    town.topics.map(async ({ code, name }) => ({
      code,
      name,
      count: await store.countFollowing({ kind: 'topic', code }),
    })),
  );
  return {
    following: groups.reduce((sum, group) => sum + group.count, 0),
    withoutVillage: count(null),
    villages: town.villages.map(({ code, name }) => ({ code, name, count: count(code) })),
    topics,
    waitingForTags,
    import: job?.progress ? importView(job.progress) : null,
  };
}

/** Failures in a row of the tag sync that are worth a person's look; fewer are ordinary. */
const TAG_FAILURES = 3;

async function stuck({ work }: SubscribersServiceDeps): Promise<string[]> {
  const [tags, imported] = await Promise.all([work.find('tags'), work.find('import')]);
  const problems: string[] = [];
  if (tags !== null && tags.failures >= TAG_FAILURES) {
    problems.push(`关注者的村标签连续 ${tags.failures} 次没有同步成功，按村推送会漏人：${tags.trouble ?? ''}`);
  }
  const progress = imported?.progress;
  if (progress?.state === 'failed') problems.push(`关注者名单导入失败，请重新导入：${progress.trouble ?? ''}`);
  else if (progress?.state === 'running' && progress.trouble !== null) {
    problems.push(`关注者名单导入暂停，稍后会自动继续：${progress.trouble}`);
  }
  return problems;
}

async function startImport(deps: SubscribersServiceDeps, caller: Caller): Promise<ImportView> {
  const { work, rights, clock, transact, audit } = deps;
  if (!rights.followers) {
    throw new AppError('platform_refused', { message: '未认证的公众号不能读取关注者名单，请先完成认证。' });
  }
  const progress: ImportProgress = {
    job: newToken(9),
    state: 'running',
    startedAt: clock.now(),
    next: null,
    imported: 0,
    total: null,
    left: null,
    finishedAt: null,
    trouble: null,
  };
  await transact(async (tx) => {
    if (!(await work.startImport(progress, tx))) {
      throw new AppError('wrong_state', { message: '关注者名单正在导入，请等它结束。' });
    }
    await audit.record(tx, { action: 'subscribers.import', actor: staffActor(caller) });
  });
  return importView(progress);
}

function importView(progress: ImportProgress): ImportView {
  return {
    state: progress.state,
    startedAt: progress.startedAt.toISOString(),
    finishedAt: progress.finishedAt?.toISOString() ?? null,
    imported: progress.imported,
    total: progress.total,
    left: progress.left,
    trouble: progress.trouble,
  };
}
