import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { complain, openOffice, type List, type Office, type Whole } from './office.ts';

const { uri } = testDatabase();
const HOUR = 3_600_000;
let here: Office;
beforeAll(async () => {
  here = await openOffice({ uri });
});

const CALLED = { result: '已电话告知，对方表示知道了' };
const toCall = async (query = '', who = here.dispatcher): Promise<string[]> =>
  (await who.get<List>(`/complaints?callNeeded=true&limit=100${query}`)).items.map(({ ticket }) => ticket);
const called = (ticket: string, who = here.dispatcher) => who.request('POST', `/complaints/${ticket}/called`, CALLED);
const refused = async (): Promise<string> => {
  const { ticket } = await here.enter({ phone: '13800138000' });
  await here.dispatcher.post(`/complaints/${ticket}/refuse`, { reason: '不属于本镇职责。' });
  return ticket;
};

describe('a ticket that no unit holds', () => {
  it('is the dispatcher’s call where no message reaches the resident, until it is made', async () => {
    const ticket = await refused();
    expect(await toCall('&unit=-')).toContain(ticket);
    const { callNeededNoUnit: before } = await here.dispatcher.get<{ callNeededNoUnit: number }>('/complaints/counts');
    expect((await called(ticket)).status).toBe(200);
    expect(await toCall()).not.toContain(ticket);
    expect(await here.dispatcher.get('/complaints/counts')).toMatchObject({ callNeededNoUnit: before - 1 });
    const whole = await here.dispatcher.get<Whole>(`/complaints/${ticket}`);
    expect(whole.callNeeded).toBe(false);
    expect(whole.status).toBe('refused');
    expect(whole.history.at(-1)?.move).toBe('called');
    expect(whole.notes.map(({ text }) => text)).toEqual([CALLED.result]);
  });

  it('comes to the dispatcher’s list too where the window in chat stayed shut', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    here.town.clock.move(49 * HOUR);
    await here.dispatcher.post(`/complaints/${ticket}/refuse`, { reason: '已由法院受理。' });
    await here.town.sweep('notices.send');
    expect(await toCall()).not.toContain(ticket);
    here.town.clock.move(30 * 24 * HOUR);
    await here.town.sweep('notices.call');
    expect(await toCall('&unit=-')).toContain(ticket);
  });

  it('is no clerk’s and no leader’s to settle', async () => {
    const ticket = await refused();
    expect((await called(ticket, here.clerk)).status).toBe(404);
    expect((await called(ticket, here.leader)).status).toBe(403);
    expect((await called(ticket, here.supervisor)).status).toBe(403);
    expect(await toCall('', here.clerk)).not.toContain(ticket);
    expect(await toCall()).toContain(ticket);
  });

  it('was given back with its call: the dispatcher makes it', async () => {
    const ticket = await here.assigned();
    await here.leader.post(`/complaints/${ticket}/extend`, { days: 3, reason: '要等配件' });
    expect(await toCall('&unit=-')).not.toContain(ticket);
    await here.clerk.post(`/complaints/${ticket}/return`, { reason: '不归我们管' });
    expect(await toCall('&unit=-')).toContain(ticket);
    expect((await called(ticket)).status).toBe(200);
  });
});

describe('a ticket that a unit holds', () => {
  it('is the unit’s call and not the dispatcher’s', async () => {
    const ticket = await here.assigned();
    await here.clerk.post(`/complaints/${ticket}/answer`, { text: '修好了' });
    const { status, body } = await called(ticket);
    expect(status).toBe(403);
    expect(JSON.stringify(body)).toContain('由站所打电话告知');
    expect(await toCall('', here.clerk)).toContain(ticket);
    expect((await called(ticket, here.stranger)).status).toBe(404);
    expect((await called(ticket, here.clerk)).status).toBe(200);
    expect(await toCall()).not.toContain(ticket);
  });
});
