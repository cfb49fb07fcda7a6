import { beforeAll, describe, expect, it } from 'vitest';
import type { YearCalendar } from '../../src/platform/config/index.ts';
import { chinaDate } from '../../src/kernel/index.ts';
import { testDatabase } from '../support/stores.ts';
import { openOffice, type Office, type Whole } from './office.ts';

const { uri } = testDatabase();
/** Years without holidays, and the same with the next 30 days off. */
const year = (number: number, holidays: YearCalendar['holidays'] = []): YearCalendar => ({
  year: number,
  source: 'test',
  holidays,
  workingWeekends: [],
});

function holidayFrom(now: Date): { plain: YearCalendar[]; changed: YearCalendar[] } {
  const from = chinaDate(now);
  const first = Number(from.slice(0, 4));
  const last = `${from.slice(0, 4)}-12-31`;
  const end = chinaDate(new Date(now.getTime() + 30 * 86_400_000));
  const to = end > last ? last : end;
  const plain = [year(first), year(first + 1)];
  return { plain, changed: [year(first, [{ name: '长假', from, to }]), year(first + 1)] };
}

describe('a calendar that changes', () => {
  let before: Office;
  let after: Office;
  const { plain, changed } = holidayFrom(new Date());
  beforeAll(async () => {
    before = await openOffice({ uri, config: { calendars: plain } });
    after = await openOffice({ uri, config: { calendars: changed } });
  });

  it('counts open tickets anew under their frozen rule, in history and audit, and leaves the others', async () => {
    const open = await before.assigned();
    const settled = await before.assigned();
    await before.clerk.post(`/complaints/${settled}/answer`, { text: '修好了' });
    const was = await before.clerk.get<Whole>(`/complaints/${open}`);
    const done = await before.clerk.get<Whole>(`/complaints/${settled}`);
    expect(await before.town.sweep('complaints.recount')).toBe(0);

    expect(await after.town.sweep('complaints.recount')).toBeGreaterThanOrEqual(1);
    const now = await after.clerk.get<Whole>(`/complaints/${open}`);
    expect(Date.parse(now.dueAt)).toBeGreaterThan(Date.parse(was.dueAt));
    expect(now.dueWhy).toContain('长假放假');
    expect(now.ruleVersion).toBe(was.ruleVersion);
    expect(now.history.at(-1)).toMatchObject({ move: 'recount', status: 'assigned' });
    expect((await after.clerk.get<Whole>(`/complaints/${settled}`)).dueAt).toBe(done.dueAt);
    const rows = after.town.app.mongo.work.collection('audit_log');
    expect(await rows.findOne({ action: 'complaints.recount', 'target.id': open })).toMatchObject({
      before: was.dueAt,
      after: now.dueAt,
    });
    expect(await after.town.sweep('complaints.recount')).toBe(0);
  });

  it('moves no day that a later clocks.json would have moved', async () => {
    const { ticket } = await before.enter({ kind: 'consult' });
    const clocks = before.town.config.clocks;
    const kinds = { ...clocks.kinds, consult: { days: 9, unit: 'working' as const } };
    const stricter = await openOffice({
      uri,
      config: { calendars: changed, clocks: { ...clocks, version: 'later', kinds } },
    });
    await stricter.town.sweep('complaints.recount');
    const seen = await stricter.dispatcher.get<Whole>(`/complaints/${ticket}`);
    expect(seen.ruleVersion).toBe(clocks.version);
    expect(seen.dueWhy).toContain('起 3 个工作日');
  });
});
