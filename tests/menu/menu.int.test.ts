import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/audit/index.ts';
import { createMenu } from '../../src/menu/index.ts';
import type { MenuView, PublishView } from '../../src/menu/menu.contract.ts';
import { type Menu, menuSchema } from '../../src/platform/config/menu.ts';
import { callRoute, DISPATCHER, type World, world } from '../briefings/harness.ts';
import { testDatabase } from '../support/stores.ts';

const database = testDatabase();
const MENU: Menu = {
  button: [
    { name: '看公开', sub_button: [{ type: 'click', name: '最新信息', key: 'LATEST' }] },
    { type: 'view', name: '官网', url: 'https://town.example.cn/' },
    { type: 'click', name: '帮助', key: 'HELP' },
  ],
};
let town: World;
let audit: AuditEntry[];

beforeEach(async () => {
  town = await world(database.uri);
  audit = [];
  await town.connection.collection('menus').deleteMany({});
});

const CHOICES = [
  { key: 'LATEST', name: '最新信息' },
  { key: 'HELP', name: '帮助' },
];
function routes(configured: Menu = MENU, choices = CHOICES) {
  return createMenu({
    configured,
    choices,
    connection: town.connection,
    wechat: town.client,
    transact: town.transact,
    clock: town.clock,
    audit: { record: async (_tx, entry) => void audit.push(entry) },
  }).routes;
}
const look = async (configured?: Menu) => callRoute<MenuView>(routes(configured), 'get', '/api/v1/menu');
const publish = async (configured?: Menu) =>
  callRoute<PublishView>(routes(configured), 'post', '/api/v1/menu/publish', { body: {} });
const live = async () => (await town.control<{ menu: unknown }>('GET', '/_/state')).menu;
const calls = async (api: string) => (await town.ledger()).calls.filter((call) => call.api.endsWith(api)).length;
const outcomes = () => audit.map(({ facts }) => facts?.['outcome']);

describe('the menu', () => {
  test('is compared before it is published, and the comparison changes nothing', async () => {
    expect(await look()).toMatchObject({ live: null, same: false, problems: [] });
    expect((await look()).changes).toEqual([
      { kind: 'added', text: '新增“看公开”：打开下级（最新信息）。' },
      { kind: 'added', text: '新增“官网”：打开网页 https://town.example.cn/。' },
      { kind: 'added', text: '新增“帮助”：打开功能“帮助”。' },
    ]);
    expect(await live()).toBeNull();
    expect(audit).toEqual([]);
  });

  test('is published, read back and audited; a second time nothing is sent', async () => {
    expect(await publish()).toMatchObject({ published: true, same: true, changes: [] });
    expect(await live()).toMatchObject([{ name: '看公开' }, { name: '官网' }, { name: '帮助', key: 'HELP' }]);
    expect(outcomes()).toEqual(['asked', 'live']);
    expect(audit[0]).toMatchObject({ action: 'menu.publish', actor: { id: DISPATCHER.id } });
    expect(await publish()).toMatchObject({ published: false, same: true });
    expect(await calls('menu/create')).toBe(1);
  });

  test('that somebody changed on the platform is shown and put right', async () => {
    await publish();
    await town.client.createMenu({ button: [{ name: '广告', type: 'click', key: 'AD' }] });
    expect((await look()).changes).toContainEqual({ kind: 'removed', text: '去掉“广告”。' });
    await publish();
    expect((await look()).same).toBe(true);
  });

  test('with a key that nobody answers is not published', async () => {
    const wrong: Menu = { button: [{ type: 'click', name: '坏', key: 'NOBODY' }] };
    expect((await look(wrong)).problems).toEqual([expect.stringContaining('NOBODY')]);
    await expect(publish(wrong)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await calls('menu/create')).toBe(0);
  });

  test('that the platform refuses stays as it was, with the reason', async () => {
    await town.fault({ path: 'menu/create', errcode: 40018 });
    await expect(publish()).rejects.toMatchObject({ code: 'platform_refused' });
    expect(outcomes()).toEqual(['asked', 'refused']);
    expect(await live()).toBeNull();
  });

  test('after a lost answer is what the platform shows', async () => {
    await town.fault({ path: 'menu/create', dropAnswer: true });
    expect(await publish()).toMatchObject({ published: true, same: true });
    await town.control('POST', '/_/reset');
    await town.fault({ path: 'menu/create', status: 500 });
    await expect(publish()).rejects.toMatchObject({
      code: 'platform_refused',
      message: expect.stringContaining('不一致') as string,
    });
    expect(outcomes()).toEqual(['asked', 'live', 'asked', 'different']);
  });

  test('of an unverified account is shown for setting by hand', async () => {
    town = await world(database.uri, { verified: false });
    expect(await look()).toMatchObject({ live: null, problems: [expect.stringContaining('手工设置')] });
    await expect(publish()).rejects.toMatchObject({ code: 'platform_refused' });
    expect((await town.ledger()).calls).toEqual([]);
  });
});

describe('menu.json', () => {
  const leaf = { type: 'click', name: '好', key: 'LATEST' };
  test.each([
    ['no button', { button: [] }],
    ['four buttons', { button: [leaf, leaf, leaf, leaf] }],
    ['six below one', { button: [{ name: '多', sub_button: [leaf, leaf, leaf, leaf, leaf, leaf] }] }],
    ['a name of 17 bytes', { button: [{ ...leaf, name: '五个汉字呀ab' }] }],
    [
      'a sub-menu’s name of 61 bytes',
      { button: [{ name: '多', sub_button: [{ ...leaf, name: `${'汉'.repeat(20)}a` }] }] },
    ],
    ['a key of 129 bytes', { button: [{ ...leaf, key: 'K'.repeat(129) }] }],
    ['an address of 1,025 bytes', { button: [{ type: 'view', name: '好', url: `https://a/${'b'.repeat(1_015)}` }] }],
    ['a type that chat does not know', { button: [{ ...leaf, type: 'scancode_push' }] }],
    ['a button that opens and sends', { button: [{ ...leaf, sub_button: [leaf] }] }],
    ['two buttons of one name', { button: [leaf, { ...leaf, key: 'HELP' }] }],
    ['two of one name below one', { button: [{ name: '多', sub_button: [leaf, leaf] }] }],
    ['a name of blanks', { button: [{ ...leaf, name: '  ' }] }],
    ['a link that is no web page', { button: [{ type: 'view', name: '好', url: 'javascript:alert(1)' }] }],
    ['a link without a host', { button: [{ type: 'view', name: '好', url: 'https://' }] }],
    ['a link with a gap', { button: [{ type: 'view', name: '好', url: 'https://a.cn/ b' }] }],
  ])('with %s is refused when the configuration is read', (_what, menu) => {
    expect(menuSchema.safeParse(menu).success).toBe(false);
  });

  test('at its limits is taken, by the platform too', async () => {
    const widest: Menu = {
      button: [
        {
          name: '五个汉字呀a',
          sub_button: Array.from({ length: 5 }, (_, at) => ({
            type: 'click' as const,
            name: `${'汉'.repeat(19)}字${at}`.slice(-20),
            key: at === 0 ? 'LATEST' : 'HELP',
          })),
        },
        { type: 'view', name: '好', url: `https://a.example.cn/${'b'.repeat(1_000)}` },
      ],
    };
    expect(menuSchema.safeParse(widest).success).toBe(true);
    expect((await publish(widest)).same).toBe(true);
  });
});
