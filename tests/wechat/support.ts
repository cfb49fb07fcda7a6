import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, type Clock, type Log, type LogFields } from '../../src/kernel/index.ts';
import {
  type CallObservation,
  createMemoryTokenStore,
  createWechatClient,
  type TokenStore,
  type WechatClient,
  type WechatClientDeps,
} from '../../src/wechat/index.ts';

/** What `run` throws, which must be an AppError. */
export function appErrorOf(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What `run` gives, null where it throws an AppError; any other error passes on and fails the test. */
export function unlessRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

export async function rejectionOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Responder = (request: SeenRequest, response: ServerResponse) => void;

/** A platform that answers as one test needs. Without a responder of their own, tokens are T1, T2 … by request. */
export async function startPlatform() {
  const seen: SeenRequest[] = [];
  const responders = new Map<string, Responder>();
  let tokens = 0;
  responders.set('/cgi-bin/stable_token', (_request, response) => {
    tokens += 1;
    json(response, { access_token: `T${tokens}`, expires_in: 7_200 });
  });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://platform');
      const body = Buffer.concat(chunks);
      const { method = '', headers } = request;
      const entry = { method, path: url.pathname, query: url.searchParams, headers, body };
      seen.push(entry);
      const respond =
        responders.get(url.pathname) ?? ((_seen, answer) => json(answer, { errcode: -2, errmsg: 'no responder' }));
      respond(entry, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    base,
    seen,
    on: (path: string, ...inTurn: Responder[]) => {
      let turn = 0;
      responders.set(path, (request, response) => {
        const respond = inTurn[Math.min(turn, inTurn.length - 1)];
        turn += 1;
        respond?.(request, response);
      });
    },
    to: (path: string) => seen.filter((request) => request.path === path),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

export type Platform = Awaited<ReturnType<typeof startPlatform>>;

export function json(response: ServerResponse, body: unknown): void {
  text(response, 200, JSON.stringify(body), 'application/json; encoding=utf-8');
}

export function text(response: ServerResponse, status: number, body: string | Uint8Array, type = 'text/html'): void {
  response.writeHead(status, { 'Content-Type': type }).end(body);
}

export function answers(body: unknown): Responder {
  return (_request, response) => json(response, body);
}

/** A clock that a test moves. */
export function movableClock(start = '2026-11-24T01:00:00Z'): Clock & { advance(ms: number): void } {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    advance: (ms) => {
      now += ms;
    },
  };
}

export function recordingLog(): { log: Log; lines: { event: string; fields: LogFields }[] } {
  const lines: { event: string; fields: LogFields }[] = [];
  const write = (event: string, fields: LogFields = {}) => {
    lines.push({ event, fields });
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
}

export function clientFor(platform: Pick<Platform, 'base'>, overrides: Partial<WechatClientDeps> = {}) {
  const { log, lines } = recordingLog();
  const observed: CallObservation[] = [];
  const clock = movableClock();
  const tokenStore: TokenStore = overrides.tokenStore ?? createMemoryTokenStore();
  const client: WechatClient = createWechatClient({
    appId: 'wx0123456789abcdef',
    appSecret: 'app-secret',
    apiBase: platform.base,
    accountType: 'service',
    verified: true,
    clock,
    log,
    observe: (call) => observed.push(call),
    ...overrides,
    tokenStore,
  });
  return { client, lines, observed, clock, tokenStore };
}
