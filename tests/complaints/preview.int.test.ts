import { beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { complain, openOffice, type Office, type Whole } from './office.ts';

const { uri } = testDatabase();
let here: Office;
beforeAll(async () => {
  here = await openOffice({ uri });
});

interface Preview {
  readonly text: string;
  readonly cut: boolean;
  readonly channel: string;
}

const preview = (ticket: string, text: string, who: StaffClient = here.clerk): Promise<Preview> =>
  who.post(`/complaints/${ticket}/preview`, { text });
const fromChat = async (): Promise<{ phone: Phone; ticket: string }> => {
  const phone = await here.town.resident();
  const { ticket } = await complain(phone);
  await here.dispatcher.post(`/complaints/${ticket}/accept`);
  await here.dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
  return { phone, ticket };
};

describe('the preview of an answer', () => {
  it.each([
    ['short', '修好了。'],
    ['too long for chat', '一句一句说清楚为什么。'.repeat(120)],
  ])('that is %s is what the resident gets, but for the link', async (length, answer) => {
    const { phone, ticket } = await fromChat();
    const { text, cut, channel } = await preview(ticket, answer);
    expect({ cut, channel }).toEqual({ cut: length !== 'short', channel: 'wechat' });
    expect(text).not.toMatch(/https?:/);
    await here.clerk.post(`/complaints/${ticket}/answer`, { text: answer });
    await here.town.sweep('notices.send');
    const told = (await phone.inbox()).map((shown) => shown.text ?? '').findLast((shown) => shown.includes('有答复了'));
    expect(told?.replace(/<a href="https?:[^"]+">([^<]*)<\/a>/, '$1')).toBe(text);
  });

  it('is the answer alone where somebody must call', async () => {
    const ticket = await here.assigned();
    const long = '一句一句说清楚为什么。'.repeat(120);
    expect(await preview(ticket, long)).toEqual({ text: long, cut: false, channel: 'call' });
  });

  it('changes nothing, and is for the clerk of the unit alone', async () => {
    const { phone, ticket } = await fromChat();
    const before = await here.clerk.get<Whole>(`/complaints/${ticket}`);
    await preview(ticket, '还没有想好');
    expect(await here.clerk.get<Whole>(`/complaints/${ticket}`)).toEqual(before);
    await here.town.sweep('notices.send');
    expect(JSON.stringify(await phone.inbox())).not.toContain('还没有想好');
    const asked = (who: StaffClient, body: object = { text: '好' }) =>
      who.request('POST', `/complaints/${ticket}/preview`, body);
    expect((await asked(here.stranger)).status).toBe(404);
    expect((await asked(here.dispatcher)).status).toBe(403);
    expect((await asked(here.clerk, { text: ' ' })).status).toBe(400);
    expect((await asked(here.clerk, { text: '好', more: 1 })).status).toBe(400);
  });
});
