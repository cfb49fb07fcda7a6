import type { Db } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditCollections } from '../../src/audit/index.ts';
import { openOffice, type Office } from '../complaints/office.ts';
import type { Phone } from '../support/phone.ts';
import { testDatabase } from '../support/stores.ts';
import type { Town } from '../support/town.ts';
import { everyText, rawDocuments } from './raw.ts';

const { uri } = testDatabase();
const DAY_MS = 86_400_000;
let office: Office;
let town: Town;
let db: Db;
beforeAll(async () => {
  office = await openOffice({ uri, limits: { sessionHours: 1_000_000 } });
  ({ town } = office);
  if (!town.app.mongo.work.db) throw new Error('not connected');
  db = town.app.mongo.work.db;
});

let last = 13_900_000_000;
interface Told {
  readonly phone: Phone;
  readonly number: string;
  readonly ticket: string;
  readonly link: string;
}
/** A follower with one ticket that has a photo and a telephone number. */
async function withTicket(words = '桥栏杆松了'): Promise<Told> {
  const number = String((last += 1));
  const phone = await town.resident({ follow: false });
  await phone.follow();
  await phone.texts('投诉', '3', '1', words);
  await phone.say({ type: 'image' });
  const done = await phone.texts('完成', number, '确认');
  const ticket = /\d{8}-\d{4,}/.exec(done ?? '')?.[0] ?? '';
  const link = /https?:\/\/[\w.:-]+\/complaints\/[\w.?=-]+/.exec(done ?? '')?.[0] ?? '';
  await town.sweep('complaints.media');
  return { phone, number, ticket, link };
}
async function settle(ticket: string): Promise<void> {
  const { dispatcher, clerk } = office;
  await dispatcher.post(`/complaints/${ticket}/accept`);
  await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
  await clerk.post(`/complaints/${ticket}/answer`, { text: '已经修好' });
  await dispatcher.post(`/complaints/${ticket}/close`);
}
const pastReopening = (): void => town.clock.move((town.config.limits.complaints.reopenDays + 1) * DAY_MS);
const complaint = (ticket: string) => db.collection('complaints').findOne({ ticket });
const filesOf = (ticket: string) =>
  db.collection('complaint_files.files').countDocuments({ 'metadata.ticket': ticket });
const rowsOf = async (action: string) => db.collection('audit_log').find({ action }).sort({ _id: 1 }).toArray();
const status = async (address: string): Promise<number> => (await fetch(address)).status;

/** While no audit row can be written. */
async function withoutAudit(work: () => Promise<void>): Promise<void> {
  const [manifest] = auditCollections;
  await db.command({ collMod: 'audit_log', validator: { refused: { $exists: true } } });
  try {
    await work();
  } finally {
    await db.command({ collMod: 'audit_log', validator: manifest?.validator ?? {} });
  }
}
/** Everything but the audit and what changes by looking. */
async function everything(): Promise<string> {
  const all = await rawDocuments(town);
  return [...all]
    .filter(([name]) => !name.startsWith('audit') && !name.startsWith('staff'))
    .map(([name, docs]) => `${name} ${everyText(docs)}`)
    .sort()
    .join('\n');
}

