import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, Prepared } from '../../src/inbox/row.ts';
import { AppError } from '../../src/kernel/index.ts';
import { type Connection, openForMigration } from '../../src/platform/mongo/index.ts';
import { testDatabase } from '../support/stores.ts';
import { createMailbox, textMessage, textReply } from './mailbox.ts';

const { uri } = testDatabase();
type Plan = Prepared & { readonly of: string };

let connection: Connection;
let inbox: Awaited<ReturnType<typeof createMailbox>>['inbox'];
/** What the handler was asked, in order. */
let calls: string[] = [];
let within = { full: false, take: true };
let decide: (text: string) => Promise<Outcome | null> = async () => null;
let alone: (() => Promise<Outcome | null>) | undefined;
beforeEach(() => {
  calls = [];
  within = { full: false, take: true };
  alone = undefined;
});

beforeAll(async () => {
  connection = await openForMigration(uri);
  ({ inbox } = await createMailbox<null, Plan>({
    connection,
    limit: { isFull: async () => within.full, take: async () => within.take },
    handler: {
      load: async () => null,
      prepare: async ({ message, limited }) => {
        const of = message.type === 'text' ? message.text : '';
        calls.push(`prepare ${of}${limited ? ' limited' : ''}`);
        return { of, outcome: await decide(of), ...(alone ? { alone } : {}) };
      },
      apply: async ({ prepared, limited }) => {
        calls.push(`apply ${prepared?.of ?? 'anew'}${limited ? ' limited' : ''}`);
        return { reply: textReply('done') };
      },
    },
  }));
});
afterAll(() => connection.close());

const say = (text: string) => inbox.answer(textMessage(text));

describe('a message is decided once', () => {
  it('one that changes something is run as it was decided before its claim', async () => {
    decide = async () => null;
    expect(await say('change')).toEqual(textReply('done'));
    expect(calls).toEqual(['prepare change', 'apply change']);
  });

  it('one that changes nothing is answered by its decision alone', async () => {
    decide = async () => ({ reply: textReply('found') });
    expect(await say('look')).toEqual(textReply('found'));
    expect(calls).toEqual(['prepare look']);
  });

  it('a slow decision holds no claim back, and is waited for instead of being made again', async () => {
    decide = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      const rows = await connection.db?.collection('inbox').find({ state: 'open' }).toArray();
      calls.push(`${rows?.length} open`);
      return { reply: textReply('found') };
    };
    expect(await say('slow')).toEqual(textReply('done'));
    expect(calls).toEqual(['prepare slow', '1 open', 'apply slow']);
  });

  it('a decision that fails is no outage: the message is claimed and decided anew', async () => {
    decide = async () => {
      throw new Error('planted');
    };
    expect(await say('broken')).toEqual(textReply('done'));
    expect(calls).toEqual(['prepare broken', 'apply anew']);
  });

  it('one beyond the limit is decided as such, and the limit counts after the claim', async () => {
    decide = async () => null;
    within = { full: true, take: false };
    await say('much');
    within = { full: false, take: false };
    await say('more');
    expect(calls).toEqual(['prepare much limited', 'apply much limited', 'prepare more', 'apply more limited']);
  });
});

describe('a message whose whole effect is one write of the handler', () => {
  const rows = (state: string) => connection.db?.collection('inbox').countDocuments({ state });
  const seen: (number | undefined)[] = [];
  const write = async (outcome: Outcome | null): Promise<Outcome | null> => {
    calls.push('alone');
    seen.push(await rows('open'));
    return outcome;
  };
  beforeEach(() => {
    decide = async () => null;
  });

  it('is never claimed: its row is written once, with its reply', async () => {
    alone = () => write({ reply: textReply('stepped') });
    const before = (await rows('done')) ?? 0;
    expect(await say('step')).toEqual(textReply('stepped'));
    expect(calls).toEqual(['prepare step', 'alone']);
    expect([seen.at(-1), await rows('done')]).toEqual([0, before + 1]);
  });

  it('is claimed and decided anew where another message came first', async () => {
    alone = () => write(null);
    expect(await say('met')).toEqual(textReply('done'));
    expect(calls).toEqual(['prepare met', 'alone', 'apply anew']);
  });

  it('is claimed where the write fails for a reason of its own, and kept in the spool where the store is away', async () => {
    alone = async () => Promise.reject(new AppError('internal'));
    expect(await say('refused')).toEqual(textReply('done'));
    expect(calls).toEqual(['prepare refused', 'apply anew']);
    alone = async () => Promise.reject(new AppError('store_unavailable'));
    expect(await say('away')).toEqual(textReply('kept'));
    expect(await rows('open')).toBe(0);
  });
});
