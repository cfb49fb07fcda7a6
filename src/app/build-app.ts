import { join } from 'node:path';
import type Koa from 'koa';
import type { AuditRecorder } from '../audit/index.ts';
import { createConversation } from '../conversation/index.ts';
import type { Feature } from '../feature/index.ts';
import { createShell, type Route } from '../http/index.ts';
import { createInbox, createSpool, createSpoolCodec, type Spool } from '../inbox/index.ts';
import { createErrorPage, createPages } from '../pages/index.ts';
import { createSweepRunner, type SweepRunner } from '../platform/jobs/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';
import type { MongoPools } from '../platform/mongo/index.ts';
import { createSealer } from '../platform/sealing/index.ts';
import type { Privacy } from '../privacy/index.ts';
import { roleMay, type StaffApi } from '../staff/index.ts';
import type { WechatClient } from '../wechat/index.ts';
import { createFeatures, type Features } from './features.ts';
import { gather } from './gather.ts';
import { createGround, type Ground, type GroundDeps } from './ground.ts';
import { healthRoutes } from './health.ts';
import { metaRoutes } from './meta.ts';
import { createWebhook } from './webhook.ts';

export interface App {
  readonly http: Koa;
  readonly features: readonly Feature[];
  readonly routes: readonly Route[];
  readonly sweeps: SweepRunner;
  readonly mongo: MongoPools;
  readonly audit: AuditRecorder;
  readonly people: Privacy;
  readonly staff: StaffApi;
  readonly wechat: WechatClient;
  readonly metrics: Metrics;
  close(): Promise<void>;
}

/** The whole service: ground, features in order, what is gathered from them, and the shell around it. */
export async function buildApp(deps: GroundDeps & { consoleDir: string }): Promise<App> {
  const ground = createGround(deps);
  const { config, log, mongo, limiter, metrics, clock } = ground;
  const { env, town } = config;
  // A worker answers machines alone: it needs neither pages nor the staff's API, nor the platform's door.
  const answers = env.ROLE !== 'worker';

  const built = createFeatures(ground);
  const { audit, staff, articles, complaints, privacy } = built;
  const conversation = createConversation({ ...ground, ...conversationDoors(built) });
  const folder = join(env.DATA_DIR, 'spool');
  const spool = await createSpool({
    folder,
    codec: createSpoolCodec({ sealer: createSealer(ground.keys, 'spool') }),
    log,
  });
  const { spooledReply } = conversation.api;
  const inbox = createInbox({
    ...ground,
    ...inboxDoors(ground, built),
    handler: conversation.api,
    spooledReply,
    spool,
  });
  const pages = answers ? [createPages({ config, articles: articles.api, complaints: complaints.api, clock })] : [];
  const features: readonly Feature[] = [...built.list, conversation, inbox, ...pages];

  const parts = gather(features);
  const everySweep = parts.sweeps.filter(({ everywhere }) => everywhere || env.ROLE !== 'web');
  const sweeps = createSweepRunner({ sweeps: everySweep, log });
  const routes = answers
    ? [...parts.routes, ...metaRoutes(config), ...healthRoutes({ ...ground, ...parts, sweeps })]
    : [];
  const http = createShell({
    routes,
    webhook: answers ? createWebhook({ ...ground, env, inbox: inbox.api }) : null,
    sessionOf: (token) => staff.api.sessionOf(token),
    may: roleMay,
    limiter,
    publicUrl: env.PUBLIC_URL,
    trustProxy: env.TRUST_PROXY,
    metricsToken: env.METRICS_TOKEN,
    consoleDir: answers ? deps.consoleDir : null,
    errorPage: createErrorPage(town),
    readiness: async () => (mongo.ready() ? [] : ['MongoDB is away']),
    log,
    metrics,
  });
  return {
    http,
    features,
    routes,
    sweeps,
    mongo,
    audit: audit.api,
    people: privacy.api,
    staff: staff.api,
    wechat: ground.wechat,
    metrics,
    close: () => closeAll(sweeps, spool, ground),
  };
}

/** What the conversation may ask of the features. */
function conversationDoors(built: Features) {
  const { memory, sealer, articles, complaints, tipoffs, subscribers, privacy, pushes, notices, staff } = built;
  return {
    memory,
    sealer,
    articles: articles.api.remembered,
    complaints: complaints.api,
    tipoffs: tipoffs.api,
    subscribers: subscribers.api,
    privacy: privacy.api,
    pushes: pushes.api,
    notices: notices.api,
    staff: staff.api,
  };
}

/** What the inbox needs beside its handler: its rows, the limit, and where a late reply is owed. */
function inboxDoors({ limiter, say, transact }: Ground, { inboxRows, notices, tipoffs }: Features) {
  type Late = Parameters<Parameters<typeof createInbox>[0]['oweLate']>[0];
  const owed = ({ key, openid, reply }: Late) => ({
    key,
    openid,
    text: reply.type === 'text' ? reply.text : say('late'),
  });
  return {
    rows: inboxRows,
    limit: {
      isFull: (openid: string) => limiter.isFull('openid', openid),
      take: async (openid: string) => (await limiter.take('openid', openid)).ok,
    },
    oweLate: (late: Late) => transact((tx) => notices.api.owe(tx, { ...owed(late), kind: 'late_reply' })),
    // Notices can be seen by other roles: what belongs to a tipoff is told by tipoffs alone (docs/promises.md#p8).
    oweLateApart: (late: Late) => tipoffs.api.oweLate(owed(late)),
  };
}

/** In this order: no new work, then what is under way, then the stores. */
async function closeAll(sweeps: SweepRunner, spool: Spool, ground: Ground): Promise<void> {
  await sweeps.stop();
  await spool.close();
  await ground.close();
}
