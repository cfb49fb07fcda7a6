import { beforeAll, describe, expect, it } from 'vitest';
import { complain, openOffice, type Office, type Whole } from '../complaints/office.ts';
import { parseInbound, parseJsonFields } from '../../src/wechat/index.ts';
import type { Phone } from '../support/phone.ts';
import { testDatabase } from '../support/stores.ts';

const DAY = 86_400_000;
const { uri } = testDatabase();
let here: Office;
beforeAll(async () => {
  here = await openOffice({ uri });
});

const told = async (phone: Phone): Promise<string> =>
  (await phone.inbox()).map((entry) => ('text' in entry ? (entry.text ?? '') : '')).join('\n');
const whole = (ticket: string) => here.dispatcher.get<Whole>(`/complaints/${ticket}`);

describe('a promise of a day is never one that is over (case 08)', { timeout: 60_000 }, () => {
  it('refuses an extension that ends before it is told, says why, and keeps the one extension', async () => {
    const ticket = await here.assigned();
    const before = await whole(ticket);
    here.town.clock.move(40 * DAY);
    const extend = (days: number) =>
      here.leader.request('POST', `/complaints/${ticket}/extend`, { days, reason: '要等配件' });
    const refused = await extend(2);
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'wrong_state' } }]);
    expect(JSON.stringify(refused.body)).toContain('已经过了');
    expect(await whole(ticket)).toMatchObject({ dueAt: before.dueAt, extended: false });
    expect((await extend(30)).status).toBe(200);
    expect(Date.parse((await whole(ticket)).dueAt)).toBeGreaterThan(here.town.clock.now().getTime());
  });

  it('accepts an overdue complaint without a day, in the message and in what can be looked up', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    here.town.clock.move(60 * DAY);
    await phone.text('帮助');
    await here.dispatcher.post(`/complaints/${ticket}/accept`, { kind: 'complain' });
    await here.town.sweep('notices.send');
    const words = (await told(phone)).split('\n').filter((line) => line.includes('已受理'));
    expect(words).toHaveLength(1);
    expect(words[0]).toContain('我们会尽快答复');
    expect(words[0]).not.toMatch(/年\d+月\d+日/);
    expect(await phone.text(`查询 ${ticket}`)).toContain('已经过了原定的日子');
  });

  it('says it so in a notice that is carried weeks later', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    here.town.clock.move(3 * DAY);
    await here.dispatcher.post(`/complaints/${ticket}/accept`, { kind: 'complain' });
    await here.town.sweep('notices.send');
    here.town.clock.move(50 * DAY);
    const reply = (await phone.text('帮助')) ?? '';
    expect(reply).toContain(`${ticket} 已受理，我们会尽快答复`);
  });
});

describe('a place without a fix (case 35)', () => {
  it('brings two complaints of one village not together', async () => {
    const [a, b] = await Promise.all(
      ['水管漏水', '老人迷路'].map(async (text) => {
        const who = await here.town.resident();
        return complain(who, async () => {
          await who.text(text);
          await who.place(0, 0, '');
        });
      }),
    );
    expect((await whole(a?.ticket ?? '')).similar.map(({ ticket }) => ticket)).not.toContain(b?.ticket);
    expect((await whole(a?.ticket ?? '')).messages.at(-1)).toMatchObject({ type: 'location' });
  });
});

describe('a resident who ends their account (case 26)', () => {
  it('is forgotten as one who leaves', async () => {
    const phone = await here.town.resident();
    await phone.texts('投诉', '3', '1', '路灯不亮');
    const kept = () =>
      here.town.app.mongo.work.collection('conversations').countDocuments({ _id: phone.openid as never });
    expect(await kept()).toBe(1);
    const sender = await here.town.resident();
    here.town.clock.move(2_000);
    await sender.raw({
      MsgType: 'event',
      Event: 'user_authorization_cancellation',
      OpenID: phone.openid,
      AppID: 'wx0',
    });
    const flow = await here.town.app.mongo.work.collection('conversations').findOne({ _id: phone.openid as never });
    expect(flow?.['state'] ?? null).toBeNull();
    const row = await here.town.app.mongo.work.collection('subscribers').findOne({ _id: phone.openid as never });
    expect(row?.['following'] ?? false).toBe(false);
  });

  it('is named also where the platform writes a blank before the field', () => {
    const sample = {
      ' OpenID': 'oExampleResident0000000000001',
      ' AppID': 'wx0000000000000000',
      CreateTime: 1_770_700_000,
    };
    const head = {
      MsgType: 'event',
      Event: 'user_authorization_cancellation',
      FromUserName: 'oPlatform',
      ToUserName: 'gh',
    };
    const event = parseInbound(parseJsonFields(JSON.stringify({ ...head, ...sample })));
    expect(event).toMatchObject({ subjectOpenid: 'oExampleResident0000000000001' });
  });
});
