import { isAppError, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { WebhookHandler } from '../http/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { Env } from '../platform/config/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';
import {
  checkReply,
  createMessageCrypto,
  openWebhookBody,
  parseInbound,
  renderReply,
  sealReply,
  SUCCESS,
  verifyUrl,
  type InboundMessage,
  type OpenedWebhook,
  type Reply,
} from '../wechat/index.ts';

const TEXT = 'text/plain; charset=utf-8';
const XML = 'application/xml; charset=utf-8';

/** The webhook: protocol in, inbox, protocol out. Knows neither flows nor stores. */
export function createWebhook(deps: {
  env: Env;
  inbox: Pick<Inbox, 'answer'>;
  metrics: Metrics;
  clock: Clock;
  log: Log;
}): WebhookHandler {
  const { env, log, metrics, clock } = deps;
  const given = (values: readonly (string | undefined)[]): string[] => values.filter((value) => value !== undefined);
  const tokens = given([env.WECHAT_TOKEN, env.WECHAT_TOKEN_PREVIOUS]);
  const crypto = createMessageCrypto({
    appId: env.WECHAT_APP_ID,
    encodingAesKeys: given([env.WECHAT_ENCODING_AES_KEY, env.WECHAT_ENCODING_AES_KEY_PREVIOUS]),
  });

  const render = (
    message: InboundMessage,
    opened: OpenedWebhook,
    reply: Reply | null,
  ): { type: string; body: string } => {
    if (reply === null) return { type: TEXT, body: SUCCESS };
    checkReply(reply, message);
    const seconds = Math.floor(clock.now().getTime() / 1_000);
    const xml = renderReply({ reply, to: message.openid, from: message.toUserName, createTime: seconds });
    if (!opened.encrypted) return { type: XML, body: xml };
    const token = tokens[opened.tokenIndex] ?? env.WECHAT_TOKEN;
    const sealed = sealReply({ crypto, xml, timestamp: seconds, nonce: newToken(9), token, keyIndex: opened.keyIndex });
    return { type: XML, body: sealed };
  };

  return async ({ method, query, body }) => {
    const asked = listQuery(query);
    try {
      if (method === 'GET') return { status: 200, type: TEXT, body: verifyUrl({ query: asked, tokens, crypto }) };
      const opened = openWebhookBody({ mode: env.WECHAT_MODE, query: asked, body, tokens, crypto });
      const message = parseInbound(opened.fields);
      const reply = await deps.inbox.answer(message);
      metrics.inbound.inc({ type: message.type, outcome: reply === null ? 'success' : 'reply' });
      return { status: 200, ...render(message, opened, reply) };
    } catch (error) {
      if (isAppError(error) && error.status < 500) {
        const check = (error.details as { check?: string } | undefined)?.check;
        log.warn('webhook.refused', { code: error.code, check });
        metrics.inbound.inc({ type: 'unknown', outcome: 'refused' });
        return { status: error.status, type: TEXT, body: error.code };
      }
      // Not `success`: the platform shall try again, and the resident shall not be told that all is well.
      log.error('webhook.failed', { err: error });
      metrics.inbound.inc({ type: 'unknown', outcome: 'failed' });
      return { status: 500, type: TEXT, body: 'error' };
    }
  };
}

/** A repeated parameter stays a list: the protocol refuses it. */
function listQuery(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
