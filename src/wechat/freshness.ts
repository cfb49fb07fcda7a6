import type { Clock } from '../kernel/index.ts';

/** How the account's console is set: plain text, both, or ciphertext only. */
export type WebhookMode = 'plain' | 'compat' | 'secure';

/**
 * How far a request's timestamp may lie from our clock, in seconds, either way. In plain mode the signature covers no
 * word of the message, so that an old one would let anybody speak as any resident: ten minutes. Encrypted requests carry
 * a signed message whose repeat has no effect: a day, so that a town whose server has a wrong clock is not cut off.
 */
const FRESH_SECONDS: Readonly<Record<WebhookMode, number>> = { plain: 600, compat: 86_400, secure: 86_400 };

/** Seconds since 1970 in ten digits, as the platform writes them (until the year 2286). */
const TEN_DIGITS = /^[1-9]\d{9}$/;

/** Whether a signed timestamp has the platform's form and is near enough to `now` for the mode. */
export function isFresh(timestamp: string, mode: WebhookMode, now: Date): boolean {
  if (!TEN_DIGITS.test(timestamp)) return false;
  return Math.abs(now.getTime() / 1_000 - Number(timestamp)) <= FRESH_SECONDS[mode];
}

/** What the platform's own timestamps say of our clock. */
export interface ClockWatch {
  /** A timestamp under a good signature, in seconds since 1970. Anything that is no such number is passed over. */
  note(timestamp: string): void;
  /** Seconds by which our clock is ahead (negative: behind), null while it is right or nothing recent says. */
  off(): number | null;
}

/** From here on staff are told: links, due dates and the platform's signatures suffer from it. */
export const CLOCK_OFF_SECONDS = 60;
/** How long a timestamp counts. */
const RECENT_MS = 600_000;
/** Of so many the one that comes nearest to our clock counts: a repeated old request raises no false alarm. */
const KEPT = 8;

/** Watches our clock by the timestamps that the platform signs. `onOff` is called when it turns out to be wrong, once. */
export function createClockWatch(deps: { clock: Clock; onOff?: (seconds: number) => void }): ClockWatch {
  let kept: { at: number; seconds: number }[] = [];
  let told = false;
  const off = (): number | null => {
    const now = deps.clock.now().getTime();
    kept = kept.filter(({ at }) => Math.abs(now - at) <= RECENT_MS);
    let least: number | null = null;
    for (const { seconds } of kept) if (least === null || Math.abs(seconds) < Math.abs(least)) least = seconds;
    return least === null || Math.abs(least) < CLOCK_OFF_SECONDS ? null : Math.round(least);
  };
  return {
    off,
    note: (timestamp) => {
      if (!TEN_DIGITS.test(timestamp)) return;
      const at = deps.clock.now().getTime();
      kept.push({ at, seconds: at / 1_000 - Number(timestamp) });
      if (kept.length > KEPT) kept.shift();
      const seconds = off();
      if (seconds !== null && !told) deps.onOff?.(seconds);
      told = seconds !== null;
    },
  };
}
