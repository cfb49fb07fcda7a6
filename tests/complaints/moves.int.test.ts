import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { complain, openOffice, type Office, type Whole } from './office.ts';

const { uri } = testDatabase();
let here: Office;
beforeAll(async () => {
  here = await openOffice({ uri });
});

type Status = 'received' | 'accepted' | 'refused' | 'assigned' | 'answered' | 'closed';

/** One complaint that has just come to this status. */
async function standing(status: Status): Promise<string> {
  const { ticket } = await here.enter();
  const go = (verb: string, body: unknown = {}, who = here.dispatcher) =>
    who.post(`/complaints/${ticket}/${verb}`, body);
  if (status === 'received') return ticket;
  if (status === 'refused') {
    await go('refuse', { reason: '不归本镇管' });
    return ticket;
  }
  await go('accept');
  if (status === 'accepted') return ticket;
  await go('assign', { unit: 'mzb' });
  if (status === 'assigned') return ticket;
  await go('answer', { text: '修好了' }, here.clerk);
  if (status === 'answered') return ticket;
  await go('close', {}, here.clerk);
  return ticket;
}

const BODIES: Readonly<Record<string, unknown>> = {
  accept: {},
  refuse: { reason: '不归本镇管' },
  assign: { unit: 'mzb' },
  answer: { text: '修好了' },
  return: { reason: '不归我们管' },
  close: {},
};
const ALLOWED: Readonly<Record<Status, Readonly<Record<string, string>>>> = {
  received: { accept: 'accepted', refuse: 'refused' },
  accepted: { assign: 'assigned' },
  refused: {},
  assigned: { answer: 'answered', return: 'accepted' },
  answered: { close: 'closed' },
  closed: {},
};
const whoMay = (verb: string) => (['answer', 'return'].includes(verb) ? here.clerk : here.dispatcher);

