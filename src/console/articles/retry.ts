import { ApiError } from '../api.ts';

/** The first wait, doubled after each failure up to the longest, ms. */
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

/** True where the same request may work later: no network, too many at once, the service away. */
export function mayWorkLater(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** Tries `again` once the network is back, and from time to time where the computer does not notice that. */
export function retryLater(again: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_MS;
  let waiting = false;
  const now = (): void => {
    if (!waiting) return;
    waiting = false;
    clearTimeout(timer);
    again();
  };
  window.addEventListener('online', now);
  return {
    start: (): void => {
      waiting = true;
      clearTimeout(timer);
      timer = setTimeout(now, wait);
      wait = Math.min(wait * 2, LONGEST_MS);
    },
    done: (): void => {
      waiting = false;
      wait = FIRST_MS;
      clearTimeout(timer);
    },
    end: (): void => {
      waiting = false;
      clearTimeout(timer);
      window.removeEventListener('online', now);
    },
  };
}
