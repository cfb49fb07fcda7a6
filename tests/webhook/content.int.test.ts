import { beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { database, post, resident, secure, type Service, startTestService, textXml, xmlOf } from './service.ts';

const { uri } = testDatabase();
const db = database(uri);
let service: Service;
beforeAll(async () => {
  service = await startTestService({ uri });
});

const send = (xml: string) => post(service.url, secure(xml));
const say = async (openid: string, text: string) => (await send(textXml(openid, text))).text;
const rowsOf = (openid: string) => db.collection('inbox').find({ openid }).toArray();

describe('a message', () => {
  it.each([
    ['10,000 characters', '水'.repeat(10_000)],
    ['emoji and astral characters', '👨‍👩‍👧‍👦𠮷野家🏞️漏水了请来看看'],
    ['control characters', 'a\u0001b\u0008\u001f水管漏了请来看看'],
    ['markup', ']]&gt;<script>alert(1)</script>&amp;水管漏了'],
    ['operators', '{"$where":"sleep(9999)"} $ne __proto__ constructor'],
    ['nothing', ''],
    ['blanks', ' \n\t '],
    ['half of an astral character', '\ud83d水管漏了请来看看'],
  ])('with %s gets one good answer and one row', async (_what, text) => {
    const openid = resident();
    const { status, text: reply } = await send(textXml(openid, text));
    expect(status).toBe(200);
    expect(reply).toMatch(/\p{Script=Han}/u);
    const rows = await rowsOf(openid);
    expect(rows.map((row) => row['state'])).toEqual(['done']);
    // The resident can go on as ever.
    expect(await say(openid, '帮助')).toContain('反映问题');
  });

  it('without Content is taken for an empty one', async () => {
    expect((await send(xmlOf(resident(), { Content: undefined }))).text).toContain('反映问题');
  });

  it('without MsgId is known again by its fields', async () => {
    const openid = resident();
    const same = { MsgId: undefined, Content: '投诉', CreateTime: '1700000000' };
    const answers = [await send(xmlOf(openid, same)), await send(xmlOf(openid, same))];
    expect(answers[1]?.text).toBe(answers[0]?.text);
    expect(await rowsOf(openid)).toHaveLength(1);
    await send(xmlOf(openid, { ...same, Content: '投诉？' }));
    await send(xmlOf(openid, { ...same, CreateTime: '1700000001' }));
    expect(await rowsOf(openid)).toHaveLength(3);
  });

  it('with the MsgId of somebody else is its own', async () => {
    const [one, other] = [resident(), resident()];
    const answers = await Promise.all([one, other].map((openid) => send(textXml(openid, '帮助', '42'))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect([await rowsOf(one), await rowsOf(other)].map((rows) => rows.length)).toEqual([1, 1]);
  });

  it('confirmed three times at once makes one ticket, and all three answers hold it', async () => {
    const openid = resident();
    for (const text of ['投诉', '3', '1', '桥头的水管漏了三天', '完成', '跳过']) await say(openid, text);
    const answers = await Promise.all([1, 2, 3].map(() => send(textXml(openid, '确认', '4711'))));
    const tickets = answers.map(({ text }) => /\d{8}-\d{4,}/.exec(text ?? '')?.[0]);
    expect(tickets[0]).toBeDefined();
    expect(new Set(tickets).size).toBe(1);
    expect(await db.collection('complaints').countDocuments({ ticket: tickets[0] as string })).toBe(1);
    const again = await send(textXml(openid, '确认', '4711'));
    expect(again.text).toContain(tickets[0]);
  });
});

describe('events of coming and going', () => {
  const event = (openid: string, Event: string, CreateTime: number) =>
    send(xmlOf(openid, { MsgType: 'event', Event, EventKey: '', CreateTime: String(CreateTime) }));
  const follows = async (openid: string) =>
    (await db.collection('subscribers').findOne({ _id: openid as never }))?.['following'] as boolean | undefined;
  const T = 1_750_000_000;

  it.each([
    [
      'late',
      [
        ['subscribe', 0],
        ['unsubscribe', 20],
        ['subscribe', 10],
      ],
      false,
    ],
    [
      'early',
      [
        ['unsubscribe', 10],
        ['subscribe', 0],
      ],
      false,
    ],
    [
      'out of order',
      [
        ['subscribe', 30],
        ['unsubscribe', 20],
        ['subscribe', 10],
      ],
      true,
    ],
    [
      'repeated',
      [
        ['subscribe', 0],
        ['unsubscribe', 10],
        ['subscribe', 0],
        ['unsubscribe', 10],
        ['subscribe', 20],
      ],
      true,
    ],
  ] as const)('that are %s end in the true state', async (_what, events, expected) => {
    const openid = resident();
    for (const [name, seconds] of events) expect((await event(openid, name, T + seconds)).status).toBe(200);
    expect(await follows(openid)).toBe(expected);
  });

  it('all at once and three times each end in the true state', async () => {
    const openid = resident();
    const events = Array.from({ length: 9 }, (_, i) => [i % 2 ? 'unsubscribe' : 'subscribe', T + i] as const);
    await Promise.all([...events, ...events.toReversed(), ...events].map(([name, at]) => event(openid, name, at)));
    await vi.waitFor(async () => expect(await follows(openid)).toBe(true));
    expect(await db.collection('inbox').countDocuments({ openid, state: 'open' })).toBe(0);
  });
});

describe('the rate limit', () => {
  it('counts a message once however often it is delivered, and lets a burst of nine photos pass', async () => {
    const limited = await startTestService({ uri, perOpenidPerMinute: 10 });
    const openid = resident();
    const photo = (i: number) => secure(xmlOf(openid, { MsgType: 'image', PicUrl: `http://x/${i}`, MediaId: `m${i}` }));
    const photos = Array.from({ length: 9 }, (_, i) => photo(i));
    const answers = await Promise.all([...photos, ...photos, ...photos].map((parcel) => post(limited.url, parcel)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.filter(({ text }) => text?.includes('太快'))).toEqual([]);
    expect((await post(limited.url, secure(textXml(openid, '帮助')))).text).toContain('反映问题');
    await vi.waitFor(async () =>
      expect((await post(limited.url, secure(textXml(openid, '帮助')))).text).toContain('太快'),
    );
  });
});

describe('text in the inbox', () => {
  it('goes after its days, and with it who wrote it', async () => {
    const openid = resident();
    await say(openid, '桥头的水管漏了三天');
    expect(await rowsOf(openid)).toHaveLength(1);
    const [{ _id, receivedAt }] = (await rowsOf(openid)) as [{ _id: unknown; receivedAt: Date }];
    const before = await db.collection('inbox').countDocuments();
    // 0.00001 days are not quite a second.
    const forgetful = await startTestService({ uri, retentionDays: 0.000_01 });
    const row = () => db.collection('inbox').findOne({ _id: _id as never });
    await vi.waitFor(
      async () => {
        forgetful.running.app.sweeps.wake('inbox.anonymise');
        expect((await row())?.['anonymised']).toBe(true);
      },
      { timeout: 15_000, interval: 200 },
    );
    expect(await row()).toMatchObject({ message: null, reply: null, state: 'done', receivedAt });
    expect((await row())?.['openid']).toMatch(/^~/);
    expect(await rowsOf(openid)).toEqual([]);
    expect(await db.collection('inbox').countDocuments()).toBe(before);
  });
});