describe('the moves of a complaint', () => {
  it.each(Object.keys(ALLOWED) as Status[])('from %s are those of the table and no other', async (status) => {
    // A clerk does not even see what the unit does not hold.
    const hidden = ['received', 'accepted', 'refused'].includes(status);
    const refused = (verb: string): number => (whoMay(verb) === here.clerk && hidden ? 404 : 409);
    const wanted: Record<string, string> = {};
    const came: Record<string, string> = {};
    for (const verb of Object.keys(BODIES)) {
      const ticket = await standing(status);
      const answer = await whoMay(verb).request('POST', `/complaints/${ticket}/${verb}`, BODIES[verb]);
      const after = await here.dispatcher.get<Whole>(`/complaints/${ticket}`);
      const next = ALLOWED[status][verb];
      wanted[verb] = next === undefined ? `${refused(verb)} ${status}` : `200 ${next}`;
      came[verb] = `${answer.status} ${after.status}`;
    }
    expect(came).toEqual(wanted);
  });

  it('are told to the resident, with the reason where there is one', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    await here.dispatcher.post(`/complaints/${ticket}/refuse`, { reason: '已由法院受理' });
    await here.town.sweep('notices.send');
    const shown = (await phone.inbox()).map(({ text }) => text ?? '').join('\n');
    expect(shown).toMatch(/没有受理，原因：已由法院受理/);
  });

  it('write history and audit', async () => {
    const ticket = await standing('closed');
    const whole = await here.clerk.get<Whole>(`/complaints/${ticket}`);
    expect(whole.history.map(({ move }) => move)).toEqual(['receive', 'accept', 'assign', 'answer', 'close']);
    const rows = await here.town.app.mongo.work
      .collection('audit_log')
      .find({ 'target.id': ticket })
      .sort({ _id: 1 })
      .toArray();
    expect(rows.map((row) => String(row['action']))).toEqual([
      'complaints.enter',
      'complaints.accept',
      'complaints.assign',
      'complaints.answer',
      'complaints.close',
    ]);
    expect(JSON.stringify(rows)).not.toContain('修好了');
  });

  it('made by two at once happen once', async () => {
    const { ticket } = await here.enter();
    const other = await here.town.staff('dispatcher');
    const answers = await Promise.all([
      here.dispatcher.request('POST', `/complaints/${ticket}/accept`, {}),
      other.request('POST', `/complaints/${ticket}/refuse`, { reason: '不归本镇管' }),
      other.request('POST', `/complaints/${ticket}/accept`, {}),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const { history } = await here.dispatcher.get<Whole>(`/complaints/${ticket}`);
    expect(history).toHaveLength(2);
  });

  it('need the kind at accepting where the resident gave none', async () => {
    const phone = await here.town.resident();
    await phone.texts('我家门口的水管坏了三天没人管', '1', '1');
    const ticket = /\d{8}-\d{4,}/.exec((await phone.text('确认')) ?? '')?.[0] ?? '';
    const accept = (body: unknown) => here.dispatcher.request('POST', `/complaints/${ticket}/accept`, body);
    expect((await accept({})).status).toBe(400);
    const { body } = await accept({ kind: 'consult' });
    expect(body).toMatchObject({ status: 'accepted', kind: 'consult' });
    expect((body as Whole).dueWhy).toMatch(/起 3 个工作日/);
  });
});

describe('extending', () => {
  it('moves the due day by working days, once, with the reason told', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    const before = await here.leader.get<Whole>(`/complaints/${ticket}`);
    const extend = (days: number) =>
      here.leader.request('POST', `/complaints/${ticket}/extend`, { days, reason: '要等材料' });
    expect((await extend(31)).status).toBe(400);
    expect((await extend(0)).status).toBe(400);
    const { status, body } = await extend(2);
    const after = body as Whole;
    expect(status).toBe(200);
    expect(after.extended).toBe(true);
    expect(Date.parse(after.dueAt) - Date.parse(before.dueAt)).toBeGreaterThanOrEqual(2 * 86_400_000);
    expect(after.dueWhy).toContain('延期：');
    expect((await extend(1)).status).toBe(409);
    await here.town.sweep('notices.send');
    const shown = (await phone.inbox()).map(({ text }) => text ?? '').join('\n');
    expect(shown).toMatch(/需要多一些时间.*原因：要等材料/);
  });

  it('is not for what has been answered', async () => {
    const ticket = await standing('answered');
    const answer = await here.leader.request('POST', `/complaints/${ticket}/extend`, { days: 2, reason: '要等材料' });
    expect(answer.status).toBe(409);
  });

  it('is for leaders alone', async () => {
    const ticket = await standing('assigned');
    for (const who of [here.dispatcher, here.clerk, here.supervisor]) {
      const answer = await who.request('POST', `/complaints/${ticket}/extend`, { days: 2, reason: '要等材料' });
      expect(answer.status).toBe(403);
    }
  });
});

describe('a clerk', () => {
  it('knows nothing of another unit’s complaint', async () => {
    const ticket = await standing('assigned');
    for (const [verb, body] of Object.entries({ ...BODIES, note: { text: '记一下' }, called: { result: '说了' } })) {
      if (['accept', 'refuse', 'assign'].includes(verb)) continue;
      expect((await here.stranger.request('POST', `/complaints/${ticket}/${verb}`, body)).status, verb).toBe(404);
    }
    expect((await here.stranger.request('GET', `/complaints/${ticket}`)).status).toBe(404);
    expect((await here.clerk.request('GET', `/complaints/${ticket}`)).status).toBe(200);
  });

  it('loses sight of what was given back, and the office sees why', async () => {
    const ticket = await standing('assigned');
    const answer = await here.clerk.request('POST', `/complaints/${ticket}/return`, { reason: '不归我们管' });
    expect(answer.status).toBe(200);
    expect((await here.clerk.request('GET', `/complaints/${ticket}`)).status).toBe(404);
    const { history, unit } = await here.dispatcher.get<Whole>(`/complaints/${ticket}`);
    expect(unit).toBeNull();
    expect(history.at(-1)).toMatchObject({ move: 'return', reason: '不归我们管' });
  });
});

