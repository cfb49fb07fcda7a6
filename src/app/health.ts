import type { z } from 'zod';
import type { Redis } from 'ioredis';
import type { Clock } from '../kernel/index.ts';
import { defineRoute, type Route } from '../http/index.ts';
import type { SweepRunner } from '../platform/jobs/index.ts';
import type { MongoPools } from '../platform/mongo/index.ts';
import type { ClockWatch } from '../wechat/index.ts';
import type { WorkingDays } from '../deadlines/index.ts';
import type { Gathered } from './gather.ts';
import { figuresView, healthView } from './health.contract.ts';
import type { CallMemory, PlatformCalls } from './platform-calls.ts';

export interface HealthDeps extends Pick<Gathered, 'health' | 'figures'> {
  readonly mongo: MongoPools;
  readonly redis: Redis | null;
  readonly platform: PlatformCalls;
  readonly clockWatch: Pick<ClockWatch, 'off'>;
  readonly sweeps: SweepRunner;
  readonly workingDays: WorkingDays;
  readonly clock: Clock;
}

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
  const [sentences, figures] = await Promise.all([deps.health(), deps.figures()]);
  const redis = deps.redis === null ? null : deps.redis.status === 'ready';
  const sweeps = deps.sweeps.state();
  const { token, calls } = deps.platform.state();
  const problems = [
    redis === false ? '限流存储（Redis）连不上，暂用本机内存计数。' : null,
    // Said by the stoppage where the platform refuses; here where it gives none for another reason.
    failsNow(token) && !sentences.some((words) => words.includes('凭证'))
      ? `取不到微信接口凭证，推送和主动告知都发不出：${token.words}`
      : null,
    ...sentences,
    ...sweeps.flatMap(({ name, lastError }) => (lastError === null ? [] : [`后台任务 ${name} 最近一次失败。`])),
    clockWords(deps.clockWatch.off()),
    deps.workingDays.warning(deps.clock.now()),
  ].filter((problem) => problem !== null);
  return {
    ok: problems.length === 0,
    problems,
    stores: { mongo: deps.mongo.ready(), redis },
    platform: { token: callView(token), calls: callView(calls) },
    // The blocks that the screen shows; a feature that left one out would be noticed here.
    ...figuresView.parse(figures),
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
