import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { startTown, type Town } from '../support/town.ts';
import { everyText, rawDocuments } from './raw.ts';

const { uri } = testDatabase();
let town: Town;
let dispatcher: StaffClient;
let clerk: StaffClient;
beforeAll(async () => {
  // The clock is moved by years: the desks stay signed in.
  town = await startTown({ uri, limits: { sessionHours: 1_000_000 } });
  dispatcher = await town.staff('dispatcher');
  clerk = await town.staff('clerk', 'mzb');
});

/** A resident who follows and has one ticket, with a phone number. */
async function withTicket(words: string, number: string): Promise<{ phone: Phone; ticket: string }> {
  const phone = await town.resident({ follow: false });
  await phone.follow();
  await phone.texts('投诉', '3', '1', words);
  await phone.say({ type: 'image' });
  await phone.texts('完成', number);
  await phone.text('确认');
  // From the store and not from the reply, which a slow machine owes as a notice.
  const stored = async (): Promise<string> => {
    const found = (await rawDocuments(town)).get('complaints')?.find((doc) => doc['openid'] === phone.openid);
    return String(found?.['ticket'] ?? '');
  };
  await expect.poll(stored, { timeout: 20_000 }).toMatch(/^\d{8}-\d{4,}$/);
  const ticket = await stored();
  return { phone, ticket };
}

/** Collections in which the openid lies readable. */
async function knowing(openid: string): Promise<string[]> {
  const all = await rawDocuments(town);
  return [...all].filter(([, docs]) => everyText(docs).includes(openid)).map(([name]) => name);
}

async function settle(ticket: string): Promise<void> {
  await dispatcher.post(`/complaints/${ticket}/accept`);
  await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
  await clerk.post(`/complaints/${ticket}/answer`, { text: '已经修好' });
  await dispatcher.post(`/complaints/${ticket}/close`);
}

describe('a resident who leaves', { timeout: 60_000 }, () => {
  it('is known nowhere by openid but in the bare mark, and has the open ticket again on coming back', async () => {
    const { phone, ticket } = await withTicket('水渠堵了', '13800001111');
    expect(await knowing(phone.openid)).toEqual(expect.arrayContaining(['complaints', 'conversations', 'inbox']));
    await phone.unfollow();
    const left = (await knowing(phone.openid)).filter((name) => name !== 'inbox');
    expect(left).toEqual(['subscribers']);
    // The row of the goodbye itself is all that the inbox still has.
    const rows = (await rawDocuments(town)).get('inbox')?.filter((row) => row['openid'] === phone.openid);
    expect(rows?.map((row) => row['type'])).toEqual(['unsubscribe']);
    // Nobody follows, leaves and follows again within the one second that tells two such events apart.
    town.clock.move(2_000);
    await phone.follow();
    expect(await phone.text('查询')).toContain(ticket);
  });

  it('does not get back what was settled and past its time', async () => {
    const { phone, ticket } = await withTicket('路面塌了', '13800002222');
    await settle(ticket);
    town.clock.move((town.config.limits.complaints.reopenDays + 1) * 86_400_000);
    await phone.unfollow();
    await phone.follow();
    expect(await phone.text('查询')).not.toContain(ticket);
  });

  it('is forgotten by a ticket that was open when they left, once it is closed and past its time', async () => {
    const { phone, ticket } = await withTicket('井盖丢了', '13800003333');
    await phone.unfollow();
    await settle(ticket);
    await town.sweep('complaints.forget_persons');
    expect((await rawDocuments(town)).get('complaint_persons')?.some((doc) => String(doc['_id']) === ticket)).toBe(
      true,
    );
    town.clock.move((town.config.limits.complaints.reopenDays + 1) * 86_400_000);
    await town.sweep('complaints.forget_persons');
    expect((await rawDocuments(town)).get('complaint_persons')?.some((doc) => String(doc['_id']) === ticket)).toBe(
      false,
    );
  });
});

describe('a resident who stays', { timeout: 60_000 }, () => {
  it('is forgotten by old tickets, notices and conversations when their days are over', async () => {
    const { phone, ticket } = await withTicket('戏台的瓦掉了', '13800007777');
    await settle(ticket);
    await town.sweep('complaints.media');
    const files = async (): Promise<number> =>
      ((await rawDocuments(town)).get('complaint_files.files') ?? []).filter(
        (file) => file['metadata'].ticket === ticket,
      ).length;
    expect(await files()).toBe(1);
    await town.sweep('notices.send');
    const { notices, complaints } = town.config.limits.retentionDays;
    town.clock.move((notices - 1) * 86_400_000);
    await town.sweep('people.expire');
    expect(await knowing(phone.openid)).toEqual(expect.arrayContaining(['notices', 'complaints', 'conversations']));
    town.clock.move(2 * 86_400_000);
    await town.sweep('people.expire');
    town.clock.move((complaints - notices + 1) * 86_400_000);
    await town.sweep('complaints.forget_persons');
    expect((await knowing(phone.openid)).filter((name) => name !== 'inbox')).toEqual(['subscribers']);
    const found = (await rawDocuments(town)).get('complaints')?.find((doc) => doc['ticket'] === ticket);
    expect([found?.['openid'], found?.['phone'], await files()]).toEqual([null, null, 0]);
  });
});

describe('the phone number of a ticket', { timeout: 60_000 }, () => {
  it('is readable in no document and masked in lists', async () => {
    const { ticket } = await withTicket('路灯不亮', '13800004444');
    for (const [name, docs] of await rawDocuments(town)) {
      expect([name, everyText(docs).includes('13800004444')]).toEqual([name, false]);
    }
    const list = await dispatcher.get<{ items: { ticket: string; phone: string }[] }>('/complaints');
    expect(list.items.find((item) => item.ticket === ticket)?.phone).toBe('138****4444');
  });
});

describe('the command line', { timeout: 60_000 }, () => {
  it('exports what the resident said and was answered, by ticket or openid, without staff notes', async () => {
    const { phone, ticket } = await withTicket('泵站的闸门锈住了', '13800005555');
    await dispatcher.post(`/complaints/${ticket}/accept`);
    await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
    await clerk.post(`/complaints/${ticket}/note`, { text: '内部备注一句' });
    const byTicket = JSON.stringify(await town.app.people.exportOf(ticket));
    expect(byTicket).toContain('泵站的闸门锈住了');
    expect(byTicket).toContain('13800005555');
    expect(byTicket).not.toContain('内部备注一句');
    expect(JSON.stringify(await town.app.people.exportOf(phone.openid))).toBe(byTicket);
    await expect(town.app.people.exportOf('20200101-0001')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('forgets what is settled, names what has to wait, and audits both without the openid', async () => {
    const { phone, ticket } = await withTicket('渡口的栏杆断了', '13800006666');
    expect(await town.app.people.forget(ticket)).toEqual({ forgotten: [], waiting: [ticket] });
    await settle(ticket);
    town.clock.move((town.config.limits.complaints.reopenDays + 1) * 86_400_000);
    expect(await town.app.people.forget(phone.openid)).toEqual({ forgotten: [ticket], waiting: [] });
    const found = (await rawDocuments(town)).get('complaints')?.find((doc) => doc['ticket'] === ticket);
    expect([found?.['openid'], found?.['phone']]).toEqual([null, null]);
    expect(await knowing(phone.openid)).toEqual(['subscribers']);
    const rows = (await rawDocuments(town)).get('audit_log') ?? [];
    expect(rows.filter((row) => row['action'] === 'privacy.forget').length).toBe(2);
    expect(everyText(rows)).not.toContain(phone.openid);
  });
});
