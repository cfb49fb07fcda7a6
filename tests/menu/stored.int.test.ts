import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MenuView, PublishView } from '../../src/menu/menu.contract.ts';
import type { Menu } from '../../src/platform/config/menu.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

interface Refusal {
  readonly error: { code: string; message: string; details?: { path: string; problem: string }[] };
}
const help = { type: 'click', name: '帮助', key: 'HELP' } as const;
const OURS: Menu['button'] = [
  help,
  {
    name: '看看',
    sub_button: [
      { type: 'click', name: '最新', key: 'LATEST' },
      { type: 'view', name: '官网', url: 'https://town.example.cn/' },
    ],
  },
];

let town: Town;
let one: StaffClient;
let other: StaffClient;
const menus = () => town.app.mongo.work.collection('menus');
const rows = async (action: string) =>
  town.app.mongo.work.collection('audit_log').find({ action }).sort({ _id: 1 }).toArray();

const { uri } = testDatabase();
beforeAll(async () => {
  town = await startTown({ uri });
  [one, other] = await Promise.all([town.staff('dispatcher'), town.staff('dispatcher')]);
}, 60_000);
beforeEach(async () => {
  await menus().deleteMany({});
  await town.control('POST', '/_/reset');
});

const look = () => one.get<MenuView>('/menu');
const put = (who: StaffClient, baseVersion: number, button: unknown) =>
  who.request('PUT', '/menu', { baseVersion, button });
const saved = async (who: StaffClient, baseVersion: number, button: unknown = OURS): Promise<MenuView> => {
  const { status, body } = await put(who, baseVersion, button);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as MenuView;
};
const refused = (answer: { status: number; body: unknown }) => ({
  status: answer.status,
  ...(answer.body as Refusal).error,
});
const live = async () =>
  (await town.control<{ menu: { name: string }[] | null }>('GET', '/_/state')).menu?.map(({ name }) => name);

