import { sendWithProgress } from './progress.ts';

/** What went wrong, in words for the person at the screen. `code` is the service's, or `offline`. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: unknown;
  readonly retryAfterSeconds: number | null;

  constructor(facts: { code: string; message: string; status: number; details?: unknown; retryAfterSeconds?: number }) {
    super(facts.message);
    this.name = 'ApiError';
    this.code = facts.code;
    this.status = facts.status;
    this.details = facts.details;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

let csrfToken = '';
let whenSignedOut: () => Promise<void> = () => Promise.resolve();
let whenTokenStale: () => Promise<void> = () => Promise.resolve();

/** The token that every write must carry; comes with the session. */
export function useCsrfToken(token: string): void {
  csrfToken = token;
}

/**
 * `ask` resolves once the person has signed in again: the request that found the session gone is then repeated, so
 * nothing typed is lost.
 */
export function onSignedOut(ask: () => Promise<void>): void {
  whenSignedOut = ask;
}

/**
 * `renew` resolves once `useCsrfToken` has the token of the session as another window left it; it rejects where somebody
 * else sits at that session now.
 */
export function onTokenStale(renew: () => Promise<void>): void {
  whenTokenStale = renew;
}

/** Calls the staff API under /api/v1. Throws ApiError. Give `query` values as they are; undefined and '' are left out. */
export async function api<T>(
  method: Method,
  path: string,
  options: {
    body?: unknown;
    query?: object;
    file?: File;
    signal?: AbortSignal;
    signingIn?: boolean;
    /** How much of `file` has been sent, 0 to 1. */
    onProgress?: (part: number) => void;
  } = {},
): Promise<T> {
  const answer = await send(method, path, options);
  if (options.signingIn === true) return read<T>(answer);
  if (answer.status === 401) await whenSignedOut();
  else if (await isStaleToken(answer)) await whenTokenStale();
  else return read<T>(answer);
  return read<T>(await send(method, path, options));
}

/** Signing in again in a second window gives the session a new token, of which this window knows nothing. */
async function isStaleToken(answer: Response): Promise<boolean> {
  if (answer.status !== 403) return false;
  const { error } = (parse(await answer.clone().text()) ?? {}) as { error?: { code?: string } };
  return error?.code === 'bad_csrf';
}

async function send(method: Method, path: string, options: Parameters<typeof api>[2]): Promise<Response> {
  const { body, query, file, signal, onProgress } = options ?? {};
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken;
  let payload: BodyInit | null = null;
  if (file) {
    payload = new FormData();
    payload.append('file', file);
  } else if (method !== 'GET') {
    headers['Content-Type'] = 'application/json';
    payload = JSON.stringify(body ?? {});
  }
  try {
    if (payload instanceof FormData && onProgress) {
      return await sendWithProgress(`/api/v1${path}`, { method, headers, body: payload }, onProgress);
    }
    return await fetch(`/api/v1${path}${queryText(query)}`, {
      method,
      headers,
      body: payload,
      credentials: 'same-origin',
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError({ code: 'offline', message: '网络断开了，没有送到。请检查网络后再试。', status: 0 });
  }
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  const value = parse(text);
  if (answer.ok) return value as T;
  const { error } = (value ?? {}) as { error?: { code?: string; message?: string; details?: unknown } };
  const wait = Number(answer.headers.get('Retry-After'));
  throw new ApiError({
    code: error?.code ?? 'internal',
    message: error?.message ?? '系统没有正常回应，请稍后再试。',
    status: answer.status,
    details: error?.details,
    ...(wait > 0 ? { retryAfterSeconds: wait } : {}),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function queryText(query: object | undefined): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (typeof value === 'string' && value !== '') asked.set(name, value);
    if (typeof value === 'number' || typeof value === 'boolean') asked.set(name, String(value));
  }
  const text = asked.toString();
  return text === '' ? '' : `?${text}`;
}

/** The sentence to show for whatever was thrown. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.retryAfterSeconds !== null) {
    return `${error.message}（${waitWords(error.retryAfterSeconds)}后可以再试）`;
  }
  return error instanceof Error ? error.message : '出了问题，请刷新后再试。';
}

/** `90` → `2 分钟`. */
export function waitWords(seconds: number): string {
  return seconds < 60 ? `${seconds} 秒` : `${Math.ceil(seconds / 60)} 分钟`;
}
