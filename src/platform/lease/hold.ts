import type { Clock } from '../../kernel/index.ts';
import { LEASE_MS, type Lease } from './lease.ts';

/** Beats in one lease: two may be lost. */
const BEATS = 3;
/** Longer than the slowest single step, a download of 60 s and its second way of 60 s. */
const SILENT_MS = 180_000;

/** Another has taken the work over: what this worker still has in its hands is not written. */
export class LostLease extends Error {
  override readonly name = 'LostLease';
  constructor() {
    super('the lease was lost: another worker has taken over');
  }
}

export interface Hold {
  /** For the fence of every write: `heldBy(hold.by)`. */
  readonly by: string;
  /** Aborted (LostLease) once a renewal found that another has taken over. */
  readonly signal: AbortSignal;
  /**
   * Renews now, and says that the work goes on. To be called before every step outwards, which no fence can stop:
   * rejects with LostLease where another has taken over, and with the store's error where nobody can say.
   */
  confirm(): Promise<void>;
}

export interface HoldOptions {
  readonly lease: Lease;
  /** Writes `renewed(lease.until)` where `heldBy(lease.by)` still fits; false where it does not. */
  readonly renew: (lease: Lease) => Promise<boolean>;
  readonly clock: Clock;
  /** The length of the lease; the same as the claim was made with. Default LEASE_MS. */
  readonly leaseMs?: number | undefined;
  /** An owner that ends no step for so long hangs, and is renewed no more. Default three minutes. */
  readonly silentMs?: number | undefined;
}

/**
 * Renews the lease while `work` runs and this process lives, so that a short lease is enough for long work. The beat
 * keeps no process alive and ends with the work. It promises nothing to a frozen process: its writes need the fence.
 */
export async function whileHeld<T>(options: HoldOptions, work: (hold: Hold) => Promise<T>): Promise<T> {
  const { lease, renew, clock, leaseMs = LEASE_MS, silentMs = SILENT_MS } = options;
  const lost = new AbortController();
  let stepAt = performance.now();

  const extend = async (): Promise<void> => {
    lost.signal.throwIfAborted();
    const until = new Date(clock.now().getTime() + leaseMs);
    if (!(await renew({ by: lease.by, until }))) lost.abort(new LostLease());
    lost.signal.throwIfAborted();
  };

  const timer = setInterval(() => {
    // A store that is away now is asked again with the next beat.
    if (performance.now() - stepAt < silentMs) extend().catch(() => undefined);
  }, leaseMs / BEATS);
  timer.unref();
  try {
    return await work({
      by: lease.by,
      signal: lost.signal,
      confirm: async () => {
        await extend();
        stepAt = performance.now();
      },
    });
  } finally {
    clearInterval(timer);
  }
}
