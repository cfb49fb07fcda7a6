import { AppError, isAppError, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { WebhookHandler } from '../http/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { Env } from '../platform/config/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';
import {
  checkWebhookQuery,
  createMessageCrypto,
  openWebhookBody,
  parseInbound,
  renderReply,
  sealReply,
  signedTimestamp,
  SUCCESS,
  verifyUrl,
  type ClockWatch,
  type InboundMessage,
  type OpenedWebhook,
  type Reply,
  type WebhookRequest,
} from '../wechat/index.ts';

const TEXT = 'text/plain; charset=utf-8';
const XML = 'application/xml; charset=utf-8';

type WebhookQuery = WebhookRequest['query'];
type Answer = Awaited<ReturnType<WebhookHandler>>;

/** The webhook: protocol in, inbox, protocol out. Knows neither flows nor stores. */
export function createWebhook(deps: {
  env: Env;
  inbox: Pick<Inbox, 'answer'>;
  metrics: Metrics;
  /** Told of every signed timestamp, also of one that is refused for its age. */
  clockWatch: Pick<ClockWatch, 'note'>;
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

  const head = (query: WebhookQuery) => ({ mode: env.WECHAT_MODE, query, tokens, now: clock.now() });

  const render = (
    message: InboundMessage,
    opened: OpenedWebhook,
    reply: Reply | null,
  ): { type: string; body: string } => {
    if (reply === null) return { type: TEXT, body: SUCCESS };
    const seconds = Math.floor(clock.now().getTime() / 1_000);
    const { openid: to, toUserName: from } = message;
    const xml = renderReply({ reply, to, from, createTime: seconds, inReplyTo: message });
    if (!opened.encrypted) return { type: XML, body: xml };
    const token = tokens[opened.tokenIndex] ?? env.WECHAT_TOKEN;
    const sealed = sealReply({ crypto, xml, timestamp: seconds, nonce: newToken(9), token, keyIndex: opened.keyIndex });
    return { type: XML, body: sealed };
  };

  const open = (body: string, query: WebhookQuery): { opened: OpenedWebhook; message: InboundMessage } => {
    const opened = openWebhookBody({ ...head(query), body, crypto });
    const message = parseInbound(opened.fields);
    if (message.openid === '') throw new AppError('invalid_input', { details: { check: 'sender' } });
    return { opened, message };
  };

  /** What the request itself did wrong. Anything else passes on. */
  const refusal = (error: unknown): Answer => {
    if (!isAppError(error) || error.status >= 500) throw error;
    const check = (error.details as { check?: string } | undefined)?.check;
    log.warn('webhook.refused', { code: error.code, check });
    metrics.inbound.inc({ type: 'unknown', outcome: 'refused' });
    return { status: error.status, type: TEXT, body: error.code };
  };

  const receive = async (readBody: () => Promise<string>, query: WebhookQuery): Promise<Answer> => {
    let asked: ReturnType<typeof open>;
    try {
      checkWebhookQuery(head(query));
      asked = open(await readBody(), query);
    } catch (error) {
      return refusal(error);
    }
    const { opened, message } = asked;
    const reply = await deps.inbox.answer(message);
    const rendered = render(message, opened, reply);
    metrics.inbound.inc({ type: message.type, outcome: reply === null ? 'success' : 'reply' });
    return { status: 200, ...rendered };
  };

  const verify = (query: WebhookQuery): Answer => {
    try {
      return { status: 200, type: TEXT, body: verifyUrl({ ...head(query), crypto }) };
    } catch (error) {
      return refusal(error);
    }
  };

  return async ({ method, query, readBody }) => {
    const asked = listQuery(query);
    const signedAt = signedTimestamp({ query: asked, tokens });
    if (signedAt !== null) deps.clockWatch.note(signedAt);
    try {
      return method === 'GET' ? verify(asked) : await receive(readBody, asked);
    } catch (error) {
      // Not `success`, whatever it was: the platform shall try again, and nobody shall be told that all is well.
      log.error('webhook.failed', { err: error });
      metrics.inbound.inc({ type: 'unknown', outcome: 'failed' });
      return { status: 500, type: TEXT, body: 'error' };
    }
  };
}

/** A repeated parameter stays a list: the protocol refuses it. */
function listQuery(query: URLSearchParams): WebhookQuery {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
