import { join } from 'node:path';
import type Koa from 'koa';
import { systemClock, type Clock, type Log } from '../kernel/index.ts';
import { createArticles } from '../articles/index.ts';
import { createAudit, type Audit } from '../audit/index.ts';
import { createBriefingBook, createBriefings } from '../briefings/index.ts';
import { createComplaintPersons, createComplaints } from '../complaints/index.ts';
import { createConversation, menuChoices } from '../conversation/index.ts';
import { createShell, type Route } from '../http/index.ts';
import { createInbox, createRowCodec, createSpool, createSpoolCodec, type Spool } from '../inbox/index.ts';
import { createMenu } from '../menu/index.ts';
import { createNotices } from '../notices/index.ts';
import { createErrorPage, createPages } from '../pages/index.ts';
import { createSay, type Config } from '../platform/config/index.ts';
import { createSweepRunner, type Sweep, type SweepRunner } from '../platform/jobs/index.ts';
import { createMetrics, type Metrics } from '../platform/metrics/index.ts';
import { connectMongo, createTransact, type MongoPools, type Tx } from '../platform/mongo/index.ts';
import { createLimiter } from '../platform/rate-limit/index.ts';
import { connectRedis } from '../platform/redis/index.ts';
import { createSealer, createSigner, type Keys } from '../platform/sealing/index.ts';
import { createSearchWords } from '../platform/search-words/index.ts';
import { createWorkingDays } from '../deadlines/index.ts';
import { createMassSend, createPushedWith, createPushes } from '../pushes/index.ts';
import { createStaff, loginRules, roleMay, type PasswordCost, type StaffApi } from '../staff/index.ts';
import { createSubscribers } from '../subscribers/index.ts';
import { createTipoffs } from '../tipoffs/index.ts';
import { createClockWatch, createMemoryTokenStore, createWechatClient, type WechatClient } from '../wechat/index.ts';
import { healthRoutes } from './health.ts';
import { metaRoutes } from './meta.ts';
import { createPeople, type People } from './people.ts';
import { createPassingStore } from './people.store.ts';
import { createPlatformCalls } from './platform-calls.ts';
import { createWebhook } from './webhook.ts';

export interface App {
  readonly http: Koa;
  readonly routes: readonly Route[];
  readonly sweeps: SweepRunner;
  readonly mongo: MongoPools;
  readonly audit: Audit;
  readonly people: People;
  readonly staff: StaffApi;
  readonly wechat: WechatClient;
  readonly metrics: Metrics;
  close(): Promise<void>;
}

