import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../scripts/stores/guarded.ts';
import { type RunningMongo, type RunningRedis, startMongo, startRedis } from '../../scripts/stores/index.ts';
import { testDatabase } from '../support/stores.ts';
import { migrate, onEnd, post, resident, secure, type Service, startTestService, textXml } from './service.ts';

/** Until the stores are found again: the driver looks every half second, the sweeps every second. */
const recovered = { timeout: 45_000, interval: 200 };
const slow = { timeout: 90_000 };
/** Of the fixed sentence in config/chat.zh.json. */
const KEPT = '也存好了';
const FLOW = ['投诉', '3', '1', '桥头的水管漏了三天', '完成', '跳过', '确认'];

/** A mongod of this test alone, to be stopped, frozen and started again on the same port with the same data. */
async function ownMongo() {
  const dataDir = mkdtempSync(join(tmpdir(), 'xiangyin-own-mongo-'));
  const port = await freePort();
  let mongo: RunningMongo | null = null;
  const uri = `mongodb://127.0.0.1:${port}/town?replicaSet=xiangyin`;
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => mongo?.pid !== undefined && process.kill(mongo.pid, name);
  const stop = async () => {
    signal('SIGCONT');
    await mongo?.stop();
    mongo = null;
  };
  const start = async () => {
    mongo = await startMongo({ dataDir, port, quiet: true });
    return mongo.uri.replace('/?', '/town?');
  };
  onEnd(async () => {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { uri, start, stop, freeze: () => signal('SIGSTOP'), thaw: () => signal('SIGCONT') };
}

async function withDb<T>(uri: string, look: (db: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri);
  try {
    return await look(client.db());
  } finally {
    await client.close();
  }
}

const send = (service: Service, openid: string, text: string) => post(service.url, secure(textXml(openid, text)));
const spoolOf = ({ dataDir }: Service) =>
  readdirSync(join(dataDir, 'spool')).map((name) => readFileSync(join(dataDir, 'spool', name), 'utf8'));

async function ready(service: Service): Promise<void> {
  await vi.waitFor(async () => expect((await fetch(`${service.url}/readyz`)).status).toBe(200), recovered);
}

/** A resident goes through the whole complaint while nothing can be stored; every answer is the fixed sentence. */
async function complain(service: Service, openid: string): Promise<void> {
  for (const text of FLOW) {
    const answer = await send(service, openid, text);
    expect([text, answer.status, answer.text]).toEqual([text, 200, expect.stringContaining(KEPT)]);
  }
}

/** Afterwards there is exactly one complaint, every message has had its effect, and the ticket is told once. */
async function expectComplaint(service: Service, uri: string, openid: string): Promise<void> {
  await ready(service);
  await withDb(uri, async (db) => {
    await vi.waitFor(async () => {
      const rows = await db.collection('inbox').find({ openid }).toArray();
      expect(rows.map((row) => row['state'])).toEqual(FLOW.map(() => 'done'));
      expect(await db.collection('notices').countDocuments({ openid })).toBe(FLOW.length);
    }, recovered);
    const notices = await db.collection('notices').find({ openid }).sort({ createdAt: 1, _id: 1 }).toArray();
    const told = notices.map((notice) => /受理号是：\s*(\d{8}-\d{4,})/.exec(String(notice['text']))?.[1]);
    const tickets = told.filter((ticket) => ticket !== undefined);
    expect(tickets).toHaveLength(1);
    expect(await db.collection('complaints').countDocuments({ ticket: tickets[0] as string })).toBe(1);
    expect(told.at(-1)).toBe(tickets[0]);
  });
  await vi.waitFor(() => expect(spoolOf(service)).toEqual([]), recovered);
}

describe('while mongod is frozen', slow, () => {
  let mongo: Awaited<ReturnType<typeof ownMongo>>;
  let uri: string;
  beforeAll(async () => {
    mongo = await ownMongo();
    uri = await mongo.start();
    await migrate(uri);
  });

  it('every message is kept and answered in time, and has its effect afterwards', async () => {
    const service = await startTestService({ uri });
    await ready(service);
    expect((await send(service, resident(), '帮助')).text).toContain('反映问题');
    mongo.freeze();
    const crowd = Array.from({ length: 30 }, resident);
    const answers = await Promise.all(crowd.map((openid) => send(service, openid, '投诉')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const openid = resident();
    await complain(service, openid);
    const urgent = await send(service, resident(), '我家着火了');
    expect(urgent.text).toMatch(new RegExp(`119[\\s\\S]*${KEPT}`));

    const kept = spoolOf(service).join('\n');
    expect(kept).not.toBe('');
    for (const hidden of [openid, '水管', '着火', Buffer.from(openid).toString('base64url').slice(1, 20)]) {
      expect(kept).not.toContain(hidden);
    }
    mongo.thaw();
    await expectComplaint(service, uri, openid);
    await withDb(uri, async (db) => {
      const everybody = { openid: { $in: crowd } };
      await vi.waitFor(async () => {
        expect(await db.collection('inbox').countDocuments({ ...everybody, state: 'done' })).toBe(30);
        expect(await db.collection('conversations').countDocuments({ _id: { $in: crowd as never[] } })).toBe(30);
      }, recovered);
      expect(await db.collection('inbox').countDocuments(everybody)).toBe(30);
    });
  });

  it('answers 500 where a message can be kept nowhere, and never success', async () => {
    const service = await startTestService({ uri });
    await ready(service);
    expect((await send(service, resident(), '帮助')).status).toBe(200);
    const folder = join(service.dataDir, 'spool');
    renameSync(folder, `${folder}-away`);
    writeFileSync(folder, 'a file in its place');
    mongo.freeze();
    try {
      const openid = resident();
      const message = secure(textXml(openid, '投诉'));
      const nowhere = await post(service.url, message);
      expect([nowhere.status, nowhere.body]).toEqual([500, 'error']);
      mongo.thaw();
      // The platform tries again.
      await vi.waitFor(async () => {
        const again = await post(service.url, message);
        expect([again.status, again.text]).toEqual([200, expect.stringContaining('1 咨询')]);
      }, recovered);
    } finally {
      mongo.thaw();
    }
  });

  it('a service that starts listens, keeps and catches up, without ever having been connected', async () => {
    mongo.freeze();
    const service = await startTestService({ uri });
    const openid = resident();
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
    await complain(service, openid);
    mongo.thaw();
    await expectComplaint(service, uri, openid);
  });
});

describe('while there is no mongod', slow, () => {
  it('after a kill and from the start, messages are kept and have their effect once it is there', async () => {
    const mongo = await ownMongo();
    const uri = await mongo.start();
    await migrate(uri);
    const before = await startTestService({ uri });
    await ready(before);
    expect((await send(before, resident(), '帮助')).text).toContain('反映问题');
    await mongo.stop();
    const openid = resident();
    await complain(before, openid);
    const later = await startTestService({ uri });
    const other = resident();
    expect((await fetch(`${later.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${later.url}/readyz`)).status).toBe(503);
    await complain(later, other);
    await mongo.start();
    await expectComplaint(before, uri, openid);
    await expectComplaint(later, uri, other);
  });
});

describe('while redis is frozen', slow, () => {
  const { uri } = testDatabase();
  let redis: RunningRedis;
  beforeAll(async () => {
    const started = await startRedis({ port: await freePort(), quiet: true });
    if (!started) throw new Error('no redis');
    redis = started;
    onEnd(redis.stop);
  });

  it('messages are answered as ever, and limited by memory', async () => {
    const service = await startTestService({ uri, env: { REDIS_URL: redis.url }, perOpenidPerMinute: 2 });
    await ready(service);
    expect((await send(service, resident(), '帮助')).text).toContain('反映问题');
    if (redis.pid === undefined) throw new Error('not our redis');
    process.kill(redis.pid, 'SIGSTOP');
    try {
      const openid = resident();
      expect((await send(service, openid, '帮助')).text).toContain('反映问题');
      expect((await send(service, openid, '帮助')).text).toContain('反映问题');
      await vi.waitFor(async () => expect((await send(service, openid, '帮助')).text).toContain('太快'), recovered);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
  });
});
