import { describe, expect, test } from 'vitest';
import type { FinishAnswer } from '../../src/sandbox/index.ts';
import type { Answer, Bench } from './support.ts';
import { addDraft, startBench, startWebhook, toAll, until } from './support.ts';

const service = { type: 'service' } as const;

const textTo = (filter: unknown, content: string, clientmsgid?: string) => ({
  filter,
  text: { content },
  msgtype: 'text',
  ...(clientmsgid === undefined ? {} : { clientmsgid }),
});
const all = { is_to_all: true };

async function tagged(bench: Bench, openids: string[], name = '东村'): Promise<number> {
  const { tag } = (await bench.api('tags/create', { tag: { name } })) as unknown as { tag: { id: number } };
  await bench.api('tags/members/batchtagging', { openid_list: openids, tagid: tag.id });
  return tag.id;
}

async function settled(bench: Bench) {
  return until(async () => (await bench.ledger()).massSends.find(({ finishEvent }) => finishEvent !== 'pending'));
}

describe('a push', () => {
  test('reaches the phones once as a card that leads to the page, with 阅读原文', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ mode: 'plain', webhookUrl: webhook.url });
    const openids = await bench.residents(3);
    await bench.say(openids[2] ?? '', { type: 'unsubscribe' });
    const { media_id } = await addDraft(bench, { content_source_url: 'http://town.example/articles/1' });
    const sent = await bench.api('message/mass/sendall', toAll(media_id, 'briefing-1'));
    expect(sent).toMatchObject({ errcode: 0, errmsg: 'send job submission success' });
    expect([sent['msg_id'], sent['msg_data_id']]).toEqual([expect.any(Number), expect.any(Number)]);
    const push = await settled(bench);
    expect(push).toMatchObject({
      msgId: String(sent['msg_id']),
      clientMsgId: 'briefing-1',
      audience: { kind: 'all' },
      answered: true,
      status: 'SEND_SUCCESS',
      finishEvent: 'delivered',
      counts: { total: 2, filtered: 2, sent: 2, failed: 0 },
    });
    const cards = (await bench.inbox(openids[0] ?? '')).filter(({ via }) => via === 'push');
    expect(cards).toHaveLength(1);
    expect(cards[0]).toMatchObject({ title: '村道养护公告', msgId: String(sent['msg_id']) });
    const page = await (await fetch(cards[0]?.url ?? '')).text();
    expect(page).toContain('<p>正文</p>');
    expect(page).toContain('href="http://town.example/articles/1"');
    expect((await bench.inbox(openids[2] ?? '')).filter(({ via }) => via === 'push')).toHaveLength(0);
  });

  test('to a tag reaches its members only, and the finish event carries the counts', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ mode: 'plain', webhookUrl: webhook.url });
    const openids = await bench.residents(5);
    const tagId = await tagged(bench, openids.slice(0, 2));
    const { media_id } = await addDraft(bench);
    const filter = { is_to_all: false, tag_id: tagId };
    const sent = await bench.api('message/mass/sendall', { filter, mpnews: { media_id }, msgtype: 'mpnews' });
    expect((await settled(bench)).counts).toEqual({ total: 2, filtered: 2, sent: 2, failed: 0 });
    const [event] = webhook.received;
    expect(event?.body).toContain('<Event><![CDATA[MASSSENDJOBFINISH]]></Event>');
    expect(event?.body).toContain(`<MsgID>${String(sent['msg_id'])}</MsgID>`);
    expect(event?.body).toContain('<Status><![CDATA[send success]]></Status>');
    expect(event?.body).toContain('<SentCount>2</SentCount>');
    expect(event?.body).toMatch(/<ArticleUrlResult><Count>1<\/Count>\s*<ResultList><item><ArticleIdx>1/);
    expect(openids).not.toContain(/<FromUserName><!\[CDATA\[(.*?)\]\]/.exec(event?.body ?? '')?.[1]);
    expect((await bench.inbox(openids[4] ?? '')).length).toBe(0);
  });

  test('counts who left between acceptance and delivery as failed', async () => {
    const bench = await startBench({ behaviour: { finishDelayMs: 600_000 } });
    const openids = await bench.residents(2);
    const { msg_id } = await bench.api('message/mass/sendall', textTo(all, '通知'));
    await bench.say(openids[0] ?? '', { type: 'unsubscribe' });
    await bench.control('POST', 'finish', { msgId: msg_id });
    expect((await settled(bench)).counts).toEqual({ total: 2, filtered: 2, sent: 1, failed: 1 });
  });

  test('is SENDING until it is done, can be looked up, and an unknown id is 40059', async () => {
    const bench = await startBench({ behaviour: { finishDelayMs: 600_000 } });
    const { msg_id } = await bench.api('message/mass/sendall', textTo(all, '通知'));
    expect((await bench.api('message/mass/get', { msg_id: String(msg_id) }))['msg_status']).toBe('SENDING');
    await bench.control('POST', 'finish', { msgId: msg_id });
    await settled(bench);
    expect((await bench.api('message/mass/get', { msg_id }))['msg_status']).toBe('SEND_SUCCESS');
    expect((await bench.api('message/mass/get', { msg_id: 1 })).errcode).toBe(40059);
  });

  test('finish events can be held, sent again, doubled, dropped, failed and of the older shape', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ ...service, mode: 'plain', webhookUrl: webhook.url });
    await bench.resident();
    webhook.received.length = 0;
    const send = async (content: string, behaviour: Record<string, unknown>) => {
      await bench.control('POST', 'behaviour', behaviour);
      const { msg_id } = await bench.api('message/mass/sendall', textTo(all, content));
      return until(async () =>
        (await bench.ledger()).massSends.find((one) => one.msgId === String(msg_id) && one.finishEvent !== 'pending'),
      );
    };
    const held = await send('一', { finishMode: 'hold', finishArticleUrls: false });
    expect([held.finishEvent, webhook.received.length]).toEqual(['held', 0]);
    await bench.control('POST', 'finish', {});
    expect(webhook.received).toHaveLength(1);
    expect(webhook.received[0]?.body).not.toContain('ArticleUrlResult');
    await bench.control('POST', 'finish', { msgId: held.msgId, copies: 2 });
    expect(webhook.received).toHaveLength(3);
    await send('二', { finishMode: 'twice' });
    expect(webhook.received).toHaveLength(5);
    expect((await send('三', { finishMode: 'drop' })).finishEvent).toBe('dropped');
    expect(webhook.received).toHaveLength(5);
    const failed = await send('四', { finishMode: 'auto', finishStatus: 'err(20004)' });
    expect([failed.status, failed.counts?.sent]).toEqual(['SEND_FAIL', 0]);
    expect(webhook.received.at(-1)?.body).toContain('err(20004)');
  });

  test('POST /_/finish says what becomes of finish events, and auto releases what was held', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ ...service, mode: 'plain', webhookUrl: webhook.url });
    await bench.resident();
    webhook.received.length = 0;
    expect(await bench.control('POST', 'finish', { mode: 'hold', delayMs: 1 })).toEqual({
      finishMode: 'hold',
      finishDelayMs: 1,
      massSends: [],
    });
    await bench.api('message/mass/sendall', textTo(all, '一'));
    expect((await settled(bench)).finishEvent).toBe('held');
    const released = await bench.control<FinishAnswer>('POST', 'finish', { mode: 'auto' });
    expect(released.massSends.map(({ finishEvent }) => finishEvent)).toEqual(['delivered']);
    expect(webhook.received).toHaveLength(1);
    expect((await bench.state()).behaviour).toMatchObject({ finishMode: 'auto', finishDelayMs: 1 });
    for (const wrong of [{ mode: 'later' }, { mode: 1 }, { delayMs: -1 }]) {
      expect(await bench.control('POST', 'finish', wrong)).toHaveProperty('error');
    }
  });

  test('can be deleted once it is out, and its page says so', async () => {
    const bench = await startBench();
    await bench.resident();
    const { media_id } = await addDraft(bench);
    const { msg_id } = await bench.api('message/mass/sendall', toAll(media_id));
    const { articles } = await settled(bench);
    expect((await bench.api('message/mass/delete', { msg_id, article_idx: 2 })).errcode).toBe(40060);
    expect((await bench.api('message/mass/delete', { msg_id })).errcode).toBe(0);
    expect(await (await fetch(articles[0]?.url ?? '')).text()).toContain('该内容已被发布者删除');
    expect((await bench.api('message/mass/get', { msg_id }))['msg_status']).toBe('DELETE');
    expect((await bench.api('message/mass/delete', { msg_id: 1 })).errcode).toBe(40059);
  });
});

