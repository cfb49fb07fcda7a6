import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { linesWith, projectTexts } from '../support/project-files.ts';
import { testDatabase } from '../support/stores.ts';
import { groupRobot } from '../notices/harness.ts';
import { complain, openOffice, type Office, type Whole } from './office.ts';

const { uri } = testDatabase();
const DAY = 86_400_000;
const logged: string[] = [];
const log = {
  debug: (...line: unknown[]) => void logged.push(JSON.stringify(line)),
  info: (...line: unknown[]) => void logged.push(JSON.stringify(line)),
  warn: (...line: unknown[]) => void logged.push(JSON.stringify(line)),
  error: (...line: unknown[]) => void logged.push(JSON.stringify(line)),
  child: () => log,
};
let here: Office;
let robot: Awaited<ReturnType<typeof groupRobot>>;
beforeAll(async () => {
  robot = await groupRobot();
  const notices = { callAfterHours: 24, quietFromHour: 0, quietUntilHour: 0, groupSeconds: 1 };
  const limits = { complaints: { perDay: 2, reopenDays: 3 }, notices };
  here = await openOffice({ uri, limits, env: { STAFF_WEBHOOK_URL: robot.url }, log });
});
const whole = (ticket: string) => here.dispatcher.get<Whole>(`/complaints/${ticket}`);

async function answered(
  phone: Awaited<ReturnType<Office['town']['resident']>>,
): Promise<{ ticket: string; link: string }> {
  const made = await complain(phone);
  await here.dispatcher.post(`/complaints/${made.ticket}/accept`);
  await here.dispatcher.post(`/complaints/${made.ticket}/assign`, { unit: 'mzb' });
  await here.clerk.post(`/complaints/${made.ticket}/answer`, { text: '灯泡换好了' });
  return made;
}

describe('notes and reasons among staff', () => {
  it('reach no way out', async () => {
    const phone = await here.town.resident();
    const { ticket, link } = await complain(phone);
    const secrets = ['此人常来上访要注意', '不想管这件事情', '电话里骂了人'];
    const go = (who: typeof here.clerk, verb: string, body: unknown) => who.post(`/complaints/${ticket}/${verb}`, body);
    await go(here.dispatcher, 'accept', {});
    await go(here.dispatcher, 'assign', { unit: 'mzb' });
    await go(here.clerk, 'note', { text: secrets[0] });
    await go(here.clerk, 'called', { result: secrets[2] });
    await go(here.clerk, 'return', { reason: secrets[1] });
    await go(here.dispatcher, 'assign', { unit: 'mzb' });
    await go(here.clerk, 'note', { text: secrets[0] });
    await go(here.clerk, 'answer', { text: '灯泡换好了' });
    here.town.clock.move(2_000);
    for (const name of ['notices.send', 'notices.staff']) await here.town.sweep(name);
    const replies = [
      await phone.text('查询'),
      await phone.text(`查询 ${ticket}`),
      await phone.text(`评价 ${ticket} 5 谢谢`),
      await phone.text('帮助'),
    ];
    const inbox = await phone.inbox();
    const page = await (await fetch(link)).text();
    const stored = await here.town.app.mongo.work.collection('notices').find({}).toArray();
    const inboxRows = await here.town.app.mongo.work.collection('inbox').find({}).toArray();
    const out = JSON.stringify([replies, inbox, page, stored, inboxRows, robot.heard, logged]);
    expect(out).toContain('灯泡换好了');
    for (const secret of secrets) expect(out).not.toContain(secret);
    expect((await whole(ticket)).notes.map(({ text }) => text)).toEqual([secrets[0], secrets[2], secrets[0]]);
  });

  it('are read by one file alone', () => {
    const readers = projectTexts()
      .filter(({ path }) => path.startsWith('src/'))
      .flatMap((file) => linesWith(/\.notesOf\b|complaint_notes|ComplaintNote\b/, file))
      .map((line) => line.split(':')[0]);
    expect(new Set(readers)).toEqual(
      new Set(['src/complaints/complaints.store.ts', 'src/complaints/complaints.view.ts']),
    );
    const view = readFileSync(new URL('../../src/complaints/complaints.view.ts', import.meta.url), 'utf8');
    expect(view.match(/notesOf/g)).toHaveLength(1);
  });
});

