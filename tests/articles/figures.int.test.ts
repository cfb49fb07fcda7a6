import { beforeAll, describe, expect, it } from 'vitest';
import { addChinaDays, chinaDate, startOfChinaDate } from '../../src/kernel/index.ts';
import { openOffice } from './office.ts';

interface Row {
  readonly code: string;
  readonly published: number;
  readonly lastAt: string | null;
  readonly daysSince: number | null;
}

const DAY = 86_400_000;
const office = openOffice({ limits: { sessionHours: 100_000, rate: { loginPer15Minutes: 1_000 } } });
let today = '';
const figures = async (from: string, to: string) =>
  office
    .person('supervisor')
    .get<{ all: Omit<Row, 'code'>; categories: Row[] }>(`/figures/articles?from=${from}&to=${to}`);
const counts = (by: string) => office.person(by).get<Record<string, unknown>>('/articles/counts');

beforeAll(async () => {
  const { clock } = office.town();
  // Noon, so that a day's move is a day of China.
  clock.move(startOfChinaDate(addChinaDays(chinaDate(clock.now()), 1)).getTime() + DAY / 2 - clock.now().getTime());
  today = chinaDate(clock.now());
});

describe('numbers about articles', () => {
  it('say that nothing was ever published', async () => {
    expect(await counts('leader')).toMatchObject({
      submitted: 0,
      returnedToMe: 0,
      daysSince: null,
      silentAfterDays: 14,
    });
    const { all, categories } = await figures(today, today);
    expect(all).toEqual({ published: 0, lastAt: null, daysSince: null });
    expect(categories.map(({ code }) => code)).toEqual(office.town().config.categories.map(({ code }) => code));
  });

  it('count what became public in the period by category, and no correction, draft or refusal', async () => {
    const first = await office.published({ categoryCode: 'cw_szqk' });
    await office.published({ categoryCode: 'cw_szqk' });
    const gone = await office.published({ categoryCode: 'cw_shjz' });
    await office.person('leader').post(`/articles/${gone.id}/withdraw`, { reason: '数字有误' });
    await office.write({ categoryCode: 'cw_dfsj' });
    office.town().clock.move(3 * DAY);
    const later = chinaDate(office.town().clock.now());
    await office.person('editor').request('PATCH', `/articles/${first.id}`, { baseVersion: 1, summary: '更正' });
    await office.approve(await office.person('editor').post(`/articles/${first.id}/submit`));

    const of = async (from: string, to: string, code: string) =>
      (await figures(from, to)).categories.find((row) => row.code === code);
    expect(await of(today, today, 'cw_szqk')).toMatchObject({ published: 2, daysSince: 0 });
    // It was published, whatever came of it.
    expect(await of(today, today, 'cw_shjz')).toMatchObject({ published: 1, daysSince: 3 });
    expect(await of(today, today, 'cw_dfsj')).toMatchObject({ published: 0, lastAt: null });
    expect(await of(later, later, 'cw_szqk')).toMatchObject({ published: 0, daysSince: 0 });
    expect((await figures(today, later)).all).toMatchObject({ published: 3, daysSince: 0 });
  });

  it('refuse a period that is none, and whoever leads no office', async () => {
    const status = async (query: string, by = 'supervisor') =>
      (await office.ask(by, 'GET', `/figures/articles?${query}`)).status;
    expect(await status('from=2026-02-01&to=2026-01-01')).toBe(400);
    expect(await status('from=2020-01-01&to=2026-01-01')).toBe(400);
    expect(await status('from=yesterday&to=2026-01-01')).toBe(400);
    expect(await status('from=2026-01-01&to=2026-01-02&x=1')).toBe(400);
    expect(await status('from=2026-01-01&to=2026-01-02', 'editor')).toBe(403);
    expect((await office.ask('clerk', 'GET', '/articles/counts')).status).toBe(403);
  });

  it('tell each writer what came back, and how long the account has been silent', async () => {
    const before = await counts('leader');
    const mine = await office.submitted({}, 'editor');
    await office.submitted({}, 'second');
    expect(await counts('leader')).toMatchObject({ submitted: Number(before['submitted']) + 2 });
    await office.person('leader').post(`/articles/${mine.id}/reject`, { reason: '请核对' });
    expect(await counts('editor')).toMatchObject({ returnedToMe: 1 });
    expect(await counts('second')).toMatchObject({ returnedToMe: 0 });
    office.town().clock.move(14 * DAY);
    expect(await counts('editor')).toMatchObject({ daysSince: 14 });
  });
});
