import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startService, type RunningService } from '../../src/app/start.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { decryptText, encryptText, signatureOf } from '../../src/sandbox/crypto.ts';
import { parseXml } from '../../src/wechat/index.ts';
import { later } from '../support/later.ts';

export const TOKEN = 'webhooktoken';
export const APP_ID = 'wx0123456789abcdef';
export const AES_KEY = 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR';
export const SECRET = 'a-secret-key-for-tests-of-32-bytes-0000';

export interface Service {
  readonly running: RunningService;
  readonly url: string;
  readonly dataDir: string;
  readonly logLines: string[];
}

export { later as onEnd } from '../support/later.ts';
export { migrate } from '../support/stores.ts';

export interface ServiceOptions {
  readonly uri: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly perOpenidPerMinute?: number;
  readonly retentionDays?: number;
}

/** The whole service on a free port, stopped after the file's tests. MongoDB need not be there. */
export async function startTestService(options: ServiceOptions): Promise<Service> {
  const dataDir = mkdtempSync(join(tmpdir(), 'xiangyin-webhook-'));
  const loaded = loadConfig({ ...environment(options.uri, dataDir), ...options.env });
  const { rate, retentionDays } = loaded.limits;
  const limits = {
    ...loaded.limits,
    rate: { ...rate, perOpenidPerMinute: options.perOpenidPerMinute ?? 10_000 },
    retentionDays: { ...retentionDays, inbox: options.retentionDays ?? retentionDays.inbox },
  };
  const logLines: string[] = [];
  const log = createLog({ level: 'info', role: 'all', destination: { write: (line) => void logLines.push(line) } });
  const running = await startService({ config: { ...loaded, limits }, log, consoleDir: dataDir });
  later(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { running, url: `http://127.0.0.1:${running.port}`, dataDir, logLines };
}

/** What production needs, with a platform that nobody answers for. */
export function environment(uri: string, dataDir: string): Record<string, string> {
  return {
    PUBLIC_URL: 'http://127.0.0.1',
    MONGODB_URI: uri,
    SECRET_KEY: SECRET,
    WECHAT_APP_ID: APP_ID,
    WECHAT_APP_SECRET: 's'.repeat(32),
    WECHAT_TOKEN: TOKEN,
    WECHAT_ENCODING_AES_KEY: AES_KEY,
    WECHAT_ALLOW_PLAIN: 'true',
    WECHAT_API_BASE: 'http://127.0.0.1:1',
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
  };
}

type Query = Record<string, string | readonly string[] | undefined>;

export interface Parcel {
  readonly query: Query;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** What the resident reads; null = `success` or no text. */
  readonly text: string | null;
}

const NONCE = '1514711492';

/** A request in plain text, signed as the platform signs; `at` = by its clock. */
export function plain(body: string, at = new Date()): Parcel {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  return { query: { timestamp, nonce: NONCE, signature: signatureOf(TOKEN, timestamp, NONCE) }, body };
}

/** The same, encrypted; `ciphertext` replaces what would be the encrypted `xml`. */
export function secure(xml: string, ciphertext = encryptText(AES_KEY, APP_ID, xml), at = new Date()): Parcel {
  const signed = plain('', at).query as Record<string, string>;
  const query = {
    ...signed,
    encrypt_type: 'aes',
    msg_signature: signatureOf(TOKEN, signed['timestamp'] ?? '', NONCE, ciphertext),
  };
  return {
    query,
    body: `<xml><ToUserName>gh_town</ToUserName><Encrypt><![CDATA[${ciphertext}]]></Encrypt></xml>`,
  };
}

/** Both forms in one body. */
export function compat(xml: string): Parcel {
  const { query, body } = secure(xml);
  const encrypt = /<Encrypt>.*<\/Encrypt>/.exec(body)?.[0] ?? '';
  return { query, body: xml.replace('</xml>', `${encrypt}</xml>`) };
}

/** As the platform does it: gives up after 5 s, and then the promise of an answer in time was broken. */
export async function post(url: string, { query, body }: Parcel): Promise<Answer> {
  const target = withQuery(`${url}/wechat`, query);
  const response = await fetch(target, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });
  const answer = await response.text();
  return { status: response.status, body: answer, text: textIn(answer) };
}

export function withQuery(url: string, query: Query): string {
  const full = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) full.searchParams.append(name, one);
  }
  return full.href;
}

/** The text of a reply, opened and with its envelope's signature checked where it is encrypted. */
function textIn(body: string): string | null {
  if (!body.startsWith('<xml>')) return null;
  const outer = parseXml(body) as Record<string, string>;
  if (outer['Encrypt'] === undefined) return outer['Content'] ?? null;
  const { Encrypt, TimeStamp = '', Nonce = '' } = outer;
  if (outer['MsgSignature'] !== signatureOf(TOKEN, TimeStamp, Nonce, Encrypt)) throw new Error('reply badly signed');
  const xml = decryptText(AES_KEY, APP_ID, Encrypt);
  if (xml === undefined) throw new Error('reply badly encrypted');
  return (parseXml(xml) as Record<string, string>)['Content'] ?? null;
}

let unique = 0;

/** An openid that no other test uses, in the platform's form. */
export function resident(): string {
  unique += 1;
  return `o${String(unique).padStart(27, 'w')}`;
}

export type Fields = Record<string, string | undefined>;

/** A message's XML; a field that is undefined is left out. */
export function xmlOf(openid: string, fields: Fields = {}): string {
  unique += 1;
  const all: Fields = {
    ToUserName: 'gh_town',
    FromUserName: openid,
    CreateTime: String(Math.floor(Date.now() / 1_000)),
    MsgType: 'text',
    MsgId: fields['MsgType'] === 'event' ? undefined : String(7_000_000_000_000_000 + unique),
    ...fields,
  };
  const members = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`<${name}><![CDATA[${value}]]></${name}>`],
  );
  return `<xml>${members.join('')}</xml>`;
}

export const textXml = (openid: string, text: string, msgId?: string): string =>
  xmlOf(openid, { Content: text, ...(msgId === undefined ? {} : { MsgId: msgId }) });

/** The database, read behind the service's back. */
export function database(uri: string) {
  const client = new MongoClient(uri);
  later(() => client.close());
  return client.db();
}
