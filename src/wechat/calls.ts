import { isAppError, type Log } from '../kernel/index.ts';
import type { AccessTokens } from './access-token.ts';
import { recordOf } from './answers.ts';
import { type CallEffect, lostError, platformError, refusedError, TransportError } from './call-errors.ts';
import type {
  AccountRights,
  CallObservation,
  CallOutcome,
  CallTimeouts,
  PlatformErrorDetails,
} from './client.types.ts';
import { ACCOUNT_CANNOT, TOKEN_REFUSED } from './errcodes.ts';
import { platformFailureOf } from './failure.ts';
import type { Sdk, SdkCall, SdkDone } from './sdk.ts';

/** What the caller of one API needs to know about it. */
export interface CallSpec {
  /** Our name of the call, for logs, metrics and errors. */
  readonly api: string;
  readonly effect: CallEffect;
  readonly timeout: keyof CallTimeouts;
  readonly right?: keyof AccountRights;
  /** Errcodes that are an answer and not a failure. */
  readonly accepts?: readonly number[];
  /** False for calls that carry no access token. */
  readonly token?: false;
}

export type CallRun = (api: SdkCall, done: SdkDone) => void;

/** Makes calls. Throws AppError `platform_retry`, `platform_refused` or `platform_unknown`. */
export interface Caller {
  /** Reads the answer by `pick`; where that finds nothing usable (undefined) the answer counts as lost. */
  readonly ask: <T>(spec: CallSpec, run: CallRun, pick: (answer: unknown) => T | undefined) => Promise<T>;
  /** For calls whose answer says no more than that it was done. */
  readonly act: (spec: CallSpec, run: CallRun) => Promise<void>;
}

export interface CallerDeps {
  readonly sdk: Sdk;
  readonly tokens: AccessTokens;
  readonly rights: AccountRights;
  readonly timeouts: CallTimeouts;
  readonly log: Log;
  readonly observe: (call: CallObservation) => void;
}

/** The one place where calls are checked against the account's rights, timed, logged and counted. */
export function createCaller({ sdk, tokens, rights, timeouts, log, observe }: CallerDeps): Caller {
  async function attempt(spec: CallSpec, token: string, run: CallRun): Promise<unknown> {
    try {
      return await sdk.call({ token, timeoutMs: timeouts[spec.timeout] }, run);
    } catch (error) {
      throw error instanceof TransportError ? lostError(spec.api, spec.effect, error) : error;
    }
  }

  async function answerOf(spec: CallSpec, run: CallRun): Promise<unknown> {
    if (spec.token === false) return attempt(spec, '', run);
    const token = await tokens.current();
    const answer = await attempt(spec, token, run);
    if (!TOKEN_REFUSED.has(errcodeOf(answer))) return answer;
    const next = await tokens.replace(token);
    return next === null ? answer : attempt(spec, next, run);
  }

  async function perform<T>(spec: CallSpec, run: CallRun, pick: (answer: unknown) => T | undefined): Promise<T> {
    if (spec.right !== undefined && !rights[spec.right]) {
      throw platformError({ api: spec.api, reason: 'account_cannot' }, ACCOUNT_CANNOT);
    }
    const answer = await answerOf(spec, run);
    const errcode = errcodeOf(answer);
    if (Number.isNaN(errcode)) throw lostError(spec.api, spec.effect, new TransportError('answer_unreadable'));
    if (errcode !== 0 && !(spec.accepts ?? []).includes(errcode)) throw refusedError(spec.api, answer);
    const result = pick(answer);
    if (result === undefined) throw lostError(spec.api, spec.effect, new TransportError('answer_unreadable'));
    return result;
  }

  function report(spec: CallSpec, startedAt: number, failure?: PlatformErrorDetails, words?: string): void {
    const ms = Math.round(performance.now() - startedAt);
    const outcome: CallOutcome = failure?.outcome ?? 'ok';
    const facts = { api: spec.api, outcome, errcode: failure?.errcode ?? 0, ms };
    if (failure === undefined) log.info('wechat.call', facts);
    else {
      const { reason, cause, errmsg } = failure;
      log.warn('wechat.call', { ...facts, reason, cause, rid: ridOf(errmsg) });
    }
    const why = failure === undefined ? {} : { reason: failure.reason, refused: failure.api, ...numberOf(failure) };
    observe({ api: spec.api, outcome, ms, ...why, ...(words === undefined ? {} : { words }) });
  }

  async function ask<T>(spec: CallSpec, run: CallRun, pick: (answer: unknown) => T | undefined): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await perform(spec, run, pick);
      report(spec, startedAt);
      return result;
    } catch (error) {
      const bug: PlatformErrorDetails = { api: spec.api, outcome: 'unknown', reason: 'answer_lost', cause: 'bug' };
      report(spec, startedAt, platformFailureOf(error) ?? bug, isAppError(error) ? error.message : undefined);
      throw error;
    }
  }

  return {
    ask,
    act: async (spec, run) => {
      await ask(spec, run, (answer) => (recordOf(answer)['errcode'] === undefined ? undefined : true));
    },
  };
}

function numberOf({ errcode }: PlatformErrorDetails): { errcode?: number } {
  return errcode === undefined ? {} : { errcode };
}

function errcodeOf(answer: unknown): number {
  return Number(recordOf(answer)['errcode'] ?? 0);
}

/** The platform's own request id, which its support asks for. */
function ridOf(errmsg: string | undefined): string | undefined {
  return /rid: ([\w-]+)/.exec(errmsg ?? '')?.[1];
}
