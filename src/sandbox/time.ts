import type { Clock } from '../kernel/index.ts';

/** The platform's clock: the real one plus what the control interface adds. */
export interface SandboxTime {
  now(): Date;
  /** Whole seconds since 1970, as the platform writes times. */
  seconds(): number;
  offsetSeconds: number;
}

export function createTime(clock: Clock): SandboxTime {
  return {
    offsetSeconds: 0,
    now() {
      return new Date(clock.now().getTime() + this.offsetSeconds * 1_000);
    },
    seconds() {
      return Math.floor(this.now().getTime() / 1_000);
    },
  };
}