describe('a used draft', () => {
  test('has left the box: 40007 under a new clientmsgid, before the quota is looked at', async () => {
    const bench = await startBench();
    const { media_id } = await addDraft(bench);
    expect((await bench.api('message/mass/sendall', toAll(media_id, 'a'))).errcode).toBe(0);
    expect((await bench.state()).drafts).toEqual([]);
    expect((await bench.api('message/mass/sendall', toAll(media_id, 'b'))).errcode).toBe(40007);
    expect((await bench.api('message/mass/sendall', toAll(media_id))).errcode).toBe(40007);
    expect((await bench.ledger()).massSends).toHaveLength(1);
  });

  test('under the same clientmsgid answers 45065 or 40007, whichever the platform looks at first', async () => {
    const bench = await startBench();
    const { media_id } = await addDraft(bench);
    const { msg_id } = await bench.api('message/mass/sendall', toAll(media_id, 'a'));
    expect(await bench.api('message/mass/sendall', toAll(media_id, 'a'))).toMatchObject({ errcode: 45065, msg_id });
    await bench.control('POST', 'behaviour', { massCheckOrder: 'media' });
    expect((await bench.api('message/mass/sendall', toAll(media_id, 'a'))).errcode).toBe(40007);
    const rebuilt = await addDraft(bench);
    const again = await bench.api('message/mass/sendall', toAll(rebuilt['media_id'], 'a'));
    expect(again).toMatchObject({ errcode: 45065, msg_id });
  });

  test('is not used up by a preview', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    const { media_id } = await addDraft(bench);
    const preview = { touser: openid, mpnews: { media_id }, msgtype: 'mpnews' };
    expect(await bench.api('message/mass/preview', preview)).toMatchObject({ errcode: 0, errmsg: 'preview success' });
    expect((await bench.inbox(openid)).at(-1)).toMatchObject({ via: 'preview', title: '村道养护公告' });
    expect((await bench.api('message/mass/preview', { ...preview, touser: 'nobody' })).errcode).toBe(40003);
    const byName = { towxname: 'somebody', text: { content: '看' }, msgtype: 'text' };
    expect((await bench.api('message/mass/preview', byName)).errcode).toBe(40132);
    expect((await bench.api('message/mass/sendall', toAll(media_id))).errcode).toBe(0);
  });
});

