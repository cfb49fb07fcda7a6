import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import type { AuditEntry, AuditRecorder } from '../../src/audit/index.ts';
import { briefingsCollections, createBriefingBook, createBriefings } from '../../src/briefings/index.ts';
import type { Caller, RequestFacts, Route } from '../../src/http/index.ts';
import { AppError, type Log, sha256Hex } from '../../src/kernel/index.ts';
import type { Sweep } from '../../src/platform/jobs/index.ts';
import { createTransact, type MongoPools, type Transact } from '../../src/platform/mongo/index.ts';
import {
  type ArticlesDoor,
  createMassSend,
  createPushes,
  type FrozenArticle,
  pushesCollections,
} from '../../src/pushes/index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';
import type { Behaviour, FaultRequest, LedgerAnswer } from '../../src/sandbox/index.ts';
import { later } from '../support/later.ts';
import { createSubscribers, subscribersCollections, type TownGroups } from '../../src/subscribers/index.ts';
import { createMemoryTokenStore, createWechatClient, parseInbound, parseXml } from '../../src/wechat/index.ts';

export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

export const TOWN: TownGroups = {
  villages: [
    { code: 'v01', name: '示例一村' },
    { code: 'v02', name: '示例二村' },
  ],
  topics: [{ code: 'farm', name: '农事' }],
};

const id = () => randomBytes(12).toString('hex');
const staff = (role: Caller['role']): Caller => ({ id: id(), username: `${role}1`, name: role, role, unit: null });
export const DISPATCHER = staff('dispatcher');
export const LEADER = staff('leader');

/** One holiday, to be warned of. */
const CALENDARS = [
  {
    year: 2026,
    source: 'test',
    holidays: [{ name: '国庆节', from: '2026-10-01', to: '2026-10-07' }],
    workingWeekends: [],
  },
];

/** A clock that stands still until it is moved. */
export function movableClock(start = Date.now()) {
  let offset = 0;
  return {
    now: () => new Date(start + offset),
    move: (ms: number) => {
      offset += ms;
    },
  };
}

export interface TestArticle {
  readonly frozen: FrozenArticle;
  /** A version approved since, waiting for a briefing of its own. */
  newer: FrozenArticle | null;
  bodyHtml: string;
  state: 'approved' | 'published' | 'withdrawn';
  /** What the stored text hashes to now; differs from the frozen hash after tampering. */
  hash: string;
}

/** 1×1 PNG. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Articles as briefings see them, with the door's rules and texts that a test can spoil. */
export function memoryArticles() {
  const all = new Map<string, TestArticle>();
  const byVersion = (versionId: string) => [...all.values()].find(({ frozen }) => frozen.versionId === versionId);
  const door: ArticlesDoor = {
    freezeApproved: async (articleIds) =>
      articleIds.map((articleId) => {
        const article = all.get(articleId);
        if (!article) throw new AppError('not_found');
        if (article.state === 'withdrawn')
          throw new AppError('wrong_state', { message: `《${article.frozen.title}》已撤回` });
        return article.newer ?? article.frozen;
      }),
    readExact: async ({ versionId, contentHash }) => {
      const article = byVersion(versionId);
      if (!article) throw new AppError('not_found');
      if (article.state === 'withdrawn') throw new AppError('withdrawn');
      if (article.hash !== contentHash) throw new AppError('content_mismatch');
      const ids = [...article.bodyHtml.matchAll(/\/media\/([0-9a-f]{24})/g)].map((match) => match[1] ?? '');
      const cover = article.frozen.coverMediaId === null ? [] : [article.frozen.coverMediaId];
      return {
        bodyHtml: article.bodyHtml,
        images: [...ids, ...cover].map((mediaId) => ({ mediaId, bytes: PNG })),
      };
    },
    publishReleased: async (_tx, { articleIds }) => {
      for (const articleId of articleIds) {
        const article = all.get(articleId);
        if (article?.state === 'withdrawn') throw new AppError('withdrawn');
        if (article) article.state = 'published';
      }
    },
    withdrawnAmong: async (articleIds) => new Set(articleIds.filter((id) => all.get(id)?.state === 'withdrawn')),
  };
  const add = (over: Partial<FrozenArticle> & { bodyHtml?: string } = {}): TestArticle => {
    const articleId = id();
    const { bodyHtml = '<p>本村低保名单公示。</p>', ...rest } = over;
    const hash = sha256Hex(articleId);
    const frozen: FrozenArticle = {
      articleId,
      versionId: id(),
      version: 1,
      contentHash: hash,
      title: '示例公示',
      shortTitle: null,
      summary: '公示七天',
      coverMediaId: id(),
      publicPath: `/articles/${articleId}`,
      ...rest,
    };
    const article: TestArticle = { frozen, newer: null, bodyHtml, state: 'approved', hash };
    all.set(articleId, article);
    return article;
  };
  return { door, add };
}

