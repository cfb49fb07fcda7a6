import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskOf, PASSWORD, startOffice, type Office } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

const { uri, name } = testDatabase();
const client = new MongoClient(uri);
const db = client.db(name);
afterAll(() => client.close());

let offset = 0;
const clock = { now: () => new Date(Date.now() + offset) };
let office: Office;
beforeAll(async () => {
  office = await startOffice({ uri, clock });
});

const NEW_PASSWORD = '另一个很长的示例口令';
const audited = async (target: string) =>
  (await db.collection('audit_log').find({ 'target.id': target }).sort({ _id: 1 }).toArray()).map(
    (row) => row['action'],
  );
const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  return { status: answer.status, ...error };
};

describe('logging in', () => {
  it('answers who it is and the token for writes', async () => {
    const desk = await office.staff('clerk', 'mzb');
    const answer = await desk.ask('GET', '/api/v1/session');
    expect(await answer.json()).toEqual({
      csrfToken: desk.csrf,
      staff: { id: desk.id, username: desk.username, name: desk.username, role: 'clerk', unit: 'mzb' },
    });
  });

  it('keeps of a session only the hash of its token', async () => {
    const desk = await office.staff('editor');
    const token = desk.cookie.replace('xy_session=', '');
    expect(token.length).toBeGreaterThanOrEqual(43);
    expect(JSON.stringify(await db.collection('staff_sessions').find().toArray())).not.toContain(token);
  });

  it('does not tell an unknown name, a wrong password and a disabled account apart', async () => {
    const admin = await office.staff('admin');
    const gone = await office.staff('editor');
    expect((await admin.ask('PATCH', `/api/v1/staff/${gone.id}`, { disabled: true })).status).toBe(200);
    const unknown = await errorOf(await office.logIn('nobody', PASSWORD));
    expect(unknown).toMatchObject({ status: 401, code: 'wrong_credentials' });
    expect(await errorOf(await office.logIn(admin.username, 'wrong-password'))).toEqual(unknown);
    expect(await errorOf(await office.logIn(gone.username, PASSWORD))).toEqual(unknown);
  });

  it('takes the name in capitals too', async () => {
    const { username } = await office.staff('editor');
    expect((await office.logIn(username.toUpperCase())).status).toBe(200);
  });

  it('ends the session that the browser held, and starts one with another token', async () => {
    const old = await office.staff('editor');
    const again = await deskOf(office.url, await office.logIn(old.username, PASSWORD, { Cookie: old.cookie }), old);
    expect([again.cookie === old.cookie, again.csrf === old.csrf]).toEqual([false, false]);
    expect((await old.ask('GET', '/api/v1/session')).status).toBe(401);
    expect((await again.ask('GET', '/api/v1/session')).status).toBe(200);
  });

  it('never adopts a session token that somebody else chose', async () => {
    const { username } = await office.staff('editor');
    const answer = await office.logIn(username, PASSWORD, { Cookie: 'xy_session=chosen-by-another' });
    expect(answer.headers.getSetCookie()[0]).not.toContain('chosen-by-another');
    const with_ = { headers: { Cookie: 'xy_session=chosen-by-another' } };
    expect((await fetch(`${office.url}/api/v1/session`, with_)).status).toBe(401);
  });
});

describe('a session', () => {
  it('ends by logging out, here and not elsewhere', async () => {
    const here = await office.staff('editor');
    const there = await deskOf(office.url, await office.logIn(here.username), here);
    const out = await here.ask('DELETE', '/api/v1/session');
    expect(out.headers.getSetCookie()[0]).toMatch(/^xy_session=;/);
    expect((await here.ask('GET', '/api/v1/session')).status).toBe(401);
    expect((await there.ask('GET', '/api/v1/session')).status).toBe(200);
  });

  it('ends after sessionHours', async () => {
    const desk = await office.staff('editor');
    offset = 8 * 3_600_000 - 60_000;
    expect((await desk.ask('GET', '/api/v1/session')).status).toBe(200);
    offset = 8 * 3_600_000 + 1_000;
    expect((await desk.ask('GET', '/api/v1/session')).status).toBe(401);
    offset = 0;
  });

  it.each([
    ['the account is disabled', { disabled: true }],
    ['its role changes', { role: 'supervisor' }],
    ['its password is set by the administrator', { password: NEW_PASSWORD }],
  ])('ends at once where %s', async (_, change) => {
    const admin = await office.staff('admin');
    const desk = await office.staff('editor');
    expect((await desk.ask('GET', '/api/v1/articles')).status).toBe(200);
    expect((await admin.ask('PATCH', `/api/v1/staff/${desk.id}`, change)).status).toBe(200);
    expect((await desk.ask('GET', '/api/v1/articles')).status).toBe(401);
    expect(await audited(desk.id)).toEqual(['staff.create', 'staff.change']);
  });

  it('goes on where only the name or the unit changes, and knows them at once', async () => {
    const admin = await office.staff('admin');
    const desk = await office.staff('clerk', 'mzb');
    await admin.ask('PATCH', `/api/v1/staff/${desk.id}`, { unit: 'lyz', name: '老张' });
    const { staff } = (await (await desk.ask('GET', '/api/v1/session')).json()) as { staff: object };
    expect(staff).toMatchObject({ unit: 'lyz', name: '老张' });
  });

  it('started with a password that is being changed does not outlive the change', async () => {
    const admin = await office.staff('admin');
    for (let round = 0; round < 5; round += 1) {
      const { id, username } = await office.staff('editor');
      const [entered, changed] = await Promise.all([
        office.logIn(username),
        admin.ask('PATCH', `/api/v1/staff/${id}`, { password: NEW_PASSWORD }),
      ]);
      expect(changed.status).toBe(200);
      if (entered.status !== 200) continue;
      const desk = await deskOf(office.url, entered, { id, username });
      expect((await desk.ask('GET', '/api/v1/session')).status).toBe(401);
    }
  });
});

