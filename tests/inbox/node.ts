import { join } from 'node:path';
import type { Collection } from 'mongodb';
import { createInbox, createInboxRows, createRowCodec, createSpool, createSpoolCodec } from '../../src/inbox/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { createSweepRunner } from '../../src/platform/jobs/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { connectMongo } from '../../src/platform/mongo/index.ts';
import { createSealer, createSigner } from '../../src/platform/sealing/index.ts';
import { parseInbound, type Reply } from '../../src/wechat/index.ts';
import type { NodeOptions, Said, ToNode } from './nodes.ts';

/**
 * One process with a real mailbox, for tests that need several and kill some. Its only effect is to write down, in the
 * resident's document of `effects`, which messages it handled. Told what to do by IPC.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as NodeOptions;
const keys = { current: 'a-secret-key-for-tests-of-32-bytes-0000' };
const lines: string[] = [];
const log = createLog({ level: 'warn', role: 'test', destination: { write: (line) => void lines.push(line) } });
const mongo = connectMongo({ uri: options.uri, log });

interface Effects {
  _id: string;
  /** In order; each key once, as the handler's contract asks. */
  done: { key: string; text: string }[];
  /** Every call of the handler that got through. */
  calls: string[];
}
const effects = (): Collection<Effects> => {
  if (!mongo.work.db) throw new Error('not connected');
  return mongo.work.db.collection('effects') as unknown as Collection<Effects>;
};
const forever = new Promise<never>(() => {});
const text = (reply: string): { reply: Reply } => ({ reply: { type: 'text', text: reply } });

const spool = await createSpool({
  folder: join(options.dataDir, 'spool'),
  codec: createSpoolCodec({ sealer: createSealer(keys, 'spool') }),
  log,
});
const inbox = createInbox({
  rows: createInboxRows({
    connection: mongo.hot,
    workConnection: mongo.work,
    codec: createRowCodec({ sealer: createSealer(keys, 'inbox'), signer: createSigner(keys, 'inbox') }),
    keepDays: 180,
    clock: systemClock,
  }),
  spool,
  handler: {
    load: async () => null,
    prepare: async ({ message }) => ({
      outcome: message.type === 'text' && message.text.startsWith('read') ? text(`found ${message.text}`) : null,
    }),
    apply: async ({ key, message, at }) => {
      const said = message.type === 'text' ? message.text : message.type;
      if (options.hang === 'before' && said.includes('hang')) await forever;
      if (options.slowMs) await new Promise((resolve) => setTimeout(resolve, options.slowMs));
      await effects().updateOne({ _id: message.openid }, { $push: { calls: key } }, { upsert: true });
      await effects().updateOne(
        { _id: message.openid, 'done.key': { $ne: key } },
        { $push: { done: { key, text: said } } },
      );
      if (options.hang === 'after' && said.includes('hang')) await forever;
      return text(`did ${said} of ${at.getTime() > 0 ? 'then' : ''}`);
    },
  },
  limit: { isFull: async () => false, take: async () => true },
  spooledReply: () => ({ type: 'text', text: 'kept' }),
  oweLate: async ({ key, openid, reply }) => {
    if (!mongo.work.db) throw new Error('not connected');
    const told = reply.type === 'text' ? reply.text : reply.type;
    await mongo.work.db
      .collection('told')
      .updateOne({ key }, { $set: { openid, text: told }, $inc: { times: 1 } }, { upsert: true });
  },
  oweLateApart: async () => {},
  ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  clock: systemClock,
  log,
});
const sweeps = createSweepRunner({ sweeps: inbox.sweeps, log });

const answer = async ({ openid, msgId, text: said }: Said): Promise<string | null> => {
  const fields = { FromUserName: openid, ToUserName: 'town', CreateTime: '1700000000', MsgType: 'text', Content: said };
  const reply = await inbox.api.answer(parseInbound({ ...fields, MsgId: msgId }));
  return reply?.type === 'text' ? reply.text : null;
};

process.on('message', ({ id, said }: ToNode) => {
  answer(said).then(
    (reply) => process.send?.({ id, reply }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
// A test that ends closes the channel; nothing may stay behind.
process.on('disconnect', () => process.exit(0));
if (options.waitForMongo !== false) await mongo.whenReady();
if (options.sweeps !== false) void mongo.whenReady().then(() => sweeps.start());
process.send?.('ready');