interface Asked {
  readonly caller?: Caller;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

const FACTS: RequestFacts = { id: 'r', ip: '127.0.0.1', sessionToken: null, header: () => undefined };

/** Calls a route as the shell does: each part through its own schema. */
export async function callRoute<T>(
  routes: readonly Route[],
  method: Route['method'],
  path: string,
  { caller = DISPATCHER, params = {}, query = {}, body }: Asked = {},
): Promise<T> {
  const route = routes.find((candidate) => candidate.method === method && candidate.path === path);
  if (!route) throw new Error(`no route ${method} ${path}`);
  const parsed = (schema: Route['body'], value: unknown) => {
    const result = schema?.safeParse(value);
    if (result?.success === false) throw new AppError('invalid_input', { details: result.error.issues });
    return result?.data;
  };
  return (await route.handler({
    params: parsed(route.params, params),
    query: parsed(route.query, query),
    body: parsed(route.body, body),
    caller,
    file: null,
    request: FACTS,
  })) as T;
}

export interface World {
  readonly clock: ReturnType<typeof movableClock>;
  readonly transact: Transact;
  readonly connection: MongoPools['work'];
  readonly articles: ReturnType<typeof memoryArticles>;
  readonly audit: AuditEntry[];
  readonly told: string[];
  /** What was told of briefings that wait for a leader. */
  readonly reviews: string[];
  /** Staff → openid of their bound phone. */
  readonly phones: Map<string, string>;
  readonly client: ReturnType<typeof createWechatClient>;
  readonly sandbox: Sandbox;
  readonly control: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly ledger: () => Promise<LedgerAnswer>;
  readonly fault: (fault: FaultRequest) => Promise<void>;
  readonly behaviour: (behaviour: Partial<Behaviour>) => Promise<void>;
  readonly followers: (count: number) => Promise<string[]>;
  readonly subscribers: ReturnType<typeof createSubscribers>;
  readonly briefings: ReturnType<typeof createBriefings>;
  readonly pushes: ReturnType<typeof createPushes>;
  /** Another process with the same stores. */
  readonly another: () => { process: ReturnType<typeof createPushes>; connection: MongoPools['work'] };
  readonly sweep: (name: string, of?: { sweeps: readonly Sweep[] }) => Promise<number>;
}

/** What the test before left in the file's migrated database. */
async function emptied(connection: MongoPools['work']): Promise<void> {
  const collections = [...pushesCollections, ...briefingsCollections, ...subscribersCollections];
  await Promise.all(collections.map(async ({ name }) => connection.collection(name).deleteMany({})));
}

let platform: Sandbox | undefined;

async function closePlatform(): Promise<void> {
  const open = platform;
  platform = undefined;
  await open?.close();
}

/** A town on a database of its own and a platform of its own. */
export async function world(
  uri: string,
  { setting = {}, ...options }: SandboxOptions & { setting?: { minLeadSeconds?: number; start?: number } } = {},
): Promise<World> {
  const clock = movableClock(setting.start);
  const phones = new Map<string, string>();
  const connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
  later(async () => connection.close());
  await emptied(connection);
  const behaviour = { finishDelayMs: 10, ...options.behaviour };
  // A finish event of the test before must not arrive in this one.
  await closePlatform();
  const sandbox = await startSandbox({ mode: 'plain', clock, ...options, behaviour });
  platform = sandbox;
  later(closePlatform);
  const control = controlOf(sandbox.url);
  const client = createWechatClient({
    appId: sandbox.appId,
    appSecret: sandbox.appSecret,
    apiBase: sandbox.url,
    accountType: sandbox.type,
    verified: sandbox.verified,
    tokenStore: createMemoryTokenStore(),
    clock,
    log: SILENT,
  });
  const audit: AuditEntry[] = [];
  const recorder: AuditRecorder = { record: async (_tx, entry) => void audit.push(entry) };
  const told: string[] = [];
  const reviews: string[] = [];
  const keys = new Set<string>();
  const articles = memoryArticles();
  const transact = createTransact(connection);
  const common = { transact, audit: recorder, clock, log: SILENT, town: TOWN, wechat: client };
  const subscribers = createSubscribers({ ...common, connection });
  const tell = async (_tx: unknown, { kind, key, words }: { kind: string; key: string; words: string }) => {
    if (!keys.has(key)) (kind === 'to_review' ? reviews : told).push(words);
    keys.add(key);
  };
  const make = (on: MongoPools['work']) => {
    const shared = {
      ...common,
      connection: on,
      transact: createTransact(on),
      articles: articles.door,
      tellStaff: tell,
    };
    const carrier = createMassSend({
      account: 'main',
      client,
      accountType: sandbox.type,
      subscribers: subscribers.api,
      publicUrl: 'https://town.example.cn',
      clock,
      log: SILENT,
    });
    const pushes = createPushes({ ...shared, briefings: createBriefingBook(shared), carriers: [carrier] });
    const briefings = createBriefings({
      ...shared,
      pushes: pushes.api,
      staff: { boundOpenidOf: async (staffId) => phones.get(staffId) ?? null, assertStillMay: async () => {} },
      calendars: CALENDARS,
      accountType: sandbox.type,
      minLeadSeconds: setting.minLeadSeconds ?? 0,
    });
    return { pushes, briefings };
  };
  const { pushes, briefings } = make(connection);
  sandbox.setWebhook(await webhook(async (xml) => deliver(pushes, xml)));
  return {
    clock,
    transact,
    connection,
    articles,
    audit,
    told,
    reviews,
    phones,
    client,
    sandbox,
    control,
    subscribers,
    briefings,
    pushes,
    ledger: async () => control<LedgerAnswer>('GET', '/_/ledger'),
    fault: async (fault) => void (await control('POST', '/_/faults', fault)),
    behaviour: async (change) => void (await control('POST', '/_/behaviour', change)),
    followers: async (count) => {
      const { openids } = await control<{
        openids: string[];
      }>('POST', '/_/residents', {
        count,
        subscribe: true,
        silent: true,
      });
      for (const openid of openids)
        await subscribers.api.follow({
          openid,
          at: clock.now(),
        });
      return openids;
    },
    another: () => {
      const other = mongoose.createConnection(uri, {
        autoIndex: false,
        autoCreate: false,
      });
      later(async () => other.close());
      return {
        process: make(other).pushes,
        connection: other,
      };
    },
    sweep: async (name, of = pushes) => {
      const found = [...of.sweeps, ...subscribers.sweeps].find((sweep) => sweep.name === name);
      if (!found) throw new Error(`no sweep ${name}`);
      return found.run();
    },
  };
}

function controlOf(url: string) {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    const json = (await answer.json()) as T;
    if (!answer.ok) throw new Error(JSON.stringify(json));
    return json;
  };
}

/** What the conversation will do with the platform's finish event. */
async function deliver(pushes: ReturnType<typeof createPushes>, xml: string): Promise<void> {
  const message = parseInbound(parseXml(xml));
  if (message.type !== 'MASSSENDJOBFINISH') return;
  const { total, filtered, sent, failed } = message.counts;
  await pushes.api.onMassSendFinished({
    msgId: message.msgId ?? '',
    status: message.status,
    totalCount: total,
    filterCount: filtered,
    sentCount: sent,
    errorCount: failed,
    articleCount: message.articleUrls.length,
    copyright: message.copyright,
  });
}

async function webhook(handle: (xml: string) => Promise<void>): Promise<string> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      handle(Buffer.concat(chunks).toString()).then(
        () => res.end('success'),
        () => res.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat`;
}