describe('the own password', () => {
  it('changes with the old one; every other session ends and this one gets a new token', async () => {
    const desk = await office.staff('editor');
    const other = await deskOf(office.url, await office.logIn(desk.username), desk);
    const answer = await desk.ask('PUT', '/api/v1/session/password', { current: PASSWORD, next: NEW_PASSWORD });
    const renewed = await deskOf(office.url, answer, desk);
    expect((await desk.ask('GET', '/api/v1/session')).status).toBe(401);
    expect((await other.ask('GET', '/api/v1/session')).status).toBe(401);
    expect((await renewed.ask('GET', '/api/v1/session')).status).toBe(200);
    expect((await office.logIn(desk.username, PASSWORD)).status).toBe(401);
    expect((await office.logIn(desk.username, NEW_PASSWORD)).status).toBe(200);
    expect(await audited(desk.id)).toEqual(['staff.create', 'staff.password', 'staff.login_failed']);
  });

  it.each([
    ['the old one wrong', { current: 'wrong-password', next: NEW_PASSWORD }, '现在的密码不对。'],
    ['a short one', { current: PASSWORD, next: 'short' }, '填写的内容不对，请检查后再提交。'],
    ['a common one', { current: PASSWORD, next: '12345678' }, '这个密码太容易猜，请换一个。'],
    ['the same one', { current: PASSWORD, next: PASSWORD }, '新密码要和现在的不一样。'],
  ])('stays with %s, and so does the session', async (_, body, message) => {
    const desk = await office.staff('editor');
    const got = await errorOf(await desk.ask('PUT', '/api/v1/session/password', body));
    expect(got).toMatchObject({ status: 400, code: 'invalid_input', message });
    expect((await desk.ask('GET', '/api/v1/session')).status).toBe(200);
    expect((await office.logIn(desk.username)).status).toBe(200);
  });
});

describe('binding a phone', () => {
  const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;
  it('takes the newest code, once, within ten minutes', async () => {
    const desk = await office.staff('leader');
    const old = await codeOf(await desk.ask('POST', '/api/v1/session/bind'));
    const code = await codeOf(await desk.ask('POST', '/api/v1/session/bind'));
    expect(await office.app.staff.redeemBindCode(old, 'phone-1')).toBeNull();
    expect(await office.app.staff.redeemBindCode(code.toLowerCase(), 'phone-1')).toBe(desk.username);
    expect(await office.app.staff.redeemBindCode(code, 'phone-2')).toBeNull();
    expect(await office.app.staff.phoneOf(desk.id)).toBe('phone-1');
    expect(await audited(desk.id)).toEqual(['staff.create', 'staff.bind']);
    const late = await codeOf(await desk.ask('POST', '/api/v1/session/bind'));
    offset = 600_001;
    expect(await office.app.staff.redeemBindCode(late, 'phone-3')).toBeNull();
    offset = 0;
  });

  it('is undone where the account is disabled', async () => {
    const admin = await office.staff('admin');
    const desk = await office.staff('leader');
    await office.app.staff.redeemBindCode(await codeOf(await desk.ask('POST', '/api/v1/session/bind')), 'phone-4');
    const unused = await codeOf(await desk.ask('POST', '/api/v1/session/bind'));
    await admin.ask('PATCH', `/api/v1/staff/${desk.id}`, { disabled: true });
    expect(await office.app.staff.phoneOf(desk.id)).toBeNull();
    expect(await office.app.staff.redeemBindCode(unused, 'phone-5')).toBeNull();
  });
});
