import { AppError } from '../kernel/index.ts';
import { parseJsonFields, refuse, textOf } from './fields.ts';
import { isFresh, type WebhookMode } from './freshness.ts';
import type { MessageCrypto } from './message-crypto.ts';
import type { InboundFields } from './messages.types.ts';
import { signatureOf, verifySignature } from './signature.ts';
import { cdata, parseXml } from './xml.ts';

/** The query as a web framework parses it: a repeated parameter is a list. */
export type WebhookQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface WebhookRequest {
  readonly mode: WebhookMode;
  readonly query: WebhookQuery;
  /** The body as received; bytes are read as UTF-8. */
  readonly body: string | Uint8Array;
  /** The current token first, then the previous one during a change. */
  readonly tokens: readonly string[];
  /** May be absent only in plain mode. */
  readonly crypto?: MessageCrypto | undefined;
  /** Our clock: a signed timestamp far from it is refused. */
  readonly now: Date;
}

export interface OpenedWebhook {
  /** The message's fields; of an encrypted request only what was inside. */
  readonly fields: InboundFields;
  /** The reply is encrypted exactly when this is true. */
  readonly encrypted: boolean;
  /** The token that signed the request; a reply is signed with the same. */
  readonly tokenIndex: number;
  /** The key that opened it, 0 for a plain request. */
  readonly keyIndex: number;
}

/** The part of a request that can be judged before its body is read. */
export type WebhookHead = Pick<WebhookRequest, 'mode' | 'query' | 'tokens' | 'now'>;

/**
 * What can be checked of a POST before its body is read. Throws AppError `bad_signature` (401) as openWebhookBody does,
 * which checks the same again with the body.
 */
export function checkWebhookQuery(head: WebhookHead): void {
  checkHead(head);
}

/**
 * The timestamp of a request under a good signature, however old; null where the signature is not good. What a wrong
 * clock makes us refuse still tells that the clock is wrong.
 */
export function signedTimestamp({ query, tokens }: Pick<WebhookRequest, 'query' | 'tokens'>): string | null {
  const [signature, timestamp, nonce] = ['signature', 'timestamp', 'nonce'].map((name) => single(query, name));
  if (signature === undefined || timestamp === undefined || nonce === undefined) return null;
  return verifySignature({ tokens, timestamp, nonce, signature }) === -1 ? null : timestamp;
}

/**
 * Checks and opens one POST. Throws AppError `bad_signature` (401; details.check: signature, timestamp, msg_signature,
 * encrypt_type, mode, ciphertext, appid) or `invalid_input` (400; details.check: encrypt, format, size, declaration,
 * depth, nodes, xml, json). The signature is checked before the body is looked at. Only plain mode believes what was not
 * encrypted: the signature of a plain request covers no word of it.
 */
export function openWebhookBody(request: WebhookRequest): OpenedWebhook {
  const { query, tokens, crypto } = request;
  const { timestamp, nonce, tokenIndex, encrypted } = checkHead(request);
  if (!encrypted) return { fields: parseBody(bodyText(request.body)), encrypted, tokenIndex, keyIndex: 0 };
  const signature = single(query, 'msg_signature') ?? deny('msg_signature');
  if (crypto === undefined) deny('mode');
  const encrypt = textOf(parseBody(bodyText(request.body)), 'Encrypt') ?? refuse('encrypt');
  checkMsgSignature({ tokens, timestamp, nonce, signature, encrypt });
  const { xml, keyIndex } = crypto.decrypt(encrypt);
  return { fields: parseBody(xml), encrypted, tokenIndex, keyIndex };
}

/** What the platform sends to be echoed: a row of digits by its documentation, in all that were seen. */
const PLAIN_ECHO = /^[A-Za-z0-9_-]{1,64}$/;
const OPENED_ECHO = /^\d{1,32}$/;

/**
 * Checks the address verification (GET) and returns the text to answer, as it is. A ciphertext `echostr` (with
 * `msg_signature` beside `signature`) is opened, and answered only where digits alone were inside: whoever repeats a
 * captured message shall not have it decrypted here. Throws AppError `bad_signature`, or `invalid_input` without one
 * `echostr` of that form.
 */
