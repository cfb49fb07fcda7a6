import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conversationCollections, createConversation } from '../../src/conversation/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { createSay, loadConfig } from '../../src/platform/config/index.ts';
import {
  type Connection,
  createTransact,
  migrateCollections,
  openForMigration,
} from '../../src/platform/mongo/index.ts';
import { createSealer } from '../../src/platform/sealing/index.ts';
import { parseInbound, type InboundMessage } from '../../src/wechat/index.ts';
import { testDatabase } from '../support/stores.ts';
import { SILENT } from '../support/town.ts';

const { uri } = testDatabase();
const SECRET = 'a-secret-key-for-tests-of-32-bytes-0000';
const AT = new Date('2026-03-02T02:00:00Z');

let connection: Connection;
/** The words that the articles were searched for, in order. */
let searched: string[] = [];
let conversation: ReturnType<typeof createConversation>;
beforeAll(async () => {
  connection = await openForMigration(uri);
  await migrateCollections(connection, conversationCollections);
  const config = loadConfig({
    PUBLIC_URL: 'http://127.0.0.1:3000',
    MONGODB_URI: uri,
    SECRET_KEY: SECRET,
    WECHAT_APP_ID: 'wx0123456789abcdef',
    WECHAT_APP_SECRET: 'secret',
    WECHAT_TOKEN: 'token',
    WECHAT_ENCODING_AES_KEY: 'a'.repeat(43),
  });
  const articles = {
    searchPublic: async ({ words }: { words: string }) => {
      searched.push(words);
      return { items: [], nextCursor: null };
    },
  };
  // The features that these messages never reach are left out: a call of one of them would fail the test.
  conversation = createConversation({
    connection,
    workConnection: connection,
    transact: createTransact(connection),
    config,
    say: createSay(config.chat),
    sealer: createSealer({ current: SECRET }, 'conversation'),
    articles,
    clock: systemClock,
    log: SILENT,
  } as unknown as Parameters<typeof createConversation>[0]);
});
afterAll(() => connection.close());
beforeEach(() => {
  searched = [];
});

let unique = 0;
const resident = (): string => `oDecided${(unique += 1)}`;
const asked = (openid: string, text: string, limited = false) => {
  const message: InboundMessage = parseInbound({ FromUserName: openid, MsgType: 'text', Content: text, MsgId: '1' });
  return { key: `message:${(unique += 1)}`, message, at: AT, limited };
};
const prepare = async (turn: ReturnType<typeof asked>) =>
  conversation.prepare({ ...turn, conversation: await conversation.load(turn.message.openid) });
const textOf = ({ reply }: { reply: { type: string } | null }): string =>
  reply !== null && 'text' in reply ? String(reply.text) : '';

const LONG = '村口的路灯坏了好几天了';

describe('what a message does is decided once', () => {
  it('words that are searched and kept are searched once, and nothing is kept before they are applied', async () => {
    const turn = asked(resident(), LONG);
    const prepared = await prepare(turn);
    expect(prepared.outcome).toBeNull();
    expect((await conversation.load(turn.message.openid)).rev).toBe(0);
    expect(textOf(await conversation.apply({ ...turn, prepared }))).toContain('回复 1');
    expect(searched).toEqual([LONG]);
    expect((await conversation.load(turn.message.openid)).flow).toMatchObject({
      name: 'offer',
      parts: [{ text: LONG }],
    });
  });

  it('a message that changes nothing is answered by what was decided', async () => {
    const openid = resident();
    const prepared = await prepare(asked(openid, '低保'));
    expect(textOf(prepared.outcome ?? { reply: null })).toContain('低保');
    expect(searched).toEqual(['低保']);
    expect((await conversation.load(openid)).rev).toBe(0);
  });

  it('a plan that another message has overtaken is made anew from what stands then', async () => {
    const openid = resident();
    const first = asked(openid, '投诉');
    const begin = await prepare(first);
    const late = asked(openid, LONG);
    const overtaken = await prepare(late);
    expect(textOf(await conversation.apply({ ...first, prepared: begin }))).toContain('您要办哪一样');
    // Made for a resident without a flow, it would have put an offer in the place of the complaint.
    await conversation.apply({ ...late, prepared: overtaken });
    expect((await conversation.load(openid)).flow).toMatchObject({ name: 'complaint', step: 'kind' });
  });

  it('a plan made for a resident within the limit is not run for one beyond it', async () => {
    const turn = asked(resident(), LONG);
    const prepared = await prepare(turn);
    const said = await conversation.apply({ ...turn, limited: true, prepared });
    expect(textOf(said)).not.toContain('回复 1');
    expect((await conversation.load(turn.message.openid)).flow).toBeNull();
  });

  it('what was applied already is answered as it was, without a second effect', async () => {
    const turn = asked(resident(), '投诉');
    const first = await conversation.apply({ ...turn, prepared: await prepare(turn) });
    const again = await prepare(turn);
    expect(again.outcome).toEqual({ key: turn.key, reply: first.reply });
    expect(await conversation.apply({ ...turn, prepared: again })).toEqual({ key: turn.key, reply: first.reply });
    expect((await conversation.load(turn.message.openid)).rev).toBe(1);
  });

  it('a message of a resident for whom notices wait is never settled by reading alone', async () => {
    const openid = resident();
    await conversation.flagWaiting(openid);
    expect((await prepare(asked(openid, '帮助'))).outcome).toBeNull();
  });
});
