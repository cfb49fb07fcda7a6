import type { Clock } from '../kernel/index.ts';
import type { CallState } from '../notices/index.ts';
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
  /** By call, whether the platform lets us; what it could not say (busy, no answer) changes nothing. */
  states(): readonly CallState[];
}

const NONE: CallMemory = { lastOkAt: null, lastFailedAt: null, words: null };

export function createPlatformCalls(clock: Clock): PlatformCalls {
  let token = NONE;
  let calls = NONE;
  const states = new Map<string, CallState>();
  return {
    note: (call) => {
      const at = clock.now();
      const next = noted(call.api === 'token' ? token : calls, call, at);
      if (call.api === 'token') token = next;
      else calls = next;
      const known = stateOf(call, at);
      if (known !== null) states.set(call.api, known);
    },
    state: () => ({ token, calls }),
    states: () => [...states.values()],
  };
}

function stateOf({ api, outcome, refused = api, errcode, words = '' }: CallObservation, at: Date): CallState | null {
  if (refused !== api || outcome === 'retry' || outcome === 'unknown') return null;
  return { api, at, stopped: outcome === 'ours' ? { words, errcode } : null };
}

function noted(before: CallMemory, { outcome, words }: CallObservation, now: Date): CallMemory {
  if (outcome === 'ok') return { ...before, lastOkAt: now };
  return { ...before, lastFailedAt: now, words: words ?? '程序出错，请看日志。' };
}
