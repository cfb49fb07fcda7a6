import { beforeAll, describe, expect, it } from 'vitest';
import { deskOf, PASSWORD, startOffice, type Desk, type Office } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

const { uri } = testDatabase();
let office: Office;
let admin: Desk;
beforeAll(async () => {
  office = await startOffice({ uri });
  admin = await office.staff('admin');
});

let count = 0;
const input = (over: object = {}) => {
  count += 1;
  return { username: `new.one-${count}`, password: PASSWORD, name: '小王', role: 'editor', ...over };
};
interface View {
  id: string;
  username: string;
}

describe('POST /staff', () => {
  it('opens an account that can log in, and says nothing of the password', async () => {
    const wanted = input({ role: 'clerk', unit: 'mzb' });
    const answer = await admin.ask('POST', '/api/v1/staff', wanted);
    expect(answer.status).toBe(201);
    const { password: _, ...rest } = wanted;
    expect(await answer.json()).toEqual({
      ...rest,
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      disabled: false,
      bound: false,
    });
    expect((await office.logIn(wanted.username)).status).toBe(200);
  });

  it.each([
    ['a name that is taken', { username: 'admin1' }, 409, '这个用户名已经有了。'],
    ['a clerk without a unit', { role: 'clerk' }, 400, '站所经办人要选一个站所。'],
    ['a unit nobody knows', { unit: 'nowhere' }, 400, /^没有这个站所，只能是：.*民政办/],
    ['a role nobody knows', { role: 'root' }, 400, '填写的内容不对，请检查后再提交。'],
    ['a short password', { password: '1234567' }, 400, '填写的内容不对，请检查后再提交。'],
    ['a common password', { password: '88888888' }, 400, '这个密码太容易猜，请换一个。'],
    ['the name as password', { username: 'longname1', password: 'LongName1' }, 400, '这个密码太容易猜，请换一个。'],
    ['a name with a space', { username: 'a b' }, 400, '填写的内容不对，请检查后再提交。'],
    ['an operator as name', { username: { $ne: null } }, 400, '填写的内容不对，请检查后再提交。'],
    ['a field nobody knows', { disabled: true }, 400, '填写的内容不对，请检查后再提交。'],
  ])('refuses %s and opens nothing', async (_, over, status, message) => {
    const before = await office.app.staff.list(undefined, 1_000);
    const answer = await admin.ask('POST', '/api/v1/staff', input(over));
    const { error } = (await answer.json()) as { error: { message: string } };
    expect(answer.status).toBe(status);
    expect(error.message).toMatch(message);
    expect(await office.app.staff.list(undefined, 1_000)).toEqual(before);
  });
});

describe('GET /staff', () => {
  it('lists by username, page by page, without passwords or phones', async () => {
    for (let more = 0; more < 3; more += 1) await admin.ask('POST', '/api/v1/staff', input());
    const names: string[] = [];
    let cursor = '';
    do {
      const answer = await admin.ask('GET', `/api/v1/staff?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { items: View[]; nextCursor: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      expect(Object.keys(page.items[0] ?? {}).sort()).toEqual(
        ['bound', 'disabled', 'id', 'name', 'role', 'unit', 'username'].sort(),
      );
      names.push(...page.items.map(({ username }) => username));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(names).toEqual((await office.app.staff.list(undefined, 1_000)).map(({ username }) => username));
    expect(names).toEqual([...names].sort());
  });
  it.each(['limit=101', 'limit=0', 'limit=x', 'cursor=x', 'cursor=eyIkZ3QiOiIifQ', 'role=admin', 'limit=2&limit=3'])(
    'refuses ?%s',
    async (query) => expect((await admin.ask('GET', `/api/v1/staff?${query}`)).status).toBe(400),
  );
});

describe('PATCH /staff/:id', () => {
  it('disables and enables again', async () => {
    const { id, username } = (await (await admin.ask('POST', '/api/v1/staff', input())).json()) as View;
    await admin.ask('PATCH', `/api/v1/staff/${id}`, { disabled: true });
    expect((await office.logIn(username)).status).toBe(401);
    await admin.ask('PATCH', `/api/v1/staff/${id}`, { disabled: false });
    expect((await office.logIn(username)).status).toBe(200);
  });

  it('makes nobody a clerk of no unit', async () => {
    const { id } = (await (await admin.ask('POST', '/api/v1/staff', input())).json()) as View;
    expect((await admin.ask('PATCH', `/api/v1/staff/${id}`, { role: 'clerk' })).status).toBe(400);
    expect((await admin.ask('PATCH', `/api/v1/staff/${id}`, { role: 'clerk', unit: 'lyz' })).status).toBe(200);
  });

  it('answers 404 for an id that nobody has and for what is no id', async () => {
    for (const id of ['0'.repeat(24), 'x', '..%2fsession']) {
      expect((await admin.ask('PATCH', `/api/v1/staff/${id}`, { name: '小' })).status).toBe(404);
    }
  });
});

describe('the last administrator', () => {
  it('stays one, however often two disable each other at once', async () => {
    const other = await office.staff('admin');
    const system = { kind: 'system', part: 'test' } as const;
    for (let round = 0; round < 8; round += 1) {
      const both = [admin, other].map(async ({ id }) => office.app.staff.change(system, id, { disabled: true }));
      expect((await Promise.allSettled(both)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const { id } of [admin, other]) await office.app.staff.change(system, id, { disabled: false });
    }
    await office.app.staff.change(system, other.id, { disabled: true });
    admin = await deskOf(office.url, await office.logIn(admin.username), admin);
  });

  it('stays one, also where two remove each other at the same moment', async () => {
    const other = await office.staff('admin');
    const path = (desk: Desk) => `/api/v1/staff/${desk.id}`;
    const answers = await Promise.all([
      admin.ask('PATCH', path(other), { disabled: true }),
      other.ask('PATCH', path(admin), { role: 'editor' }),
    ]);
    const active = (await office.app.staff.list(undefined, 1_000)).filter(
      (one) => one.role === 'admin' && !one.disabled,
    );
    expect(active).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const [last] = active;
    const desk = await deskOf(office.url, await office.logIn(last!.username), last!);
    for (const change of [{ disabled: true }, { role: 'leader' }]) {
      const answer = await desk.ask('PATCH', `/api/v1/staff/${desk.id}`, change);
      expect(answer.status).toBe(409);
      expect(((await answer.json()) as { error: { message: string } }).error.message).toBe(
        '至少要留一个能用的管理员账号。',
      );
    }
    expect((await desk.ask('GET', '/api/v1/staff')).status).toBe(200);
  });
});
