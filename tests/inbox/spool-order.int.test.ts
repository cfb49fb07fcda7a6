import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, openForMigration } from '../../src/platform/mongo/index.ts';
import { testDatabase } from '../support/stores.ts';
import { createMailbox, textMessage, textReply } from './mailbox.ts';
import { dedupeKey } from '../../src/wechat/index.ts';

const { uri } = testDatabase();
let connection: Connection;
let mailbox: Awaited<ReturnType<typeof createMailbox>>;
const applied: string[] = [];
beforeAll(async () => {
  connection = await openForMigration(uri);
  mailbox = await createMailbox({
    connection,
    handler: {
      load: async () => null,
      prepare: async () => ({ outcome: null }),
      apply: async ({ message }) => {
        const text = message.type === 'text' ? message.text : '';
        applied.push(text);
        return { reply: textReply(`did ${text}`) };
      },
    },
  });
});
afterAll(() => connection.close());

describe('a line that waits in the spool while MongoDB is back', () => {
  it('sends newer messages of its resident behind it, and nobody else', async () => {
    const openid = 'oSpoolOrder';
    const first = textMessage('first', openid);
    await mailbox.spool.append({ key: dedupeKey(first), message: first, receivedAt: '2026-03-01T00:00:00.000Z' });
    expect(await mailbox.inbox.answer(textMessage('second', openid))).toEqual(textReply('kept'));
    expect(await mailbox.inbox.answer(textMessage('stranger'))).toEqual(textReply('did stranger'));
    expect(applied).toEqual(['stranger']);
    expect(mailbox.spool.waiting()).toBe(2);
    expect(await mailbox.sweeps.find(({ name }) => name === 'inbox.spool')?.run()).toBe(2);
    expect(applied).toEqual(['stranger', 'first', 'second']);
    // Both answers are owed, and the way is free again.
    expect(mailbox.owed).toHaveLength(2);
    expect(await mailbox.inbox.answer(textMessage('third', openid))).toEqual(textReply('did third'));
  });
});