describe('one transaction with its audit row', { timeout: 60_000 }, () => {
  it('holds a leaving: without the row nothing is cut, with it everything is', async () => {
    const { phone, ticket } = await withTicket();
    const { openid } = phone;
    await office.dispatcher.post(`/complaints/${ticket}/accept`);
    const before = await everything();
    const event = { openid, at: new Date(town.clock.now().getTime() + 60_000) };
    await withoutAudit(async () => {
      await expect(town.app.people.left(event)).rejects.toThrow('Document failed validation');
    });
    expect(await everything()).toBe(before);
    expect((await db.collection('notices').findOne({ ticket }))?.['openid']).toBe(openid);
    await town.app.people.left(event);
    const left = [...(await rawDocuments(town))].filter(([, docs]) => everyText(docs).includes(openid));
    expect(left.map(([name]) => name)).toEqual(['subscribers']);
    expect((await rowsOf('privacy.leave')).map(({ target }) => target.kind)).toEqual(['resident']);
  });

  it('holds a forgetting: openid, telephone, photo, notices and messages go together or not at all', async () => {
    const { phone, ticket, number } = await withTicket();
    await settle(ticket);
    pastReopening();
    const before = await everything();
    await withoutAudit(async () => {
      await expect(town.app.people.forget(ticket)).rejects.toThrow('Document failed validation');
    });
    expect(await everything()).toBe(before);
    expect(await filesOf(ticket)).toBe(1);
    expect(JSON.stringify(await town.app.people.exportOf(ticket))).toContain(number);
    expect(await town.app.people.forget(ticket)).toEqual({ forgotten: [ticket], waiting: [] });
    expect(await complaint(ticket)).toMatchObject({ openid: null, phone: null });
    expect(await filesOf(ticket)).toBe(0);
    const exported = JSON.stringify(await town.app.people.exportOf(phone.openid));
    expect(exported).not.toContain('桥栏杆');
    expect(exported).not.toContain(ticket);
  });

  it('holds each round of expiry, with how many it ended; nothing to end leaves no row', async () => {
    const { ticket } = await withTicket();
    await settle(ticket);
    town.clock.move((town.config.limits.retentionDays.complaints + 1) * DAY_MS);
    for (const [sweep, feature] of [
      ['complaints.forget_persons', 'complaints'],
      ['people.expire', 'notices'],
      ['inbox.anonymise', 'inbox'],
    ] as const) {
      const before = await everything();
      await withoutAudit(async () => {
        await expect(town.sweep(sweep)).rejects.toThrow('Document failed validation');
      });
      expect(await everything()).toBe(before);
      expect(await town.sweep(sweep)).toBeGreaterThan(0);
      const rows = (await rowsOf('privacy.expire')).filter(({ target }) => target.id === feature);
      expect([feature, rows.at(-1)?.['facts'].count > 0]).toEqual([feature, true]);
      const count = (await rowsOf('privacy.expire')).length;
      expect(await town.sweep(sweep)).toBe(0);
      expect((await rowsOf('privacy.expire')).length).toBe(count);
    }
    expect(await complaint(ticket)).toMatchObject({ openid: null, phone: null });
  });
});

