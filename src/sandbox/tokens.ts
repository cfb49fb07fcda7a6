import { chinaDate } from '../kernel/index.ts';
import { Refusal } from './errcodes.ts';
import { randomWord } from './random.ts';
import type { SandboxTime } from './time.ts';

/** Seconds that a token lives (docs/wechat-platform.md#token). */
const LIFE = 7_200;
/** Seconds during which a replaced token still works; also how early normal mode renews. */
const OVERLAP = 300;
/** Least seconds between two forced refreshes, and how many a day. */
const FORCE_GAP = 30;
const FORCE_PER_DAY = 20;

/** `/cgi-bin/token` and `stable_token` do not know of each other. */
type Pool = 'plain' | 'stable';

interface IssuedToken {
  readonly value: string;
  readonly expiresAt: number;
  /** Second from which a replaced token is refused as not the latest. */
  refusedFrom: number;
}

export interface Tokens {
  /** A new token of `/cgi-bin/token`; the one before works 5 minutes longer. */
  issuePlain(): { value: string; expiresIn: number };
  /** The stable token: the same while it is valid, a new one in its last 5 minutes or when forced. Throws Refusal. */
  issueStable(force: boolean): { value: string; expiresIn: number };
  /** Throws the Refusal that the platform has for this value. */
  check(value: string | null): void;
  /** Every token given out so far is from now on "not latest" (40001). */
  revokeAll(): void;
}

export function createTokens(time: SandboxTime): Tokens {
  const issued = new Map<string, IssuedToken>();
  const current: Record<Pool, IssuedToken | undefined> = { plain: undefined, stable: undefined };
  const forced = { day: '', count: 0, at: Number.NEGATIVE_INFINITY };

  function issue(pool: Pool): IssuedToken {
    const now = time.seconds();
    const before = current[pool];
    if (before !== undefined) before.refusedFrom = Math.min(before.refusedFrom, now + OVERLAP);
    // The real one is at least 136 characters; its documentation asks for room for 512.
    const token = { value: `99_${randomWord(133)}`, expiresAt: now + LIFE, refusedFrom: Number.POSITIVE_INFINITY };
    issued.set(token.value, token);
    current[pool] = token;
    return token;
  }

  const answer = (token: IssuedToken) => ({ value: token.value, expiresIn: token.expiresAt - time.seconds() });
  const usable = (token: IssuedToken | undefined): token is IssuedToken =>
    token !== undefined && token.refusedFrom > time.seconds() && token.expiresAt - time.seconds() > OVERLAP;

  function forceStable(): IssuedToken {
    const day = chinaDate(time.now());
    if (forced.day !== day) Object.assign(forced, { day, count: 0 });
    if (usable(current.stable) && time.seconds() - forced.at < FORCE_GAP) return current.stable;
    if (forced.count >= FORCE_PER_DAY) throw new Refusal(45009);
    forced.count += 1;
    forced.at = time.seconds();
    return issue('stable');
  }

  return {
    issuePlain: () => answer(issue('plain')),
    issueStable: (force) => answer(force ? forceStable() : usable(current.stable) ? current.stable : issue('stable')),
    check(value) {
      if (value === null || value === '') throw new Refusal(41001);
      if (!/^[\w-]+$/.test(value)) throw new Refusal(40014);
      const token = issued.get(value);
      if (token === undefined || token.refusedFrom <= time.seconds()) throw new Refusal(40001);
      if (token.expiresAt <= time.seconds()) throw new Refusal(42001);
    },
    revokeAll() {
      for (const token of issued.values()) token.refusedFrom = time.seconds();
    },
  };
}
