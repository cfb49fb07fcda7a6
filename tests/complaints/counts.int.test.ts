import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { COUNTED_UP_TO, countsOf } from '../../src/complaints/complaints.query.store.ts';
import { addChinaDays, chinaDate, endOfChinaDate } from '../../src/kernel/index.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { openOffice, type List, type Office, type Whole } from './office.ts';

interface Counts {
  readonly all: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly dueSoon: number;
  readonly overdue: number;
  readonly callNeeded: number;
  readonly callNeededNoUnit: number;
}

const { uri } = testDatabase();
let here: Office;
let open: Whole;
beforeAll(async () => {
  here = await openOffice({ uri });
  open = await here.enter({ kind: 'help', villageCode: 'v01', text: '水管漏水已经三天' });
  await here.enter({ kind: 'consult', villageCode: 'v02', text: '合作医疗怎么缴费' });
  await here.assigned({ kind: 'suggest', villageCode: 'v02', text: '广场再加几盏路灯' });
  const answered = await here.assigned({ kind: 'help', villageCode: 'v01', text: '路灯不亮' });
  // Who came to the counter has no chat: an answer is a call.
  await here.clerk.post(`/complaints/${answered}/answer`, { text: '修好了' });
});

const collection = () => here.town.app.mongo.work.collection('complaints');
const counts = (query = '', who: StaffClient = here.dispatcher): Promise<Counts> =>
  who.get<Counts>(`/complaints/counts?${query}`);
const listed = async (query: string, who: StaffClient = here.dispatcher): Promise<number> =>
  (await who.get<List>(`/complaints?limit=100&${query}`)).items.length;

const FILTERS = ['', 'villageCode=v01', 'kind=help', 'unit=mzb', 'unit=-', 'q=%E8%B7%AF%E7%81%AF', 'callNeeded=true'];

describe('GET /complaints/counts', () => {
  it('counts each status', async () => {
    expect(await counts()).toMatchObject({
      all: 4,
      statuses: { received: 2, assigned: 1, answered: 1, accepted: 0, refused: 0, closed: 0, reopened: 0 },
      dueSoon: 0,
      overdue: 0,
      callNeeded: 1,
    });
  });

  it.each(FILTERS)('with "%s" says exactly what the list would show', async (filter) => {
    for (const who of [here.dispatcher, here.clerk, here.stranger]) {
      const { all, statuses } = await counts(filter, who);
      expect(all).toBe(await listed(filter, who));
      for (const [status, count] of Object.entries(statuses)) {
        expect(count, status).toBe(await listed(`${filter}&status=${status}`, who));
      }
    }
  });

  it('keeps the numbers of the quick filters while one of them is on', async () => {
    const { callNeeded, all } = await counts('overdue=true');
    expect({ callNeeded, all }).toEqual({ callNeeded: 1, all: 0 });
  });

  it('is for a clerk that of the own unit', async () => {
    expect(await counts('', here.clerk)).toMatchObject({ all: 2, callNeeded: 1 });
    expect(await counts('', here.stranger)).toMatchObject({ all: 0, callNeeded: 0 });
    expect(await counts('unit=mzb', here.stranger)).toMatchObject({ all: 0 });
    expect(await counts('unit=-', here.clerk)).toMatchObject({ all: 0 });
  });

  it.each([
    ['a status', { status: 'closed' }],
    ['a unit', { status: 'closed', unit: 'mzb' }],
    ['a village and kind', { status: 'closed', villageCode: 'v01', kind: 'help' }],
    ['what is overdue', { overdue: { at: new Date(), is: true } }],
  ] as const)('reads no complaint to count %s: an index is enough', async (_, filter) => {
    const plan = await collection()
      .aggregate(countsOf([filter]))
      .explain('executionStats');
    expect(JSON.stringify(plan)).toContain('IXSCAN');
    expect(JSON.stringify(plan)).toContain('"totalDocsExamined":0');
  });

  it('counts in one command no further than anybody needs to know', async () => {
    const one = await collection().findOne({ ticket: open.ticket });
    const closed = Array.from({ length: COUNTED_UP_TO + 200 }, (_, i) => {
      const ticket = `19990101-${String(i).padStart(4, '0')}`;
      return { ...one, _id: new ObjectId(), ticket, sourceKey: ticket, status: 'closed', villageCode: 'v09' };
    });
    await collection().insertMany(closed);
    const db = here.town.app.mongo.work.db;
    await db?.command({ profile: 2 });
    const all = await counts('villageCode=v09');
    await db?.command({ profile: 0 });
    expect(all).toMatchObject({ all: COUNTED_UP_TO, statuses: { closed: COUNTED_UP_TO }, countedUpTo: COUNTED_UP_TO });
    expect(await counts('villageCode=v09&overdue=false')).toMatchObject({ statuses: { closed: COUNTED_UP_TO } });
    expect(await counts('villageCode=v09&overdue=true')).toMatchObject({ all: 0 });
    const seen = await db?.collection('system.profile').find({ 'command.aggregate': 'complaints' }).toArray();
    expect(seen).toHaveLength(1);
    expect(seen?.[0]?.['keysExamined']).toBeLessThan(COUNTED_UP_TO + 100);
    await collection().deleteMany({ villageCode: 'v09' });
  });

  it.each(['status=received', 'limit=1', 'unknown=1', 'unit[$ne]=x', 'dueSoon=1'])('refuses %s', async (query) => {
    expect((await here.dispatcher.request('GET', `/complaints/counts?${query}`)).status).toBe(400);
  });

  it('is not for roles that read no complaints', async () => {
    expect((await (await here.town.staff('editor')).request('GET', '/complaints/counts')).status).toBe(403);
  });
});

describe('the lights', () => {
  it('turn yellow from the day before the last, red after it, and the list agrees', async () => {
    const now = (): number => here.town.clock.now().getTime();
    const lastDay = chinaDate(new Date(open.dueAt));
    const to = (time: number): void => here.town.clock.move(time - now());
    const light = async (name: 'dueSoon' | 'overdue'): Promise<string[]> => {
      const { items } = await here.dispatcher.get<List>(`/complaints?limit=100&${name}=true`);
      expect((await counts())[name]).toBe(items.length);
      return items.map(({ ticket }) => ticket);
    };
    to(endOfChinaDate(addChinaDays(lastDay, -2)).getTime() - 60_000);
    expect(await light('dueSoon')).not.toContain(open.ticket);
    to(endOfChinaDate(addChinaDays(lastDay, -2)).getTime() + 60_000);
    expect(await light('dueSoon')).toContain(open.ticket);
    to(new Date(open.dueAt).getTime() - 60_000);
    expect(await light('dueSoon')).toContain(open.ticket);
    expect(await light('overdue')).not.toContain(open.ticket);
    to(new Date(open.dueAt).getTime() + 60_000);
    expect(await light('dueSoon')).not.toContain(open.ticket);
    expect(await light('overdue')).toContain(open.ticket);
  });
});
