import { beforeAll, describe, expect, it } from 'vitest';
import { chinaDate } from '../../src/kernel/index.ts';
import { testDatabase } from '../support/stores.ts';
import { openOffice, type Office } from './office.ts';

const { uri } = testDatabase();
const DAY = 86_400_000;
let here: Office;
let today = '';
beforeAll(async () => {
  here = await openOffice({ uri });
  today = chinaDate(here.town.clock.now());
  const answered = await here.assigned({ kind: 'help', villageCode: 'v01' });
  await here.clerk.post(`/complaints/${answered}/answer`, { text: '已经处理。' });
  const late = await here.assigned({ kind: 'help', villageCode: 'v02' });
  await here.enter({ kind: 'consult', villageCode: 'v02' });
  const refused = await here.enter({ kind: 'suggest', villageCode: 'v03' });
  await here.dispatcher.post(`/complaints/${refused.ticket}/refuse`, { reason: '不属于本镇职责。' });
  // A month on, what was not answered is late, and so is the answer that comes now.
  here.town.clock.move(30 * DAY);
  await here.clerk.post(`/complaints/${late}/answer`, { text: '晚了，抱歉。' });
});

const figures = (from: string, to: string, who = here.dispatcher) =>
  who.request('GET', `/figures/complaints?from=${from}&to=${to}`);

describe('GET /figures/complaints', () => {
  it('counts by village, kind and unit what came in the period, and what became of it', async () => {
    const { status, body } = await figures(today, today);
    expect(status).toBe(200);
    expect(body).toMatchObject({ all: { total: 3, answered: 2, onTime: 1, late: 2, reopened: 0, satisfaction: null } });
    const { villages, units } = body as Record<
      'villages' | 'units',
      { code: string | null; total: number; late: number }[]
    >;
    expect(villages.map(({ code, total, late }) => [code, total, late])).toEqual([
      ['v02', 2, 2],
      ['v01', 1, 0],
    ]);
    expect(units.find(({ code }) => code === 'mzb')?.total).toBe(2);
  });

  it('counts nothing of another period, and refuses one that is none', async () => {
    expect((await figures('2020-01-01', '2020-12-31')).body).toMatchObject({ all: { total: 0 }, villages: [] });
    expect((await figures('2026-02-01', '2026-01-01')).status).toBe(400);
    expect((await figures('2020-01-01', '2026-01-01')).status).toBe(400);
    expect((await figures('yesterday', today)).status).toBe(400);
  });

  it('is for those who lead the office, and tells numbers alone', async () => {
    expect((await figures(today, today, here.clerk)).status).toBe(403);
    const { status, body } = await figures(today, today, here.supervisor);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('处理');
  });
});