describe('forgetting after the resident has left', { timeout: 60_000 }, () => {
  it('takes the telephone of a ticket that was settled along at once, and keeps that of an open one', async () => {
    const settled = await withTicket();
    await settle(settled.ticket);
    pastReopening();
    await settled.phone.unfollow();
    expect(await complaint(settled.ticket)).toMatchObject({ openid: null, phone: null });
    const open = await withTicket();
    await open.phone.unfollow();
    expect((await complaint(open.ticket))?.['phone']).toMatch(/^v1\./);
    await settle(open.ticket);
    await town.sweep('complaints.forget_persons');
    expect((await complaint(open.ticket))?.['phone']).toMatch(/^v1\./);
    pastReopening();
    await town.sweep('complaints.forget_persons');
    expect((await complaint(open.ticket))?.['phone']).toBeNull();
  });

  it('goes by the ticket alone, ends every link that was given out, and is audited', async () => {
    const { phone, ticket, link, number } = await withTicket();
    await settle(ticket);
    await phone.unfollow();
    pastReopening();
    await town.sweep('complaints.forget_persons');
    expect(await status(link)).toBe(200);
    expect(await town.app.people.forget(ticket)).toEqual({ forgotten: [ticket], waiting: [] });
    expect(await status(link)).toBe(404);
    expect(await complaint(ticket)).toMatchObject({ openid: null, phone: null });
    expect(await filesOf(ticket)).toBe(0);
    const notices = await db.collection('notices').find({ ticket }).toArray();
    expect(new Set(notices.map(({ text }) => String(text)))).toEqual(new Set(['…']));
    for (const [, docs] of await rawDocuments(town)) expect(everyText(docs)).not.toContain(number);
    expect(everyText(await rowsOf('privacy.forget'))).not.toContain(phone.openid);
  });

  it('ends the link of a resident who still follows too, and the next one that they get opens again', async () => {
    const { phone, ticket, link } = await withTicket();
    await settle(ticket);
    pastReopening();
    await town.app.people.forget(phone.openid);
    expect(await status(link)).toBe(404);
    const other = await withTicket();
    expect(await status(other.link)).toBe(200);
  });

  it('goes by the ticket of somebody who came to the counter and was never known in chat', async () => {
    const { ticket } = await office.enter({ source: 'phone', phone: '13712345678' });
    expect(await town.app.people.forget(ticket)).toEqual({ forgotten: [], waiting: [ticket] });
    expect((await complaint(ticket))?.['phone']).toMatch(/^v1\./);
    expect(JSON.stringify(await town.app.people.exportOf(ticket))).toContain('13712345678');
    await office.dispatcher.post(`/complaints/${ticket}/refuse`, { reason: '不属于本镇' });
    expect(await town.app.people.forget(ticket)).toEqual({ forgotten: [ticket], waiting: [] });
    expect((await complaint(ticket))?.['phone']).toBeNull();
  });

  it('of an unknown ticket is not found', async () => {
    await expect(town.app.people.forget('20200101-0001')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('retention', { timeout: 60_000 }, () => {
  it('ends a refused ticket as it ends a closed one', async () => {
    const { ticket } = await withTicket();
    await office.dispatcher.post(`/complaints/${ticket}/refuse`, { reason: '不属于本镇' });
    const days = town.config.limits.retentionDays.complaints;
    town.clock.move((days - 1) * DAY_MS);
    await town.sweep('complaints.forget_persons');
    expect((await complaint(ticket))?.['phone']).toMatch(/^v1\./);
    town.clock.move(2 * DAY_MS);
    await town.sweep('complaints.forget_persons');
    expect(await complaint(ticket)).toMatchObject({ openid: null, phone: null });
    expect(await filesOf(ticket)).toBe(0);
  });

  it('passes over many that are still needed, and takes many of one moment', async () => {
    const model = await complaint((await withTicket()).ticket);
    const long = new Date(town.clock.now().getTime() - (town.config.limits.retentionDays.complaints + 0.5) * DAY_MS);
    const copies = (prefix: string, part: object) =>
      Array.from({ length: 450 }, (_, n) => {
        const ticket = `${prefix}-${String(n + 1).padStart(4, '0')}`;
        return { ...model, _id: undefined, ticket, sourceKey: ticket, ...part };
      }).map(({ _id, ...doc }) => doc);
    const still = copies('20010101', { openid: null, phone: null, status: 'accepted' });
    const old = copies('20010102', { status: 'closed', settledAt: long });
    await db.collection('complaints').insertMany([...still, ...old]);
    const link = { mark: 'm', person: 'v1.x' };
    const links = [...still, { ticket: '20010102-0001' }].map(({ ticket }) => ({ _id: ticket as never, ...link }));
    await db.collection('complaint_persons').insertMany(links);
    await town.sweep('complaints.forget_persons');
    expect(await db.collection('complaint_persons').countDocuments(link)).toBe(450);
    expect(await db.collection('complaints').countDocuments({ settledAt: long, openid: { $ne: null } })).toBe(0);
    expect(await town.sweep('complaints.forget_persons')).toBe(0);
  });
});

describe('what nobody may learn', { timeout: 60_000 }, () => {
  it('an export and a forgetting tell nothing of a tipoff, and leave its holder the way to it', async () => {
    const phone = await town.resident({ follow: false });
    await phone.follow();
    await phone.texts('投诉', '5');
    await phone.texts('有人收了好处', '完成');
    const done = await phone.text('确认');
    const code = /[A-Z2-9]{10}/.exec(done ?? '')?.[0] ?? '';
    expect(code).not.toBe('');
    const exported = JSON.stringify(await town.app.people.exportOf(phone.openid));
    expect(exported).not.toContain('好处');
    expect(exported).not.toContain(code);
    // Everybody who types 投诉 is offered 举报; what follows is told to nobody.
    expect(exported).not.toMatch(/tipoff|查询码|纪检监察电话/);
    expect(await town.app.people.forget(phone.openid)).toEqual({ forgotten: [], waiting: [] });
    expect(await phone.text(`查询 ${code}`)).toContain('进度');
    expect(everyText(await rowsOf('privacy.export'))).not.toContain(code);
  });

  it('a member of staff who leaves is bound to no account any more', async () => {
    const { code } = await office.leader.post<{ code: string }>('/session/bind');
    const phone = await town.resident();
    await phone.text(`绑定 ${code}`);
    expect(await town.app.people.exportOf(phone.openid)).toMatchObject({ boundAccounts: [office.leader.username] });
    await phone.unfollow();
    expect((await db.collection('staff').findOne({ username: office.leader.username }))?.['openid']).toBeNull();
  });
});