/** Every part, built in the order in which each needs the ones before it. The map that a newcomer reads first. */
export async function buildApp(deps: {
  config: Config;
  log: Log;
  clock?: Clock;
  consoleDir: string;
  passwordCost?: PasswordCost;
}): Promise<App> {
  const { config, log, clock = systemClock } = deps;
  const { env, town, limits } = config;
  const keys: Keys = { current: env.SECRET_KEY, previous: env.SECRET_KEY_PREVIOUS };
  const say = createSay(config.chat);
  const metrics = createMetrics();

  const mongo = connectMongo({ uri: env.MONGODB_URI, log });
  const redis = env.REDIS_URL === undefined ? null : connectRedis({ url: env.REDIS_URL, log });
  const limiter = createLimiter({
    redis,
    prefix: `xiangyin:${env.WECHAT_APP_ID}`,
    rules: {
      openid: { points: limits.rate.perOpenidPerMinute, seconds: 60 },
      ip: { points: limits.rate.perIpPerMinute, seconds: 60 },
      ...loginRules(limits.rate.loginPer15Minutes),
    },
  });
  const platform = createPlatformCalls(clock);
  const wechat = createWechatClient({
    appId: env.WECHAT_APP_ID,
    appSecret: env.WECHAT_APP_SECRET,
    apiBase: env.WECHAT_API_BASE,
    accountType: env.WECHAT_ACCOUNT_TYPE,
    verified: env.WECHAT_VERIFIED,
    tokenStore: createMemoryTokenStore(),
    clock,
    log,
    observe: (call) => {
      metrics.wechatCalls.observe({ api: call.api, outcome: call.outcome }, call.ms / 1_000);
      platform.note(call);
    },
  });
  const clockWatch = createClockWatch({
    clock,
    onOff: (seconds) => {
      log.error('clock.off', { seconds });
      metrics.alarms.inc({ kind: 'clock_off' });
    },
  });
  const searchWords = createSearchWords(config.understanding.search);
  const workingDays = createWorkingDays(config.calendars);
  const connection = mongo.work;
  const transact = createTransact(mongo.work);
  const ground = { connection, transact, clock, log };
  const auditFeature = createAudit({ ...ground, keys });
  const audit = auditFeature.api;
  const shared = { ...ground, audit };

  const staff = createStaff({
    ...shared,
    limiter,
    units: town.units,
    sessionHours: limits.sessionHours,
    passwordCost: deps.passwordCost,
  });
  const subscribers = createSubscribers({ ...shared, town, wechat });
  // Notices lie below the inbox and the conversation, which know when a resident wrote: both are handed down.
  const contacts = {
    of: async (_openid: string, _since: Date) => [] as ContactList,
    flag: async (_openid: string) => {},
  };
  const notices = createNotices({
    ...shared,
    sendText: (openid, text) => wechat.sendText(openid, text),
    canSend: wechat.rights.customerService,
    contactsOf: (openid, since) => contacts.of(openid, since),
    flagWaiting: (openid) => contacts.flag(openid),
    callAfterHours: limits.notices.callAfterHours,
    callStates: () => platform.states(),
    cutEnd: say('cutPlain'),
    staffGroup: {
      url: env.STAFF_WEBHOOK_URL,
      publicUrl: env.PUBLIC_URL,
      quiet: { fromHour: limits.notices.quietFromHour, untilHour: limits.notices.quietUntilHour },
      groupSeconds: limits.notices.groupSeconds,
    },
  });
  const articles = createArticles({
    ...shared,
    categories: config.categories,
    villages: town.villages,
    units: town.units,
    publicUrl: env.PUBLIC_URL,
    words: searchWords,
    tellStaff: notices.tellStaff,
    assertStillMay: staff.api.assertStillMay,
    pushedWith: createPushedWith(connection),
    onMismatch: () => metrics.alarms.inc({ kind: 'content_mismatch' }),
  });
  const complaints = createComplaints({
    ...shared,
    notices,
    config,
    say,
    keys,
    workingDays,
    searchWords,
    wechat,
  });
  const massSend = createMassSend({
    account: 'main',
    client: wechat,
    accountType: env.WECHAT_ACCOUNT_TYPE,
    subscribers: subscribers.api,
    publicUrl: env.PUBLIC_URL,
    clock,
    log,
  });
  const tellOfBriefing: TellOfBriefing = (tx, { kind, key, briefingId }) =>
    notices.tellStaff(tx, { key, kind, ref: briefingId, path: `/console/briefings/${briefingId}` });
  const pushes = createPushes({
    ...shared,
    articles: articles.api,
    briefings: createBriefingBook(shared),
    carriers: [massSend],
    tellStaff: tellOfBriefing,
  });
  const briefings = createBriefings({
    ...shared,
    articles: articles.api,
    pushes: pushes.api,
    staff: { boundOpenidOf: (id) => staff.api.phoneOf(id), assertStillMay: staff.api.assertStillMay },
    town,
    calendars: config.calendars,
    accountType: env.WECHAT_ACCOUNT_TYPE,
    minLeadSeconds: env.BRIEFING_MIN_LEAD_SECONDS,
    tellStaff: tellOfBriefing,
  });
  const menu = createMenu({
    ...shared,
    wechat,
    configured: config.menu,
    choices: menuChoices(config.categories),
  });
  const tipoffs = createTipoffs({
    ...shared,
    keys,
    config,
    say,
    workingDays,
    wechat,
    contactsOf: (openid, since) => contacts.of(openid, since),
  });
  const { reopenDays } = limits.complaints;
  const persons = createComplaintPersons({ ...shared, keys, reopenDays, keepDays: limits.retentionDays.complaints });
  const rowCodec = createRowCodec({ sealer: createSealer(keys, 'inbox'), signer: createSigner(keys, 'inbox') });
  const people = createPeople({
    subscribers: subscribers.api,
    persons,
    passing: createPassingStore(connection, rowCodec),
    tipoffs: tipoffs.api,
    audit,
    transact,
    signer: createSigner(keys, 'privacy'),
    retentionDays: limits.retentionDays,
    clock,
  });
  const conversation = createConversation({
    connection: mongo.hot,
    workConnection: mongo.work,
    transact,
    config,
    say,
    sealer: createSealer(keys, 'conversation'),
    articles: articles.api.remembered,
    complaints: complaints.api,
    tipoffs: tipoffs.api,
    subscribers: { ...subscribers.api, ...people.subscribers },
    pushes: pushes.api,
    notices,
    staff: staff.api,
    clock,
    log,
  });
  const spool = await createSpool({
    folder: join(env.DATA_DIR, 'spool'),
    codec: createSpoolCodec({ sealer: createSealer(keys, 'spool') }),
    log,
  });
  const inbox = createInbox({
    connection: mongo.hot,
    codec: rowCodec,
    handler: conversation,
    spool,
    limit: {
      isFull: (openid) => limiter.isFull('openid', openid),
      take: async (openid) => (await limiter.take('openid', openid)).ok,
    },
    retentionDays: limits.retentionDays.inbox,
    spooledReply: conversation.spooledReply,
    oweLate: ({ key, openid, reply }) =>
      transact((tx) =>
        notices.owe(tx, { key, openid, kind: 'late_reply', text: reply.type === 'text' ? reply.text : say('late') }),
      ),
    // Notices can be seen by other roles: what belongs to a tipoff is told by tipoffs alone (docs/promises.md#p8).
    oweLateApart: ({ key, openid, reply }) =>
      tipoffs.api.oweLate({ key, openid, text: reply.type === 'text' ? reply.text : say('late') }),
    clock,
    log,
  });
  contacts.of = inbox.contactsOf;
  contacts.flag = conversation.flagWaiting;

  const routes: Route[] = [
    ...staff.routes,
    ...auditFeature.routes,
    ...subscribers.routes,
    ...articles.routes,
    ...complaints.routes,
    ...tipoffs.routes,
    ...briefings.routes,
    ...menu.routes,
    ...createPages({ config, articles: articles.api, complaints: complaints.api, clock }),
    ...metaRoutes(config),
  ];
  const everySweep = [
    ...auditFeature.sweeps,
    ...subscribers.sweeps,
    ...notices.sweeps,
    ...articles.sweeps,
    ...complaints.sweeps,
    ...tipoffs.sweeps,
    ...people.sweeps,
    ...pushes.sweeps,
    ...conversation.sweeps,
  ];
  const sweeps = createSweepRunner({ sweeps: sweepsOf(env.ROLE, everySweep, inbox.sweeps), log });
  routes.push(
    ...healthRoutes({
      mongo,
      redis,
      inbox,
      notices,
      features: [auditFeature, articles, menu, pushes],
      pushes: pushes.api,
      subscribers: subscribers.api,
      platform,
      clockWatch,
      sweeps,
      workingDays,
      clock,
    }),
  );
  const http = createShell({
    routes,
    webhook: createWebhook({ env, inbox, metrics, clockWatch, clock, log }),
    sessionOf: (token) => staff.api.sessionOf(token),
    may: roleMay,
    limiter,
    publicUrl: env.PUBLIC_URL,
    trustProxy: env.TRUST_PROXY,
    metricsToken: env.METRICS_TOKEN,
    consoleDir: deps.consoleDir,
    errorPage: createErrorPage(town),
    readiness: async () => (mongo.ready() ? [] : ['MongoDB is away']),
    log,
    metrics,
  });
  return {
    http,
    routes,
    sweeps,
    mongo,
    audit,
    people,
    staff: staff.api,
    wechat,
    metrics,
    close: () => closeAll(sweeps, spool, mongo, redis),
  };
}

/** Both that wait for a leader and that need a person are told with the briefing's page. */
type TellOfBriefing = (
  tx: Tx,
  line: { readonly kind: 'push_failed' | 'to_review'; readonly key: string; readonly briefingId: string },
) => Promise<void>;

type ContactList = Awaited<ReturnType<Parameters<typeof createNotices>[0]['contactsOf']>>;

/** Spool files belong to the process that answers the webhook: its own sweeps run wherever it answers. */
function sweepsOf(role: Config['env']['ROLE'], every: readonly Sweep[], ofInbox: readonly Sweep[]): Sweep[] {
  return role === 'web' ? [...ofInbox] : [...ofInbox, ...every];
}

/** In this order: no new work, then what is under way, then the stores. */
async function closeAll(
  sweeps: SweepRunner,
  spool: Spool,
  mongo: MongoPools,
  redis: { disconnect(): void } | null,
): Promise<void> {
  await sweeps.stop();
  await spool.close();
  redis?.disconnect();
  await mongo.close();
}
