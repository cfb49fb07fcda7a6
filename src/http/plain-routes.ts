import type { ShellMetrics } from './ports.ts';
import { AppError } from '../kernel/index.ts';
import { readBytes } from './body.ts';
import type { ShellContext } from './context.ts';
import { sameSecret } from './guards.ts';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

/**
 * The platform's calls: raw, because the signature is checked over what came and repeated parameters must be seen.
 * `readBody` is called after the query has been found good: nobody else makes us read anything.
 */
export type WebhookHandler = (request: {
  method: 'GET' | 'POST';
  query: URLSearchParams;
  /** AppError too_large past 64 KiB. */
  readBody: () => Promise<string>;
}) => Promise<{ status: number; type: string; body: string }>;

export interface PlainDeps {
  readonly routes: readonly Route[];
  /** Null where this process does not answer the platform. */
  readonly webhook: WebhookHandler | null;
  /** Problems that keep pages and API from being served; empty = ready. */
  readonly readiness: () => Promise<readonly string[]>;
  readonly metricsToken: string | undefined;
  readonly metrics: Pick<ShellMetrics, 'expose'>;
}

/** The platform's messages are small: 64 KiB holds the longest text with room. */
const MAX_WEBHOOK_BYTES = 65_536;

export type PlainRoute = readonly [method: 'get' | 'post', path: string, work: (ctx: ShellContext) => Promise<void>];

/** What is no route of a feature: machines ask here, without a session. */
export function plainRoutes(deps: PlainDeps): readonly PlainRoute[] {
  return [
    [
      'get',
      '/healthz',
      async (ctx) => {
        ctx.body = { status: 'ok' };
      },
    ],
    [
      'get',
      '/readyz',
      async (ctx) => {
        const problems = await deps.readiness();
        ctx.status = problems.length === 0 ? 200 : 503;
        ctx.body = { status: problems.length === 0 ? 'ready' : 'not ready', problems };
      },
    ],
    ['get', '/metrics', (ctx) => answerMetrics(ctx, deps)],
    [
      'get',
      '/openapi.json',
      async (ctx) => {
        ctx.body = openApiDocument(deps.routes);
      },
    ],
    ...webhookRoutes(deps.webhook),
  ];
}

function webhookRoutes(webhook: WebhookHandler | null): PlainRoute[] {
  if (webhook === null) return [];
  const work = (ctx: ShellContext): Promise<void> => answerWebhook(ctx, webhook);
  return [
    ['get', '/wechat', work],
    ['post', '/wechat', work],
  ];
}

/** With a token: whoever holds it. Without: this host alone, and not through a proxy. Others learn nothing. */
async function answerMetrics(ctx: ShellContext, deps: PlainDeps): Promise<void> {
  const local = /^(::ffff:)?127\.|^::1$/.test(ctx.req.socket.remoteAddress ?? '') && !ctx.get('X-Forwarded-For');
  const allowed =
    deps.metricsToken === undefined ? local : sameSecret(ctx.get('Authorization'), `Bearer ${deps.metricsToken}`);
  if (!allowed) throw new AppError('not_found');
  const { type, body } = await deps.metrics.expose();
  ctx.set('Content-Type', type);
  ctx.body = body;
}

async function answerWebhook(ctx: ShellContext, webhook: WebhookHandler): Promise<void> {
  const method = ctx.method === 'POST' ? 'POST' : 'GET';
  const answer = await webhook({
    method,
    query: new URLSearchParams(ctx.querystring),
    readBody: async () => (await readBytes(ctx.req, MAX_WEBHOOK_BYTES)).toString('utf8'),
  });
  ctx.status = answer.status;
  ctx.set('Content-Type', answer.type);
  ctx.body = answer.body;
}