describe('clientmsgid', () => {
  async function sendText(bench: Bench, content: string, id?: string): Promise<Answer> {
    return bench.api('message/mass/sendall', textTo(all, content, id));
  }

  test('repeated within 24 hours answers 45065 with the old msg_id, whatever the content', async () => {
    const bench = await startBench(service);
    const { msg_id } = await sendText(bench, '一', 'job-1');
    expect(await sendText(bench, '一', 'job-1')).toMatchObject({ errcode: 45065, msg_id });
    expect(await sendText(bench, '二', 'job-1')).toMatchObject({ errcode: 45065, msg_id });
    await bench.clock(86_300);
    expect((await bench.ledger()).massSends).toHaveLength(1);
    const fresh = await bench.token();
    const send = async () => {
      const url = `${bench.sandbox.url}/cgi-bin/message/mass/sendall?access_token=${fresh}`;
      return (await (
        await fetch(url, { method: 'POST', body: JSON.stringify(textTo(all, '一', 'job-1')) })
      ).json()) as Answer;
    };
    expect((await send()).errcode).toBe(45065);
    await bench.clock(86_401);
    expect((await send()).errcode).toBe(0);
  });

  test('after a lost answer: 45066 within a minute, then 45065 with the msg_id of the push that happened', async () => {
    const bench = await startBench(service);
    await bench.control('POST', 'faults', { path: 'message/mass/sendall', dropAnswer: true });
    await expect(sendText(bench, '一', 'job-1')).rejects.toThrow('fetch failed');
    const [happened] = (await bench.ledger()).massSends;
    expect(happened?.answered).toBe(false);
    expect((await sendText(bench, '一', 'job-1')).errcode).toBe(45066);
    await bench.clock(61);
    expect(await sendText(bench, '一', 'job-1')).toMatchObject({ errcode: 45065, msg_id: Number(happened?.msgId) });
    expect((await bench.ledger()).massSends).toHaveLength(1);
  });

  test('an HTML error after the effect leaves the outcome as unknown as a lost answer', async () => {
    const bench = await startBench(service);
    await bench.control('POST', 'faults', { path: 'message/mass/sendall', status: 502, effect: true });
    await expect(sendText(bench, '一', 'job-1')).rejects.toThrow('JSON');
    expect((await bench.ledger()).massSends).toHaveLength(1);
    expect((await sendText(bench, '一', 'job-1')).errcode).toBe(45066);
  });

  test('while the first call is still running a second meets 45066', async () => {
    const bench = await startBench(service);
    await bench.control('POST', 'faults', { path: 'message/mass/sendall', delayMs: 600_000 });
    const first = sendText(bench, '一', 'job-1').catch(() => undefined);
    await until(async () => (await bench.ledger()).massSends[0]);
    expect((await sendText(bench, '一', 'job-1')).errcode).toBe(45066);
    await bench.sandbox.close();
    await first;
  });

  test('left out is made from range and content', async () => {
    const bench = await startBench(service);
    const tagId = await tagged(bench, [await bench.resident()]);
    const { msg_id } = await sendText(bench, '一');
    expect(await sendText(bench, '一')).toMatchObject({ errcode: 45065, msg_id });
    expect((await sendText(bench, '二')).errcode).toBe(0);
    const toTag = textTo({ is_to_all: false, tag_id: tagId }, '一');
    expect((await bench.api('message/mass/sendall', toTag)).errcode).toBe(0);
  });

  test('over the limit answers 45067; 36 characters are refused in the field', async () => {
    const bench = await startBench(service);
    expect((await sendText(bench, '一', 'x'.repeat(36))).errcode).toBe(45067);
    await bench.control('POST', 'behaviour', { clientMsgIdMaxBytes: 64 });
    expect((await sendText(bench, '一', 'x'.repeat(65))).errcode).toBe(45067);
    expect((await sendText(bench, '一', 'x'.repeat(64))).errcode).toBe(0);
  });

  test('of a refused attempt is free, or used up where the behaviour says so', async () => {
    const bench = await startBench(service);
    const wrong = toAll('nobody', 'job-1');
    expect((await bench.api('message/mass/sendall', wrong)).errcode).toBe(40007);
    await bench.control('POST', 'behaviour', { refusedAttemptUsesId: true });
    expect((await bench.api('message/mass/sendall', wrong)).errcode).toBe(40007);
    const used = await sendText(bench, '一', 'job-1');
    expect(used.errcode).toBe(45065);
    expect((await bench.api('message/mass/get', { msg_id: used['msg_id'] })).errcode).toBe(40059);
  });
});

