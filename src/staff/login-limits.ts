import { AppError } from '../kernel/index.ts';
import type { Limiter, LimitRule, Taken } from '../platform/rate-limit/index.ts';

export type LoginLimit = 'login' | 'loginName' | 'loginIp';
export type LoginLimiter = Limiter<LoginLimit>;

const WINDOW_SECONDS = 900;
/** A whole office shares one address, and nobody shall lock a colleague out by typing that name now and then. */
const WIDER = 5;

/**
 * Wrong passwords in 15 minutes: `attempts` for a name from one address, five times as many for the name from anywhere
 * and for the address with any name.
 */
export function loginRules(attempts: number): Readonly<Record<LoginLimit, LimitRule>> {
  const wide = { points: attempts * WIDER, seconds: WINDOW_SECONDS };
  return { login: { points: attempts, seconds: WINDOW_SECONDS }, loginName: wide, loginIp: wide };
}

export interface LoginAttempt {
  readonly username: string;
  readonly ip: string;
}

export interface LoginGate {
  /** Counts an attempt before the password is looked at; the refusal where it was one too many, else null. */
  take(attempt: LoginAttempt): Promise<{ error: AppError; limit: LoginLimit; first: boolean } | null>;
  /** The password was right: what was wrong before it no longer counts. */
  wasRight(attempt: LoginAttempt): Promise<void>;
}

export function createLoginGate(limiter: LoginLimiter): LoginGate {
  const keys = ({ username, ip }: LoginAttempt): readonly (readonly [LoginLimit, string])[] => [
    ['login', `${username}|${ip}`],
    ['loginIp', ip],
    ['loginName', username],
  ];
  return {
    take: async (attempt) => {
      // One after the other: who is refused for the pair shall not use up what others share.
      for (const [limit, key] of keys(attempt)) {
        const taken = await limiter.take(limit, key);
        if (!taken.ok) return { error: tooMany(taken), limit, first: taken.first };
      }
      return null;
    },
    wasRight: async (attempt) => {
      await Promise.all(
        keys(attempt).map(([limit, key]) =>
          limit === 'login' ? limiter.clear(limit, key) : limiter.giveBack(limit, key),
        ),
      );
    },
  };
}

function tooMany({ retryAfterSeconds }: Extract<Taken, { ok: false }>): AppError {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return new AppError('too_many_requests', {
    message: `试的次数太多，请 ${minutes} 分钟后再登录。`,
    retryAfterSeconds,
  });
}