describe('the stored menu', () => {
  test('stands for the file once it is saved, is published as it was looked at, a second time nothing is sent', async () => {
    expect(await look()).toMatchObject({ from: 'config', version: 0, savedBy: null, button: town.config.menu.button });
    const view = await saved(one, 0);
    expect(view).toMatchObject({
      from: 'stored',
      version: 1,
      savedBy: '示例',
      button: OURS,
      same: false,
      problems: [],
    });
    expect(await live()).toBeUndefined();
    const answer = await one.post<PublishView>('/menu/publish', { version: 1 });
    expect(answer).toMatchObject({ published: true, same: true, changes: [], version: 1 });
    expect(await live()).toEqual(['帮助', '看看']);
    expect(await one.post('/menu/publish')).toMatchObject({ published: false, same: true });
    await town.restart();
    expect(await look()).toMatchObject({ from: 'stored', version: 1, button: OURS, same: true });
  });

  test('keeps the second of two who saved at once from overwriting the first', async () => {
    const answers = await Promise.all([put(one, 0, [help]), put(other, 0, OURS)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect((await look()).version).toBe(1);
    const next = await Promise.all([put(one, 1, [{ ...help, name: '甲' }]), put(other, 1, [{ ...help, name: '乙' }])]);
    const lost = next.find(({ status }) => status === 409);
    expect(refused(lost!)).toMatchObject({ code: 'stale_version', message: expect.stringContaining('还没有保存') });
    expect((await look()).version).toBe(2);
    expect(await menus().countDocuments()).toBe(1);
  });

  test('is not published by one who looked at another', async () => {
    await saved(one, 0);
    await saved(other, 1, [help]);
    const answer = refused(await one.request('POST', '/menu/publish', { version: 1 }));
    expect(answer).toMatchObject({ status: 409, code: 'stale_version' });
    expect(await live()).toBeUndefined();
  });

  test('has a row in the audit for each version, and none for a save that changes nothing or fails', async () => {
    const before = (await rows('menu.edit')).length;
    await saved(one, 0);
    await saved(one, 1);
    await put(other, 0, [help]);
    await saved(other, 1, [help]);
    await one.request('DELETE', '/menu', { baseVersion: 2 });
    const made = (await rows('menu.edit')).slice(before);
    expect(made.map(({ facts }) => [facts.version, facts.from])).toEqual([
      [1, 'stored'],
      [2, 'stored'],
      [3, 'config'],
    ]);
    expect(made[1]?.actor).toMatchObject({ username: other.username });
  });

  test('gives way to the file again; its version goes on, so that an old screen cannot save over it', async () => {
    await saved(one, 0);
    const back = await one.request('DELETE', '/menu', { baseVersion: 1 });
    expect(back.body).toMatchObject({ from: 'config', version: 2, button: town.config.menu.button });
    expect((await put(other, 0, OURS)).status).toBe(409);
    expect((await put(other, 1, OURS)).status).toBe(409);
    expect((await one.request('DELETE', '/menu', { baseVersion: 1 })).status).toBe(409);
    await one.post('/menu/publish');
    expect(await live()).toEqual(town.config.menu.button.map(({ name }) => name));
    expect(await saved(other, 2)).toMatchObject({ from: 'stored', version: 3 });
  });

  test('that the platform refuses stays saved, and the live one stays', async () => {
    await one.post('/menu/publish');
    const before = await live();
    await saved(one, 0);
    await town.control('POST', '/_/faults', { path: 'menu/create', errcode: 40018 });
    expect(refused(await one.request('POST', '/menu/publish', { version: 1 })).code).toBe('platform_refused');
    expect(await live()).toEqual(before);
    expect(await look()).toMatchObject({ from: 'stored', version: 1, same: false });
    expect((await rows('menu.publish')).at(-1)?.facts).toMatchObject({
      outcome: 'refused',
      version: 1,
      from: 'stored',
    });
  });

  test.each<[string, unknown, string, string]>([
    ['no button', [], 'button', '至少 1 项'],
    ['four buttons', ['甲', '乙', '丙', '丁'].map((name) => ({ ...help, name })), 'button', '最多 3 项'],
    [
      'six below one',
      [{ name: '多', sub_button: Array.from('一二三四五六').map((name) => ({ ...help, name })) }],
      'button.0',
      '最多 5 项',
    ],
    [
      'a name of six characters',
      [{ ...help, name: '六个汉字名称' }],
      'button.0.name',
      '太长了：最多 16 个字节，一个汉字算 3 个',
    ],
    ['two of one name', [help, { ...help, key: 'LATEST' }], 'button.1.name', '同一级里已经有“帮助”，请换一个名称'],
    ['no name', [{ ...help, name: ' ' }], 'button.0.name', '请写上文字'],
    [
      'a link that is none',
      [{ type: 'view', name: '网', url: 'town.example.cn' }],
      'button.0.url',
      '网址要以 https://',
    ],
    ['a key that nobody answers', [{ ...help, key: 'NOBODY' }], 'button.0.key', '没有这个功能，请另选一个'],
    ['a category that is not', [{ ...help, key: 'CATEGORY_none' }], 'button.0.key', '没有这个功能，请另选一个'],
    ['an unknown field', [{ ...help, appid: 'wx' }], 'button.0.appid', '没有这一项，请去掉'],
    ['an operator', { $gt: '' }, 'button', '应当是列表'],
  ])('is refused with %s, in words and with its place', async (_what, button, path, problem) => {
    const answer = refused(await put(one, 0, button));
    expect(answer).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(answer.details).toContainEqual({ path, problem: expect.stringContaining(problem) });
    expect(await menus().countDocuments()).toBe(0);
  });

  test('is read and saved while the platform does not answer; what is live is then said to be unknown', async () => {
    await one.post('/menu/publish');
    await town.control('POST', '/_/faults', { path: 'menu/get', errcode: 45009, times: 100 });
    expect(await look()).toMatchObject({ liveKnown: false, same: false, changes: [], live: null });
    const view = await saved(one, 0);
    expect(view).toMatchObject({ from: 'stored', version: 1, button: OURS, liveKnown: false });
    expect(view.problems).toEqual([expect.stringContaining('问不到公众号上的菜单')]);
    expect((await one.request('POST', '/menu/publish')).status).toBeGreaterThanOrEqual(400);
    await town.control('POST', '/_/reset');
    expect(await look()).toMatchObject({ liveKnown: true, version: 1, problems: [] });
  });

  test('whose category was given up since is shown with what to do, and is not published', async () => {
    const code = town.config.categories[0]?.code ?? '';
    await saved(one, 0, [{ ...help, name: '公开', key: `CATEGORY_${code}` }]);
    await menus().updateOne({}, { $set: { 'button.0.key': 'CATEGORY_gone' } });
    const { problems } = await look();
    expect(problems).toEqual([expect.stringMatching(/“公开”.*另选一个功能，保存后再发布/)]);
    expect(refused(await one.request('POST', '/menu/publish')).code).toBe('invalid_input');
  });

  test('is edited by a dispatcher only; leader, supervisor and admin look', async () => {
    for (const role of ['leader', 'supervisor', 'admin', 'editor', 'discipline']) {
      const somebody = await town.staff(role);
      const mayLook = ['leader', 'supervisor', 'admin'].includes(role);
      expect((await somebody.request('GET', '/menu')).status, role).toBe(mayLook ? 200 : 403);
      expect((await put(somebody, 0, OURS)).status, role).toBe(403);
      expect((await somebody.request('DELETE', '/menu', { baseVersion: 0 })).status, role).toBe(403);
    }
    expect(await menus().countDocuments()).toBe(0);
  });

  test('offers every function by a Chinese name, each of them answered', async () => {
    const { choices, limits } = await look();
    expect(choices.length).toBe(5 + town.config.categories.length);
    expect(choices.filter(({ name }) => !/^[\p{Script=Han}：（）、“”]+$/u.test(name))).toEqual([]);
    expect(limits).toMatchObject({ top: 3, sub: 5, topNameBytes: 16, subNameBytes: 60 });
    const resident = await town.resident();
    const toTap = async (key: string) => (await resident.say({ type: 'click', key })).reply;
    const toNobody = await toTap('NOBODY');
    for (const { key } of choices) {
      const reply = await toTap(key);
      expect(reply, key).toMatchObject({ type: 'text' });
      expect(reply, key).not.toEqual(toNobody);
    }
    for (const key of ['LATEST', `CATEGORY_${town.config.categories[0]?.code ?? ''}`]) {
      expect((await put(one, (await look()).version, [{ ...help, key }])).status, key).toBe(200);
    }
  });
});
