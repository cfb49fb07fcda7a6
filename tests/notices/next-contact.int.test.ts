import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { startTown, type Town, type TownOptions } from '../support/town.ts';

interface Whole {
  notices: { kind: string; state: string; waiting: boolean }[];
}

const DAY = 86_400_000;

interface Office {
  readonly town: Town;
  readonly dispatcher: StaffClient;
  readonly clerk: StaffClient;
}

/** A town whose staff stay signed in while days go by. */
async function office(options: Omit<TownOptions, 'limits'>): Promise<Office> {
  const town = await startTown({ ...options, limits: { sessionHours: 10_000 } });
  return { town, dispatcher: await town.staff('dispatcher'), clerk: await town.staff('clerk', 'mzb') };
}

/** A resident complains, three days go by, the unit answers. */
async function answeredLate(
  { town, dispatcher, clerk }: Office,
  phone: Phone,
  text = '路灯已经修好了。',
): Promise<string> {
  const done = await phone.texts('投诉', '3', '1', '村口的路灯不亮', '完成', '跳过', '确认');
  const ticket = /\d{8}-\d{4,}/.exec(done ?? '')?.[0] ?? '';
  await dispatcher.post(`/complaints/${ticket}/accept`);
  await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
  await town.sweep('notices.send');
  town.clock.move(3 * DAY);
  await clerk.post(`/complaints/${ticket}/answer`, { text });
  await town.sweep('notices.send');
  return ticket;
}

const statesOf = async ({ clerk }: Office, ticket: string): Promise<string[]> => {
  const { notices } = await clerk.get<Whole>(`/complaints/${ticket}`);
  return notices.map(({ kind, state }) => `${kind} ${state}`);
};
/** What came without being asked for. */
const pushed = async (phone: Phone): Promise<string[]> =>
  (await phone.inbox()).flatMap(({ via, text }) => (via === 'customer_service' ? [text ?? ''] : []));

describe('a notice that no window could carry', () => {
  const { uri } = testDatabase();
  let here: Office;
  beforeAll(async () => {
    here = await office({ uri });
  });

  it('is in the reply to whatever the resident sends next, once', async () => {
    const phone = await here.town.resident();
    const ticket = await answeredLate(here, phone);
    expect(await statesOf(here, ticket)).toEqual(['accepted sent', 'answered owed']);
    const reply = await phone.text('帮助');
    expect(reply).toContain('您可以这样用');
    expect(reply).toContain('路灯已经修好了');
    expect(await statesOf(here, ticket)).toEqual(['accepted sent', 'answered seen']);
    await here.town.sweep('notices.send');
    expect((await pushed(phone)).join()).not.toContain('路灯已经修好了');
    expect(await phone.text('帮助')).not.toContain('路灯已经修好了');
  });

  it('is in the same reply when the platform delivers that message again', async () => {
    const phone = await here.town.resident();
    await answeredLate(here, phone);
    const fields = { MsgType: 'text', Content: '帮助', MsgId: '900000000000001' };
    const first = await phone.raw(fields);
    expect(first).toContain('路灯已经修好了');
    expect(await phone.raw(fields)).toBe(first);
  });

  it('comes with the next step of a running flow and leaves the flow where it is', async () => {
    const phone = await here.town.resident();
    await answeredLate(here, phone);
    const asked = await phone.text('投诉');
    expect(asked).toContain('1 咨询');
    expect(asked).toContain('路灯已经修好了');
    expect(await phone.text('3')).toContain('哪个村');
  });

  it('comes with a click on the menu', async () => {
    const phone = await here.town.resident();
    await answeredLate(here, phone);
    expect(await phone.click('LATEST')).toContain('路灯已经修好了');
  });

  it('too long for the reply, goes out by the window that the message opened', async () => {
    const phone = await here.town.resident();
    const ticket = await answeredLate(here, phone, `路灯已经修好了。${'多谢您告诉我们。'.repeat(50)}`);
    await phone.text('帮助');
    await here.town.sweep('notices.send');
    expect((await pushed(phone)).join()).toContain('路灯已经修好了');
    expect(await statesOf(here, ticket)).toEqual(['accepted sent', 'answered sent']);
  });
});

describe('an account without customer-service messages', () => {
  const { uri } = testDatabase();
  let here: Office;
  beforeAll(async () => {
    here = await office({ uri, sandbox: { verified: false } });
  });

  it('tells everything at the next contact', async () => {
    const phone = await here.town.resident();
    const ticket = await answeredLate(here, phone);
    expect(await statesOf(here, ticket)).toEqual(['accepted owed', 'answered owed']);
    const reply = await phone.text('帮助');
    expect(reply).toMatch(/已受理[\s\S]*路灯已经修好了/);
    expect(await statesOf(here, ticket)).toEqual(['accepted seen', 'answered seen']);
    expect(await pushed(phone)).toEqual([]);
  });
});