describe('who came by telephone, box or visit', () => {
  it('is called with the answer, and the call settles it', async () => {
    const ticket = await here.assigned({ source: 'phone', phone: '13800138000' });
    await here.clerk.post(`/complaints/${ticket}/answer`, { text: '修好了' });
    expect(await here.clerk.get<Whole>(`/complaints/${ticket}`)).toMatchObject({
      callNeeded: true,
      phone: '13800138000',
      source: 'phone',
      notices: [{ kind: 'answered', state: 'call_needed' }],
    });
    const list = await here.clerk.get<{ items: { ticket: string; phone: string }[] }>('/complaints?callNeeded=true');
    expect(list.items.find((item) => item.ticket === ticket)?.phone).toBe('138****8000');
    const called = await here.clerk.post<Whole>(`/complaints/${ticket}/called`, { result: '本人接听，满意' });
    expect(called).toMatchObject({ callNeeded: false, notices: [{ kind: 'answered', state: 'seen' }] });
    expect(called.notes.map(({ text }) => text)).toEqual(['本人接听，满意']);
  });
});

describe('bad input', () => {
  const good = { kind: 'help', villageCode: 'v01', text: '路灯不亮', source: 'visit' };
  it.each([
    ['an unknown field', { ...good, unit: 'mzb' }],
    ['an operator', { ...good, villageCode: { $ne: null } }],
    ['a list', { ...good, text: ['路灯'] }],
    ['an unknown kind', { ...good, kind: 'tipoff' }],
    ['an unknown village', { ...good, villageCode: 'v99' }],
    ['chat as a source', { ...good, source: 'chat' }],
    ['no text', { ...good, text: '   ' }],
    ['too long a text', { ...good, text: '长'.repeat(5_001) }],
    ['letters in a phone', { ...good, phone: '1380013800a' }],
    ['an own ticket', { ...good, ticket: '20260101-0001' }],
  ])('with %s is 400 and keeps nothing', async (_, body) => {
    const complaints = here.town.app.mongo.work.collection('complaints');
    const before = await complaints.countDocuments();
    expect((await here.dispatcher.request('POST', '/complaints', body)).status).toBe(400);
    expect(await complaints.countDocuments()).toBe(before);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('with %s is 400', async (key) => {
    const body = JSON.parse(`{"kind":"help","villageCode":"v01","text":"路灯","source":"visit","${key}":{"a":1}}`);
    expect((await here.dispatcher.request('POST', '/complaints', body)).status).toBe(400);
  });

  it.each([
    ['assign', { unit: 'nowhere' }],
    ['assign', { unit: { $gt: '' } }],
    ['refuse', {}],
    ['refuse', { reason: '' }],
    ['accept', { kind: 'complain', status: 'closed' }],
  ])('%s with %j is 400 and moves nothing', async (verb, body) => {
    const ticket = await standing(verb === 'assign' ? 'accepted' : 'received');
    const before = await here.dispatcher.get<Whole>(`/complaints/${ticket}`);
    expect((await here.dispatcher.request('POST', `/complaints/${ticket}/${verb}`, body)).status).toBe(400);
    expect(await here.dispatcher.get<Whole>(`/complaints/${ticket}`)).toEqual(before);
  });

  it.each(['20260101-0001', 'nothing', '20260101-1;drop', '%24ne'])('an unknown ticket %s is 404', async (ticket) => {
    expect((await here.dispatcher.request('GET', `/complaints/${ticket}`)).status).toBe(404);
    expect((await here.dispatcher.request('POST', `/complaints/${ticket}/accept`, {})).status).toBe(404);
  });

  it('keeps markup and rare characters as they are', async () => {
    const text = '<script>alert(1)</script> 𠮷野 {"$where":"1"} \' OR 1=1 --';
    const { ticket } = await here.enter({ text });
    expect((await here.dispatcher.get<Whole>(`/complaints/${ticket}`)).messages[0]?.text).toBe(text);
  });
});