describe('what a mass send refuses', () => {
  test.each([
    ['no filter', { text: { content: '一' }, msgtype: 'text' }, 40035],
    ['is_to_all as text', textTo({ is_to_all: 'true' }, '一'), 40035],
    ['neither all nor a tag', textTo({}, '一'), 45159],
    ['an unknown tag', textTo({ is_to_all: false, tag_id: 777 }, '一'), 45159],
    ['an unknown type', { filter: all, msgtype: 'song' }, 40008],
    ['empty text', textTo(all, ''), 44004],
    ['text over 2,048 bytes', textTo(all, '一'.repeat(683)), 45002],
    ['mpnews without media_id', { filter: all, mpnews: {}, msgtype: 'mpnews' }, 41006],
    ['an unknown draft', toAll('nobody'), 40007],
  ])('%s', async (_what, body, errcode) => {
    const bench = await startBench();
    expect((await bench.api('message/mass/sendall', body)).errcode).toBe(errcode);
    expect((await bench.ledger()).massSends).toEqual([]);
  });

  test('a list of fewer than two followers, of more than 10,000, and at a subscription account any list', async () => {
    const bench = await startBench(service);
    const openids = await bench.residents(3);
    const stranger = await bench.resident(false);
    const send = async (touser: string[], content: string) =>
      (await bench.api('message/mass/send', { touser, msgtype: 'text', text: { content } })).errcode;
    expect(await send(openids.slice(0, 1), '一')).toBe(40130);
    expect(await send([openids[0] ?? '', stranger], '一')).toBe(40130);
    expect(
      await send(
        Array.from({ length: 10_001 }, (_, i) => `o${i}`),
        '一',
      ),
    ).toBe(40032);
    expect(await send([...openids, stranger], '一')).toBe(0);
    expect((await settled(bench)).counts?.sent).toBe(3);
    const subscription = await startBench();
    const two = await subscription.residents(2);
    const refused = await subscription.api('message/mass/send', {
      touser: two,
      msgtype: 'text',
      text: { content: '一' },
    });
    expect(refused.errcode).toBe(48001);
  });
});

