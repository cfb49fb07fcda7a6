import type { Clock } from '../kernel/index.ts';
import type { CallObservation } from '../wechat/index.ts';

/** When calls of the platform last went well and badly; times null where none did since the start. */
export interface CallMemory {
  readonly lastOkAt: Date | null;
  readonly lastFailedAt: Date | null;
  /** What staff should read and do about the last failure. */
  readonly words: string | null;
}

/** What this process has seen of the platform since its start: the access token apart, because without it nothing goes. */
export interface PlatformCalls {
  note(call: CallObservation): void;
  state(): { readonly token: CallMemory; readonly calls: CallMemory };
}

const NONE: CallMemory = { lastOkAt: null, lastFailedAt: null, words: null };

export function createPlatformCalls(clock: Clock): PlatformCalls {
  let token = NONE;
  let calls = NONE;
  return {
    note: (call) => {
      const next = noted(call.api === 'token' ? token : calls, call, clock.now());
      if (call.api === 'token') token = next;
      else calls = next;
    },
    state: () => ({ token, calls }),
  };
}

function noted(before: CallMemory, { outcome, words }: CallObservation, now: Date): CallMemory {
  if (outcome === 'ok') return { ...before, lastOkAt: now };
  return { ...before, lastFailedAt: now, words: words ?? '程序出错，请看日志。' };
}
