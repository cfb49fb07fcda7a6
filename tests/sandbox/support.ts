import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/kernel/index.ts';
import type {
  InboxEntry,
  LedgerAnswer,
  Sandbox,
  SandboxOptions,
  SayAnswer,
  StateAnswer,
} from '../../src/sandbox/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { afterThisTest } from '../support/later.ts';

/** Every bench begins at ten in the morning in China, so that no test meets a midnight or the end of a month. */
function morningClock(): Clock {
  const offset = Date.parse('2026-03-11T10:00:00+08:00') - Date.now();
  return { now: () => new Date(Date.now() + offset) };
}

export type Answer = Record<string, unknown> & { errcode?: number; errmsg?: string };

/** A platform with what a test does to it: API calls with a token, the control interface, residents. */
export interface Bench {
  readonly sandbox: Sandbox;
  token(): Promise<string>;
  /** POST of JSON (or GET without a body) to `/cgi-bin/<path>` with a valid token. */
  api(path: string, body?: unknown): Promise<Answer>;
  upload(path: string, file: Uint8Array, name: string, fields?: Record<string, string>): Promise<Answer>;
  control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  resident(subscribe?: boolean): Promise<string>;
  residents(count: number): Promise<string[]>;
  say(openid: string, said: Record<string, unknown>): Promise<SayAnswer>;
  inbox(openid: string): Promise<InboxEntry[]>;
  ledger(): Promise<LedgerAnswer>;
  state(): Promise<StateAnswer>;
  clock(offsetSeconds: number): Promise<unknown>;
}

export async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

export async function startBench(options: SandboxOptions = {}): Promise<Bench> {
  const behaviour = { finishDelayMs: 5, ...options.behaviour };
  const sandbox = await startSandbox({ clock: morningClock(), ...options, behaviour });
  afterThisTest(async () => sandbox.close());
  const { url, ...account } = sandbox;
  let known: string | undefined;

  async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return json<T>(await fetch(`${url}/_/${path}`, { method, ...sent }));
  }
  async function token(): Promise<string> {
    const body = JSON.stringify({ grant_type: 'client_credential', appid: account.appId, secret: account.appSecret });
    const response = await fetch(`${url}/cgi-bin/stable_token`, { method: 'POST', body });
    const { access_token } = await json<{ access_token: string }>(response);
    return access_token;
  }
  async function address(path: string): Promise<string> {
    known ??= await token();
    return `${url}/cgi-bin/${path}${path.includes('?') ? '&' : '?'}access_token=${known}`;
  }

  return {
    sandbox,
    token,
    control,
    async api(path, body) {
      const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      return json<Answer>(await fetch(await address(path), sent));
    },
    async upload(path, file, name, fields = {}) {
      const form = new FormData();
      for (const [key, value] of Object.entries(fields)) form.append(key, value);
      form.append('media', new Blob([Buffer.from(file)]), name);
      return json<Answer>(await fetch(await address(path), { method: 'POST', body: form }));
    },
    resident: async (subscribe = true) =>
      (await control<{ openid: string }>('POST', 'residents', { subscribe })).openid,
    residents: async (count) =>
      (await control<{ openids: string[] }>('POST', 'residents', { count, subscribe: true, silent: true })).openids,
    say: async (openid, said) => control<SayAnswer>('POST', `residents/${openid}/say`, said),
    inbox: async (openid) => (await control<{ items: InboxEntry[] }>('GET', `residents/${openid}/inbox`)).items,
    ledger: async () => control<LedgerAnswer>('GET', 'ledger'),
    state: async () => control<StateAnswer>('GET', 'state'),
    clock: async (offsetSeconds) => control('POST', 'clock', { offsetSeconds }),
  };
}

export interface Received {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** What the webhook does with a request; `hang` never answers. */
export type WebhookAnswer = { status?: number; body: string } | 'hang';

/** A webhook on a port of its own that keeps what it got. */
export async function startWebhook(answer: (received: Received, index: number) => WebhookAnswer) {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    void readAll(req).then((body) => {
      const query = new URL(req.url ?? '/', 'http://localhost').searchParams;
      const one: Received = { method: req.method ?? '', query, body };
      received.push(one);
      const answered = answer(one, received.length - 1);
      if (answered === 'hang') return;
      res.statusCode = answered.status ?? 200;
      res.end(answered.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/wechat`, received };
}

async function readAll(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Waits until `seen` gives something; a test that waits in vain ends by its own time-out. */
export async function until<T>(seen: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await seen();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An image of one colour in the wanted format. */
export async function picture(format: 'jpeg' | 'png' | 'webp' | 'gif', noise = false): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const size = noise ? 900 : 20;
  const background = { r: 10, g: 120, b: 60 };
  const base = sharp({ create: { width: size, height: size, channels: 3, background, ...(noise ? noisy() : {}) } });
  return base.toFormat(format, format === 'png' ? { compressionLevel: 0 } : {}).toBuffer();
}

const noisy = () => ({ noise: { type: 'gaussian' as const, mean: 128, sigma: 60 } });

/** A permanent cover, so that a draft can be made. */
export async function addCover(bench: Bench): Promise<string> {
  const answer = await bench.upload('material/add_material?type=image', await picture('jpeg'), 'cover.jpg');
  return String(answer['media_id']);
}

export async function addDraft(bench: Bench, article: Record<string, unknown> = {}): Promise<Answer> {
  const thumb = await addCover(bench);
  const articles = [{ title: '村道养护公告', content: '<p>正文</p>', thumb_media_id: thumb, ...article }];
  return bench.api('draft/add', { articles });
}

export const toAll = (mediaId: unknown, clientmsgid?: string) => ({
  filter: { is_to_all: true },
  mpnews: { media_id: mediaId },
  msgtype: 'mpnews',
  ...(clientmsgid === undefined ? {} : { clientmsgid }),
});