describe('a resident', () => {
  it('rates once, after the answer', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    expect(await phone.text(`评价 ${ticket} 5`)).toContain('还没有答复');
    await here.dispatcher.post(`/complaints/${ticket}/accept`);
    await here.dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
    await here.clerk.post(`/complaints/${ticket}/answer`, { text: '灯泡换好了' });
    expect(await phone.text(`评价 ${ticket} 4 还行`)).toContain('4 分');
    expect(await phone.text(`评价 ${ticket} 1`)).toContain('已经');
    expect((await whole(ticket)).rating).toMatchObject({ stars: 4, text: '还行' });
  });

  it('reopens within the period, with a new clock, and not afterwards', async () => {
    const phone = await here.town.resident();
    const { ticket } = await answered(phone);
    const before = await whole(ticket);
    here.town.clock.move(2 * DAY);
    expect(await phone.text(`重办 ${ticket} 又不亮了`)).toContain('重新办理');
    const after = await whole(ticket);
    expect(after.status).toBe('reopened');
    expect(Date.parse(after.dueAt)).toBeGreaterThan(Date.parse(before.dueAt));
    await here.dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
    await here.clerk.post(`/complaints/${ticket}/answer`, { text: '又换好了' });
    here.town.clock.move(3 * DAY + 1_000);
    expect(await phone.text(`重办 ${ticket} 还不亮`)).toContain('不能重办');
    expect((await whole(ticket)).answers.map(({ text }) => text)).toEqual(['灯泡换好了', '又换好了']);
  });

  it('has more than the daily number kept and flagged', async () => {
    const phone = await here.town.resident();
    const made = [await complain(phone), await complain(phone), await complain(phone)];
    const flags = await Promise.all(made.map(async ({ ticket }) => (await whole(ticket)).overDaily));
    expect(flags).toEqual([false, false, true]);
  });

  it('sees nothing of somebody else’s ticket', async () => {
    const { ticket, link } = await answered(await here.town.resident());
    const other = await here.town.resident();
    for (const text of [`查询 ${ticket}`, `评价 ${ticket} 1`, `重办 ${ticket} 不行`]) {
      expect(await other.text(text)).toContain('没有找到');
    }
    expect((await fetch(link.replace(/k=.*/, 'k=1.2'))).status).toBe(404);
    expect((await whole(ticket)).rating).toBeUndefined();
  });

  it('opens the page by a link that nobody indexes or keeps', async () => {
    const { link } = await answered(await here.town.resident());
    const answer = await fetch(link);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const page = await answer.text();
    expect(page).toContain('noindex');
    expect(page).toContain('灯泡换好了');
  });
});

describe('the office group', () => {
  it('hears of a new complaint, an assignment, a due day tomorrow, by number and link alone', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone);
    here.town.clock.move(2_000);
    await here.town.sweep('notices.staff');
    expect(robot.heard.at(-1)).toMatch(new RegExp(`待受理[\\s\\S]*${ticket}`));
    await here.dispatcher.post(`/complaints/${ticket}/accept`);
    await here.dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
    here.town.clock.move(2_000);
    await here.town.sweep('notices.staff');
    expect(robot.heard.at(-1)).toMatch(
      new RegExp(`新交办[\\s\\S]*${ticket} ${here.town.url}/console/complaints/${ticket}`),
    );
    const { dueAt } = await whole(ticket);
    here.town.clock.move(Date.parse(dueAt) - 1.5 * DAY - here.town.clock.now().getTime());
    for (let i = 0; i < 2; i += 1) await here.town.sweep('complaints.due_tomorrow');
    here.town.clock.move(2_000);
    await here.town.sweep('notices.staff');
    expect(robot.heard.at(-1)).toMatch(new RegExp(`明天到期[\\s\\S]*${ticket}`));
    expect(robot.heard.join('\n').match(new RegExp(`${ticket} `, 'g'))).toHaveLength(3);
    expect(robot.heard.join('\n')).not.toMatch(/路灯|灯泡|示例/);
  });
});