describe('push quotas', () => {
  test('a subscription account pushes once a day, whatever the audience', async () => {
    const bench = await startBench();
    const tagId = await tagged(bench, await bench.residents(2));
    expect((await bench.api('message/mass/sendall', textTo({ tag_id: tagId }, '一'))).errcode).toBe(0);
    expect((await bench.api('message/mass/sendall', textTo(all, '二'))).errcode).toBe(45028);
    await bench.clock(15 * 3_600);
    await expect(tomorrow(bench, textTo(all, '二'))).resolves.toBe(0);
  });

  async function tomorrow(bench: Bench, body: unknown): Promise<number | undefined> {
    const url = `${bench.sandbox.url}/cgi-bin/message/mass/sendall?access_token=${await bench.token()}`;
    return ((await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json()) as Answer).errcode;
  }

  test('a service account reaches everybody four times a calendar month', async () => {
    const bench = await startBench(service);
    await bench.residents(2);
    for (const content of ['一', '二', '三', '四']) {
      expect((await bench.api('message/mass/sendall', textTo(all, content))).errcode).toBe(0);
    }
    expect((await bench.api('message/mass/sendall', textTo(all, '五'))).errcode).toBe(45028);
    await bench.clock(25 * 86_400);
    expect(await tomorrow(bench, textTo(all, '五'))).toBe(0);
  });

  test('a follower who has had four is left out of a fifth push to a tag', async () => {
    const bench = await startBench(service);
    const openids = await bench.residents(3);
    const east = await tagged(bench, openids.slice(0, 2), '东村');
    const west = await tagged(bench, openids.slice(1), '西村');
    for (const content of ['一', '二', '三', '四']) {
      await bench.api('message/mass/sendall', textTo({ tag_id: east }, content));
      await until(async () =>
        (await bench.ledger()).massSends.every((one) => one.counts !== null) ? true : undefined,
      );
    }
    const { msg_id } = await bench.api('message/mass/sendall', textTo({ tag_id: west }, '五'));
    const last = await until(async () =>
      (await bench.ledger()).massSends.find((one) => one.msgId === String(msg_id) && one.counts !== null),
    );
    expect(last.counts).toEqual({ total: 2, filtered: 1, sent: 1, failed: 0 });
  });

  test('more than 60 calls a minute meet 42010, more than 100 a day 45009', async () => {
    const bench = await startBench(service);
    const wrong = textTo({}, '一');
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < 61; i += 1) seen.push((await bench.api('message/mass/sendall', wrong)).errcode);
    expect(seen.indexOf(42010)).toBe(60);
    await bench.clock(120);
    for (let i = 0; i < 40; i += 1) {
      expect((await bench.api('message/mass/sendall', wrong)).errcode).toBe(45159);
    }
    await bench.clock(240);
    expect((await bench.api('message/mass/sendall', wrong)).errcode).toBe(45009);
  });

  test('the test account may not push articles', async () => {
    const bench = await startBench({ testAccount: true });
    const { media_id } = await addDraft(bench);
    expect((await bench.api('message/mass/sendall', toAll(media_id))).errcode).toBe(48008);
    expect((await bench.api('message/mass/sendall', textTo(all, '一'))).errcode).toBe(0);
  });

  test('speed is read and set, and refused when missing or outside 0–4', async () => {
    const bench = await startBench();
    expect((await bench.api('message/mass/speed/get', {}))['speed']).toBe(3);
    expect((await bench.api('message/mass/speed/set', { speed: 1 })).errcode).toBe(0);
    expect(await bench.api('message/mass/speed/get', {})).toMatchObject({ speed: 1, realspeed: 60 });
    expect((await bench.api('message/mass/speed/set', { speed: 5 })).errcode).toBe(45083);
    expect((await bench.api('message/mass/speed/set', {})).errcode).toBe(45084);
  });
});
