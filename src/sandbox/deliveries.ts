import { randomInt } from 'node:crypto';
import type { AttemptStatus } from './contract.ts';
import { encryptText, signatureOf } from './crypto.ts';
import { type ReplyOutcome, readReply } from './replies.ts';
import type { World } from './world.ts';
import { renderXml } from './xml.ts';

/** Requests in all when the webhook does not answer (docs/wechat-platform.md#delivery). */
const MAX_ATTEMPTS = 3;

export interface Delivery {
  readonly attempts: number;
  readonly statuses: readonly AttemptStatus[];
  readonly outcome: ReplyOutcome;
}

export interface Parcel {
  readonly openid: string;
  /** MsgType of the message, `event` for events. */
  readonly sentType: string;
  /** The message in plain, as `<xml>…</xml>`. */
  readonly xml: string;
  /** Default 3. */
  readonly maxAttempts?: number;
}

interface SignedRequest {
  readonly url: string;
  readonly body: string;
}

/**
 * Brings one message or event to the webhook: signed, encrypted as the account's mode says, again when there is no
 * good answer in time, three times in all. Never throws.
 */
export async function deliver(world: World, parcel: Parcel): Promise<Delivery> {
  const statuses: AttemptStatus[] = [];
  const target = world.link.webhookUrl;
  if (target === null) return { attempts: 0, statuses, outcome: { kind: 'nothing' } };
  let request: SignedRequest | undefined;
  while (statuses.length < (parcel.maxAttempts ?? MAX_ATTEMPTS) && !world.ended.signal.aborted) {
    if (request === undefined || world.behaviour.retryResigns) request = signedRequest(world, target, parcel);
    const { status, body } = await post(world, request);
    statuses.push(status);
    if (typeof status === 'number' && status >= 200 && status < 300) {
      return { attempts: statuses.length, statuses, outcome: await outcomeOf(world, parcel, body) };
    }
  }
  const why = `no good answer: ${statuses.join(', ')}`;
  return { attempts: statuses.length, statuses, outcome: { kind: 'banner', why } };
}

/** The check that the platform makes when the address is saved: GET with echostr, answered by exactly that. */
export async function verifyWebhook(world: World): Promise<boolean> {
  if (world.link.webhookUrl === null) return false;
  const timestamp = String(world.time.seconds());
  const nonce = String(randomInt(1e9, 2e9));
  const echostr = `${randomInt(1e9, 9e9)}${randomInt(1e8, 9e8)}`;
  const signature = signatureOf(world.account.token, timestamp, nonce);
  const url = withQuery(world.link.webhookUrl, { signature, timestamp, nonce, echostr });
  try {
    const response = await fetch(url, { signal: patience(world), redirect: 'manual' });
    return response.status === 200 && (await response.text()) === echostr;
  } catch {
    return false;
  }
}

function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const full = new URL(url);
  for (const [name, value] of Object.entries(query)) full.searchParams.set(name, value);
  return full.href;
}

function signedRequest(world: World, target: string, parcel: Parcel): SignedRequest {
  const { account, time } = world;
  const timestamp = String(time.seconds());
  const nonce = String(randomInt(1e8, 2e9));
  const query = { signature: signatureOf(account.token, timestamp, nonce), timestamp, nonce, openid: parcel.openid };
  if (account.mode === 'plain') return { url: withQuery(target, query), body: parcel.xml };
  const encrypted = encryptText(account.aesKey, account.appId, parcel.xml);
  const msgSignature = signatureOf(account.token, timestamp, nonce, encrypted);
  const envelope = renderXml({ ToUserName: account.originalId, Encrypt: encrypted });
  const compat = parcel.xml.replace(/<\/xml>\s*$/, `<Encrypt><![CDATA[${encrypted}]]></Encrypt>\n</xml>`);
  return {
    url: withQuery(target, { ...query, encrypt_type: 'aes', msg_signature: msgSignature }),
    body: account.mode === 'secure' ? envelope : compat,
  };
}

function patience(world: World): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(world.behaviour.deliveryTimeoutMs), world.ended.signal]);
}

async function post(world: World, request: SignedRequest): Promise<{ status: AttemptStatus; body: string }> {
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', 'user-agent': 'Mozilla/4.0' },
      body: request.body,
      redirect: 'manual',
      signal: patience(world),
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return { status: timedOut ? 'timeout' : 'unreachable', body: '' };
  }
}

async function outcomeOf(world: World, parcel: Parcel, body: string): Promise<ReplyOutcome> {
  return readReply(body, {
    account: world.account,
    openid: parcel.openid,
    sentType: parcel.sentType,
    maxTextBytes: world.behaviour.replyTextMaxBytes,
    findMedia: (mediaId) => world.media.get(mediaId),
    mediaUrl: (media) => `${world.site.url}${world.media.pathOf(media)}`,
  });
}
