import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/notices/index.ts';
import { type InboxAnswer, startSandbox, type LedgerAnswer, type Sandbox } from '../../src/sandbox/index.ts';
import { createMemoryTokenStore, createWechatClient } from '../../src/wechat/index.ts';
import { testDatabase } from '../support/stores.ts';
import { later } from '../support/later.ts';
import { groupRobot, movableClock, NEVER_QUIET, noticeProcess, SILENT, type Process } from './harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Contacts {
  [openid: string]: { kind: 'message' | 'click'; at: Date }[];
}

const database = testDatabase();
let platform: Sandbox;
let clock: ReturnType<typeof movableClock>;
let contacts: Contacts;
let flagged: string[];

beforeEach(async () => {
  clock = movableClock();
  platform = await startSandbox({ mode: 'plain', clock });
  later(async () => platform.close());
  contacts = {};
  flagged = [];
});

const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${platform.url}${path}`, { method, ...init });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
};

/** A follower who wrote just now. */
async function resident(): Promise<string> {
  const { openids } = await control<{ openids: string[] }>('POST', '/_/residents', { count: 1, subscribe: true });
  const openid = openids[0] ?? '';
  await writes(openid);
  return openid;
}

async function writes(openid: string): Promise<void> {
  await control('POST', `/_/residents/${openid}/say`, { type: 'text', text: '您好' });
  contacts[openid] = [...(contacts[openid] ?? []), { kind: 'message', at: clock.now() }];
}

/** The texts that the resident's phone shows from us, in order. */
async function shown(openid: string): Promise<string[]> {
  const { items } = await control<InboxAnswer>('GET', `/_/residents/${openid}/inbox`);
  return items.flatMap((item) => (item.via === 'customer_service' ? [item.text ?? ''] : []));
}

type Over = Partial<Parameters<typeof noticeProcess>[1]>;

function start(
  over: Over = {},
): Promise<Process & { owe(openid: string | null, text: string, more?: object): Promise<string> }> {
  const client = createWechatClient({
    appId: platform.appId,
    appSecret: platform.appSecret,
    apiBase: platform.url,
    accountType: platform.type,
    verified: true,
    tokenStore: createMemoryTokenStore(),
    clock,
    log: SILENT,
  });
  return noticeProcess(database.uri, {
    clock,
    sendText: (openid, text) => client.sendText(openid, text),
    contactsOf: async (openid) => contacts[openid] ?? [],
    flagWaiting: async (openid) => void flagged.push(openid),
    ...over,
  }).then((process) => ({
    ...process,
    owe: async (openid, text, more = {}) => {
      const ticket = `t${randomBytes(6).toString('hex')}`;
      const notice = { key: `k:${ticket}`, openid, kind: 'answered', text, ticket, call: true, ...more };
      await process.transact((tx) => process.notices.owe(tx, notice));
      return ticket;
    },
  }));
}

const send = (process: Process) => process.run('notices.send');
const one = async (process: Process, ticket: string): Promise<Notice> => {
  const [notice] = await process.notices.ofTicket(ticket);
  if (!notice) throw new Error(`no notice of ${ticket}`);
  return notice;
};

describe('a notice', () => {
  it('goes out as a customer-service message while the window is open, and once only', async () => {
    const process = await start();
    const openid = await resident();
    const ticket = await process.owe(openid, '一');
    await send(process);
    await send(process);
    expect(await shown(openid)).toEqual(['一']);
    expect(await one(process, ticket)).toMatchObject({ state: 'sent' });
  });

  it('is the same notice when it is owed again', async () => {
    const process = await start();
    const openid = await resident();
    const key = `same:${openid}`;
    await process.owe(openid, '一', { key });
    await process.owe(openid, '一', { key });
    await send(process);
    expect(await shown(openid)).toEqual(['一']);
  });

  it('waits after the fifth, flags the resident, and goes out after the next message', async () => {
    const process = await start();
    const openid = await resident();
    for (const n of '123456') await process.owe(openid, n);
    await send(process);
    expect(await shown(openid)).toEqual(['1', '2', '3', '4', '5']);
    expect(flagged).toContain(openid);
    await send(process);
    expect(await shown(openid)).toHaveLength(5);
    clock.move(1_000);
    await writes(openid);
    await process.notices.wake(openid);
    await send(process);
    expect(await shown(openid)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('waits 48 hours after the last message without asking the platform', async () => {
    const process = await start();
    const openid = await resident();
    clock.move(48 * HOUR);
    const ticket = await process.owe(openid, '晚了');
    await send(process);
    expect(await one(process, ticket)).toMatchObject({ state: 'owed', waiting: true });
    const { calls } = await control<LedgerAnswer>('GET', '/_/ledger');
    expect(calls.filter((call) => call.api.includes('custom'))).toEqual([]);
  });

  it('waits where the platform knows better than we do (45047, 45015)', async () => {
    const process = await start();
    const openid = await resident();
    for (const errcode of [45_047, 45_015]) {
      await control('POST', '/_/faults', { path: 'message/custom/send', errcode });
      const ticket = await process.owe(openid, `码 ${errcode}`);
      await send(process);
      expect(await one(process, ticket)).toMatchObject({ state: 'owed', waiting: true, attemptAt: null });
      await process.notices.wake(openid);
      await send(process);
    }
    expect(await shown(openid)).toEqual(['码 45047', '码 45015']);
  });

  it('is tried again while the platform is busy, and what follows does not overtake it', async () => {
    const process = await start();
    const openid = await resident();
    await control('POST', '/_/faults', { path: 'message/custom/send', errcode: -1, times: 2 });
    await process.owe(openid, '先');
    clock.move(10);
    await process.owe(openid, '后');
    await send(process);
    await send(process);
    expect(await shown(openid)).toEqual([]);
    for (let i = 0; i < 4; i += 1) {
      clock.move(10 * MINUTE);
      await send(process);
    }
    expect(await shown(openid)).toEqual(['先', '后']);
  });

  it('stands behind one that waits for a contact', async () => {
    const process = await start();
    const openid = await resident();
    contacts[openid] = [];
    await process.owe(openid, '先');
    await send(process);
    // The platform's window is open again, but nobody has woken the first one yet.
    contacts[openid] = [{ kind: 'message', at: clock.now() }];
    clock.move(10);
    await process.owe(openid, '后');
    await send(process);
    expect(await shown(openid)).toEqual([]);
    await process.notices.wake(openid);
    await send(process);
    expect(await shown(openid)).toEqual(['先', '后']);
  });

  it('that the platform will never take is failed, or a call where it is worth one', async () => {
    const process = await start();
    const openid = await resident();
    await control('POST', '/_/faults', { path: 'message/custom/send', errcode: 43_004, times: 2 });
    const worth = await process.owe(openid, '答复');
    const little = await process.owe(openid, '已办结', { call: false });
    await send(process);
    expect(await one(process, worth)).toMatchObject({ state: 'call_needed' });
    expect(await one(process, little)).toMatchObject({ state: 'failed' });
  });

  it('waits for the next contact where the account may not send', async () => {
    const process = await start({ canSend: false });
    const openid = await resident();
    const ticket = await process.owe(openid, '等');
    await send(process);
    expect(await one(process, ticket)).toMatchObject({ state: 'owed', waiting: true });
    expect(flagged).toContain(openid);
  });
});

describe('a process that dies between sending and settling', () => {
  it('leaves a notice that is never sent again, within 15 s; coming back, it writes nothing', async () => {
    const other = await start();
    const openid = await resident();
    let reached = (): void => undefined;
    let comeBack = (): void => undefined;
    const away = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    const sentIt = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { notices } = other;
    const dying = await start({
      sendText: async (to, text) => {
        await control('POST', `/cgi-bin/message/custom/send?access_token=${await token()}`, {
          touser: to,
          msgtype: 'text',
          text: { content: text },
        });
        reached();
        await away;
      },
    });
    const ticket = await dying.owe(openid, '答复');
    const cameBack = send(dying);
    await sentIt;
    clock.move(14_999);
    await send(other);
    expect(await one(other, ticket)).toMatchObject({ state: 'owed', waiting: false });
    clock.move(1);
    await send(other);
    clock.move(1_000);
    await writes(openid);
    await notices.wake(openid);
    await send(other);
    expect(await shown(openid)).toEqual(['答复']);
    expect(await one(other, ticket)).toMatchObject({ state: 'owed', waiting: true });
    const taken = await other.transact((tx) => notices.take(tx, openid, { chars: 500, bytes: 1_500 }));
    expect(taken).toEqual({ texts: ['答复'], more: false });
    expect(await one(other, ticket)).toMatchObject({ state: 'seen' });
    comeBack();
    await cameBack;
    expect(await one(other, ticket)).toMatchObject({ state: 'seen' });
  });

  it('an answer that got lost is not sent again either', async () => {
    const process = await start();
    const openid = await resident();
    await control('POST', '/_/faults', { path: 'message/custom/send', dropAnswer: true });
    await process.owe(openid, '答复');
    await send(process);
    clock.move(HOUR);
    await process.notices.wake(openid);
    await send(process);
    expect(await shown(openid)).toEqual(['答复']);
  });
});

async function token(): Promise<string> {
  const body = { grant_type: 'client_credential', appid: platform.appId, secret: platform.appSecret };
  const answer = await control<{ access_token: string }>('POST', '/cgi-bin/stable_token', body);
  return answer.access_token;
}

describe('two processes', () => {
  it('send each notice once and keep each resident’s order', async () => {
    const [a, b] = [await start(), await start()];
    const residents = await Promise.all(Array.from({ length: 6 }, () => resident()));
    const texts = ['一', '二', '三', '四', '五'];
    for (const text of texts) {
      clock.move(1);
      for (const openid of residents) await a.owe(openid, text);
    }
    const working = async (process: Process): Promise<void> => {
      for (let i = 0; i < 12; i += 1) await send(process);
    };
    await Promise.all([working(a), working(b)]);
    for (const openid of residents) expect(await shown(openid)).toEqual(texts);
  });
});

describe('the clerk’s list', () => {
  it('gets what waited for too long, tells the office, and loses it after the call', async () => {
    const robot = await groupRobot();
    const publicUrl = 'https://town.example.cn';
    const process = await start({ staffGroup: { url: robot.url, publicUrl, quiet: NEVER_QUIET, groupSeconds: 60 } });
    const openid = await resident();
    clock.move(48 * HOUR);
    const ticket = await process.owe(openid, '答复');
    const little = await process.owe(openid, '已受理', { call: false });
    await send(process);
    clock.move(23 * HOUR);
    await process.run('notices.call');
    expect(await process.notices.ticketsToCall()).not.toContain(ticket);
    clock.move(2 * HOUR);
    await process.run('notices.call');
    expect(await process.notices.ticketsToCall()).toContain(ticket);
    expect(await process.notices.ticketsToCall()).not.toContain(little);
    clock.move(MINUTE);
    await process.run('notices.staff');
    expect(robot.heard.join()).toContain(`${ticket} ${publicUrl}/console/complaints/${ticket}`);
    expect(await process.transact((tx) => process.notices.called(tx, ticket))).toBe(1);
    expect(await one(process, ticket)).toMatchObject({ state: 'seen' });
    expect(await process.notices.ticketsToCall()).not.toContain(ticket);
  });

  it('gets at once what was brought by telephone, box or visit', async () => {
    const process = await start();
    const ticket = await process.owe(null, '答复');
    await process.owe(null, '已办结', { call: false, key: `none:${ticket}` });
    expect(await process.notices.ticketsToCall()).toContain(ticket);
    await send(process);
    expect(await one(process, ticket)).toMatchObject({ state: 'call_needed' });
  });

  it('loses what the resident read in a reply meanwhile', async () => {
    const process = await start();
    const openid = await resident();
    clock.move(72 * HOUR);
    const ticket = await process.owe(openid, '答复');
    await send(process);
    clock.move(25 * HOUR);
    await process.run('notices.call');
    await process.transact((tx) => process.notices.take(tx, openid, { chars: 500, bytes: 1_500 }));
    expect(await process.notices.ticketsToCall()).not.toContain(ticket);
  });
});

describe('what a reply can carry', () => {
  it('is whole notices in order, the rest goes out by the open window', async () => {
    const process = await start();
    const openid = await resident();
    contacts[openid] = [];
    await process.owe(openid, '一'.repeat(100));
    clock.move(1);
    await process.owe(openid, '二'.repeat(100));
    await send(process);
    const taken = await process.transact((tx) => process.notices.take(tx, openid, { chars: 150, bytes: 1_000 }));
    expect(taken).toEqual({ texts: ['一'.repeat(100)], more: true });
    await writes(openid);
    await process.notices.wake(openid);
    await send(process);
    expect(await shown(openid)).toEqual(['二'.repeat(100)]);
  });

  it('is cut to fit where nothing else can carry it', async () => {
    const process = await start({ canSend: false });
    const openid = await resident();
    await process.owe(openid, '路已经修好了。'.repeat(60));
    await send(process);
    const { texts, more } = await process.transact((tx) =>
      process.notices.take(tx, openid, { chars: 200, bytes: 600 }),
    );
    expect(more).toBe(false);
    expect(texts[0]).toMatch(/。……$/);
    expect(Buffer.byteLength(texts[0] ?? '')).toBeLessThanOrEqual(600);
  });
});
