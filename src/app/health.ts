import type { z } from 'zod';
import type { Redis } from 'ioredis';
import type { Clock } from '../kernel/index.ts';
import type { PushesApi } from '../pushes/index.ts';
import type { Feature } from '../feature/index.ts';
import { defineRoute, type Route } from '../http/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { Notices } from '../notices/index.ts';
import type { SweepRunner } from '../platform/jobs/index.ts';
import type { MongoPools } from '../platform/mongo/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { CallMemory, PlatformCalls } from './platform-calls.ts';
import type { ClockWatch } from '../wechat/index.ts';
import type { WorkingDays } from '../deadlines/index.ts';
import { healthView } from './health.contract.ts';

export interface HealthDeps {
  readonly mongo: MongoPools;
  readonly redis: Redis | null;
  readonly inbox: Pick<Inbox, 'status'>;
  readonly notices: Pick<Notices, 'countStuck' | 'stopped'>;
  readonly features: readonly Pick<Feature, 'health'>[];
  readonly pushes: Pick<PushesApi, 'quota'>;
  readonly subscribers: Pick<SubscribersApi, 'stuck'>;
  readonly platform: PlatformCalls;
  readonly clockWatch: Pick<ClockWatch, 'off'>;
  readonly sweeps: SweepRunner;
  readonly workingDays: WorkingDays;
  readonly clock: Clock;
}

/** A notice that should have gone out ten minutes ago is stuck; the sweep looks each second. */
const STUCK_MS = 600_000;

/** Stuck work in words, for the one page that the office looks at (`GET /health`). */
export function healthRoutes(deps: HealthDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/health',
      allow: { action: 'health.read' },
      summary: 'Stores, queues and stuck work, in words',
      response: healthView,
      handler: async () => report(deps),
    }),
  ];
}

async function report(deps: HealthDeps): Promise<z.input<typeof healthView>> {
  const now = deps.clock.now();
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  const inbox = await deps.inbox.status();
  const [stuckNotices, stopped, sentences, stuckSubscribers, quota] = await Promise.all([
    deps.notices.countStuck(before(STUCK_MS)),
    deps.notices.stopped(),
    Promise.all(deps.features.map((feature) => feature.health())),
    deps.subscribers.stuck(),
    deps.pushes.quota(),
  ]);
  const redis = deps.redis === null ? null : deps.redis.status === 'ready';
  const sweeps = deps.sweeps.state();
  const { token, calls } = deps.platform.state();
  const problems = [
    redis === false ? '限流存储（Redis）连不上，暂用本机内存计数。' : null,
    inbox.spooled > 0 ? `有 ${inbox.spooled} 条消息暂存在本机，等数据库恢复后处理。` : null,
    inbox.failed > 0 ? `有 ${inbox.failed} 条消息多次处理失败，需要技术人员查看。` : null,
    inbox.broken > 0 ? `本机有 ${inbox.broken} 个暂存文件里有读不出的内容，需要技术人员查看。` : null,
    stuckNotices > 0 ? `有 ${stuckNotices} 条告知超过十分钟没有发出。` : null,
    ...sentences.flat(),
    // Said by the stoppage where the platform refuses; here where it gives none for another reason.
    failsNow(token) && !stopped.some((words) => words.includes('凭证'))
      ? `取不到微信接口凭证，推送和主动告知都发不出：${token.words}`
      : null,
    ...stopped,
    ...stuckSubscribers,
    ...sweeps.flatMap(({ name, lastError }) => (lastError === null ? [] : [`后台任务 ${name} 最近一次失败。`])),
    clockWords(deps.clockWatch.off()),
    deps.workingDays.warning(now),
  ].filter((problem) => problem !== null);
  return {
    ok: problems.length === 0,
    problems,
    stores: { mongo: deps.mongo.ready(), redis },
    inbox: { open: inbox.open, failed: inbox.failed, spooled: inbox.spooled },
    platform: { token: callView(token), calls: callView(calls) },
    quota: { left: quota.left, limit: quota.limit },
    sweeps: sweeps.map((sweep) => ({ ...sweep, lastRunAt: sweep.lastRunAt?.toISOString() ?? null })),
  };
}

function failsNow({ lastOkAt, lastFailedAt }: CallMemory): boolean {
  return lastFailedAt !== null && (lastOkAt === null || lastFailedAt > lastOkAt);
}

function callView({ lastOkAt, lastFailedAt, words }: CallMemory) {
  return { lastOkAt: lastOkAt?.toISOString() ?? null, lastFailedAt: lastFailedAt?.toISOString() ?? null, words };
}

function clockWords(seconds: number | null): string | null {
  if (seconds === null) return null;
  const wrong = seconds > 0 ? '快' : '慢';
  return `本机时间比微信平台${wrong} ${Math.abs(seconds)} 秒：请打开时间同步（NTP），否则期限和链接会错，差一天以上消息会被拒收。`;
}
