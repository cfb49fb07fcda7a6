import { systemClock, type Clock, type Log } from '../kernel/index.ts';
import { createSay, type Config, type Say } from '../platform/config/index.ts';
import { createMetrics, type Metrics } from '../platform/metrics/index.ts';
import {
  connectMongo,
  createTransact,
  type Connection,
  type MongoPools,
  type Transact,
} from '../platform/mongo/index.ts';
import { createLimiter, type Limiter } from '../platform/rate-limit/index.ts';
import { connectRedis } from '../platform/redis/index.ts';
import { createSealer, type Keys } from '../platform/sealing/index.ts';
import { createThreads, type Threads } from '../platform/threads/index.ts';
import { createWorkingDays, type WorkingDays } from '../deadlines/index.ts';
import { loginRules, type PasswordCost } from '../staff/index.ts';
import {
  type ClockWatch,
  createClockWatch,
  createMemoryTokenStore,
  createWechatClient,
  type WechatClient,
} from '../wechat/index.ts';
import { createSharedTokenStore } from './shared-token.ts';
import { createPlatformCalls, type PlatformCalls } from './platform-calls.ts';

/** What stands below every feature: stores, keys, clock, words, and the platform's door. */
export interface Ground {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly say: Say;
  readonly workingDays: WorkingDays;
  readonly mongo: MongoPools;
  /** The work pool. */
  readonly connection: Connection;
  readonly transact: Transact;
  readonly redis: ReturnType<typeof connectRedis> | null;
  readonly limiter: Limiter<'openid' | 'ip' | keyof ReturnType<typeof loginRules>>;
  readonly wechat: WechatClient;
  /** What was seen of the platform. */
  readonly platform: PlatformCalls;
  /** Whether our clock and the platform's agree. */
  readonly clockWatch: ClockWatch;
  readonly metrics: Metrics;
  /** Where long texts are worked on, beside the loop that answers. */
  readonly threads: Threads;
  /** Undefined = that of production. */
  readonly passwordCost: PasswordCost | undefined;
  close(): Promise<void>;
}

export interface GroundDeps {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  readonly passwordCost?: PasswordCost;
}

/** Starts connecting and returns at once. */
export function createGround(deps: GroundDeps): Ground {
  const { config, log, clock = systemClock } = deps;
  const { env, limits } = config;
  const keys: Keys = { current: env.SECRET_KEY, previous: env.SECRET_KEY_PREVIOUS };
  const prefix = `xiangyin:${env.WECHAT_APP_ID}`;
  const metrics = createMetrics();
  const mongo = connectMongo({ uri: env.MONGODB_URI, log });
  const redis = env.REDIS_URL === undefined ? null : connectRedis({ url: env.REDIS_URL, log });
  const platform = createPlatformCalls(clock);
  const threads = createThreads({ log });
  return {
    config,
    log,
    clock,
    keys,
    say: createSay(config.chat),
    workingDays: createWorkingDays(config.calendars),
    mongo,
    connection: mongo.work,
    transact: createTransact(mongo.work),
    redis,
    limiter: createLimiter({
      redis,
      prefix,
      rules: {
        openid: { points: limits.rate.perOpenidPerMinute, seconds: 60 },
        ip: { points: limits.rate.perIpPerMinute, seconds: 60 },
        ...loginRules(limits.rate.loginPer15Minutes),
      },
    }),
    wechat: createWechatClient({
      appId: env.WECHAT_APP_ID,
      appSecret: env.WECHAT_APP_SECRET,
      apiBase: env.WECHAT_API_BASE,
      accountType: env.WECHAT_ACCOUNT_TYPE,
      verified: env.WECHAT_VERIFIED,
      tokenStore:
        redis === null
          ? createMemoryTokenStore()
          : createSharedTokenStore({ redis, sealer: createSealer(keys, 'access-token'), prefix, clock }),
      clock,
      log,
      observe: (call) => {
        metrics.wechatCalls.observe({ api: call.api, outcome: call.outcome }, call.ms / 1_000);
        platform.note(call);
      },
    }),
    platform,
    clockWatch: createClockWatch({
      clock,
      onOff: (seconds) => {
        log.error('clock.off', { seconds });
        metrics.alarms.inc({ kind: 'clock_off' });
      },
    }),
    metrics,
    threads,
    passwordCost: deps.passwordCost,
    close: async () => {
      redis?.disconnect();
      await threads.close();
      await mongo.close();
    },
  };
}
