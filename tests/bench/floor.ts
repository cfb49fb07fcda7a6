import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import Koa from 'koa';
import { MongoClient } from 'mongodb';
import { Parser } from 'xml2js';
import { ACCOUNT } from './account.ts';
import { serveChild } from './child.ts';

/**
 * The floor: what a message costs at the least. Koa, signature, AES, xml2js, one journaled insert on a majority, one
 * call of Redis, an encrypted reply. It keeps no promise but durability, and shares no code with the service.
 */
const key = Buffer.from(`${ACCOUNT.aesKey}=`, 'base64');
const sign = (...parts: string[]): string => createHash('sha1').update(parts.sort().join('')).digest('hex');

function decrypt(text: string): string {
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(text, 'base64'), cipher.final()]);
  return plain.toString('utf8', 20, 20 + plain.readUInt32BE(16));
}

function encrypt(text: string): string {
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const plain = Buffer.concat([randomBytes(16), length, message, Buffer.from(ACCOUNT.appId)]);
  const pad = 32 - (plain.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString(
    'base64',
  );
}

const parse = (xml: string): Promise<Record<string, string>> =>
  new Parser({ explicitArray: false })
    .parseStringPromise(xml)
    .then((found: { xml: Record<string, string> }) => found.xml);

export async function startFloor(stores: { mongo: string; redis: string | null }): Promise<Koa> {
  const client = await new MongoClient(stores.mongo, { writeConcern: { w: 'majority', journal: true } }).connect();
  const rows = client.db().collection<{ _id: string; text: string; at: Date }>('floor');
  const redis = stores.redis === null ? null : new Redis(stores.redis);
  const app = new Koa();
  app.use(async (ctx) => {
    const chunks: Buffer[] = [];
    for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
    const query = ctx.query as Record<string, string>;
    const { timestamp = '', nonce = '', signature, msg_signature: whole } = query;
    const outer = await parse(Buffer.concat(chunks).toString('utf8'));
    const sealed = outer['Encrypt'] ?? '';
    if (
      sign(ACCOUNT.token, timestamp, nonce) !== signature ||
      sign(ACCOUNT.token, timestamp, nonce, sealed) !== whole
    ) {
      ctx.status = 401;
      return;
    }
    const message = await parse(decrypt(sealed));
    const from = message['FromUserName'] ?? '';
    const id = `${from}:${message['MsgId'] ?? message['CreateTime'] ?? ''}:${message['Event'] ?? ''}`;
    await redis?.incr(`floor:${from}`);
    await rows.insertOne({ _id: id, text: message['Content'] ?? '', at: new Date() });
    const seconds = String(Math.floor(Date.now() / 1_000));
    const reply =
      `<xml><ToUserName><![CDATA[${from}]]></ToUserName><FromUserName><![CDATA[gh]]></FromUserName>` +
      `<CreateTime>${seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到了]]></Content></xml>`;
    const encrypted = encrypt(reply);
    ctx.type = 'application/xml';
    ctx.body =
      `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature>${sign(ACCOUNT.token, seconds, nonce, encrypted)}` +
      `</MsgSignature><TimeStamp>${seconds}</TimeStamp><Nonce>${nonce}</Nonce></xml>`;
  });
  return app;
}

await serveChild(async ({ mongo, redis }) => (await startFloor({ mongo, redis })).callback());