export function verifyUrl(request: WebhookHead & Pick<WebhookRequest, 'crypto'>): string {
  const { query, tokens, crypto } = request;
  const { timestamp, nonce } = checkSignature(request);
  const echostr = single(query, 'echostr') ?? refuse('echostr');
  if (query['msg_signature'] === undefined) return PLAIN_ECHO.test(echostr) ? echostr : refuse('echostr');
  const signature = single(query, 'msg_signature') ?? deny('msg_signature');
  checkMsgSignature({ tokens, timestamp, nonce, signature, encrypt: echostr });
  if (crypto === undefined) deny('mode');
  const { xml: opened } = crypto.decrypt(echostr);
  return OPENED_ECHO.test(opened) ? opened : refuse('echostr');
}

export interface SealReply {
  readonly crypto: MessageCrypto;
  /** The reply's XML. */
  readonly xml: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly nonce: string;
  readonly token: string;
  /** The key that opened the request. */
  readonly keyIndex: number;
  /** 16 bytes, given only to repeat a known vector. */
  readonly random?: Uint8Array;
}

/** The encrypted envelope of a reply. The body `success` needs none. */
export function sealReply({ crypto, xml, timestamp, nonce, token, keyIndex, random }: SealReply): string {
  const encrypt = crypto.encrypt(xml, random === undefined ? { keyIndex } : { keyIndex, random });
  const seconds = String(Math.trunc(timestamp));
  const signature = signatureOf(token, seconds, nonce, encrypt);
  return (
    `<xml><Encrypt>${cdata(encrypt)}</Encrypt><MsgSignature>${cdata(signature)}</MsgSignature>` +
    `<TimeStamp>${seconds}</TimeStamp><Nonce>${cdata(nonce)}</Nonce></xml>`
  );
}

/** Signature and freshness, and whether what follows is encrypted as the mode demands. */
function checkHead(head: WebhookHead) {
  const signed = checkSignature(head);
  const encrypted = isEncrypted(head.query);
  if (!encrypted && head.mode !== 'plain') deny('mode');
  if (encrypted && single(head.query, 'msg_signature') === undefined) deny('msg_signature');
  return { ...signed, encrypted };
}

function checkSignature({ query, tokens, mode, now }: WebhookHead) {
  const signature = single(query, 'signature') ?? deny('signature');
  const timestamp = single(query, 'timestamp') ?? deny('signature');
  const nonce = single(query, 'nonce') ?? deny('signature');
  const tokenIndex = verifySignature({ tokens, timestamp, nonce, signature });
  if (tokenIndex === -1) deny('signature');
  if (!isFresh(timestamp, mode, now)) deny('timestamp');
  return { timestamp, nonce, tokenIndex };
}

interface MsgSignatureCheck {
  readonly tokens: readonly string[];
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly encrypt: string;
}

/** White space around or inside `Encrypt` comes from reformatted XML; the platform signs without it. */
function checkMsgSignature(check: MsgSignatureCheck): void {
  const compact = check.encrypt.replaceAll(/\s+/g, '');
  const good = [check.encrypt, compact].some((encrypt) => verifySignature({ ...check, encrypt }) !== -1);
  if (!good) deny('msg_signature');
}

function isEncrypted(query: WebhookQuery): boolean {
  const type = query['encrypt_type'];
  if (type === undefined || type === 'raw') return query['msg_signature'] !== undefined;
  if (type !== 'aes') deny('encrypt_type');
  return true;
}

/** The parameter where it is there exactly once and not empty. */
function single(query: WebhookQuery, name: string): string | undefined {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function bodyText(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

function parseBody(body: string): InboundFields {
  const text = body.replace(/^\uFEFF/, '').trim();
  if (text.startsWith('<')) return parseXml(text);
  if (text.startsWith('{')) return parseJsonFields(text);
  return refuse('format');
}

function deny(check: string): never {
  throw new AppError('bad_signature', { details: { check } });
}
