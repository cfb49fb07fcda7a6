import { describe, expect, test } from 'vitest';
import { startBench } from './support.ts';

const click = (name: string, key = 'K') => ({ type: 'click', name, key });

describe('menu', () => {
  test('is kept as given, and menu/get and menu/delete know when there is none', async () => {
    const bench = await startBench();
    expect((await bench.api('menu/get')).errcode).toBe(46003);
    const button = [
      click('我要投诉'),
      { name: '服务', sub_button: [{ type: 'view', name: '首页', url: 'http://a.cn/' }] },
    ];
    expect((await bench.api('menu/create', { button })).errcode).toBe(0);
    const got = (await bench.api('menu/get')) as unknown as { menu: { button: { name: string }[] } };
    expect(got.menu.button.map(({ name }) => name)).toEqual(['我要投诉', '服务']);
    expect((await bench.api('menu/delete')).errcode).toBe(0);
    expect((await bench.api('menu/get')).errcode).toBe(46003);
  });

  test.each([
    ['no button', [], 40016],
    ['four buttons', ['一', '二', '三', '四'].map((name) => click(name)), 40016],
    ['six in a sub-menu', [{ name: '更多', sub_button: ['1', '2', '3', '4', '5', '6'].map((n) => click(n)) }], 40023],
    ['a name over 16 bytes', [click('办事指南查询')], 40018],
    ['a sub-menu name over 60 bytes', [{ name: '更多', sub_button: [click('一'.repeat(21))] }], 40025],
    ['a key over 128 bytes', [click('查询', 'k'.repeat(129))], 40019],
    ['a sub-menu without key', [{ name: '更多', sub_button: [{ type: 'click', name: '查' }] }], 40026],
    ['an address over 1,024 bytes', [{ type: 'view', name: '页', url: `http://a.cn/${'x'.repeat(1_024)}` }], 40020],
    ['an address that is none', [{ type: 'view', name: '页', url: 'javascript:alert(1)' }], 40055],
    ['an unknown type', [{ type: 'dance', name: '页' }], 40017],
    ['unknown media', [{ type: 'media_id', name: '页', media_id: 'no' }], 40007],
  ])('refuses %s', async (_what, button, errcode) => {
    const bench = await startBench();
    expect((await bench.api('menu/create', { button })).errcode).toBe(errcode);
    expect((await bench.state()).menu).toBeNull();
  });

  test('takes a name of exactly 16 bytes and refuses escapes instead of characters', async () => {
    const bench = await startBench();
    expect((await bench.api('menu/create', { button: [click('办事指南一')] })).errcode).toBe(0);
    const body = '{"button":[{"type":"click","name":"\\u529e\\u4e8b","key":"K"}]}';
    const url = `${bench.sandbox.url}/cgi-bin/menu/create?access_token=${await bench.token()}`;
    const answer = (await (await fetch(url, { method: 'POST', body })).json()) as { errcode: number };
    expect(answer.errcode).toBe(40033);
  });
});

describe('tags', () => {
  test('refuses the 101st, a second of the same name, an empty and a long name', async () => {
    const bench = await startBench();
    for (let i = 0; i < 100; i += 1) {
      expect((await bench.api('tags/create', { tag: { name: `村 ${i}` } })).errcode).toBeUndefined();
    }
    expect((await bench.api('tags/create', { tag: { name: '再来一个' } })).errcode).toBe(45056);
    expect((await bench.api('tags/create', { tag: { name: '村 1' } })).errcode).toBe(45157);
    expect((await bench.api('tags/create', { tag: { name: '' } })).errcode).toBe(45157);
    expect((await bench.api('tags/create', { tag: { name: '一'.repeat(11) } })).errcode).toBe(45158);
  });

  test('keeps its reserved ids and refuses unknown ones', async () => {
    const bench = await startBench();
    for (const id of [0, 1, 2]) {
      expect((await bench.api('tags/update', { tag: { id, name: '改' } })).errcode).toBe(45058);
      expect((await bench.api('tags/delete', { tag: { id } })).errcode).toBe(45058);
    }
    expect((await bench.api('tags/delete', { tag: { id: 777 } })).errcode).toBe(45159);
  });

  test('tags at most 50 openids in one call, followers only, and a person at most 20 times', async () => {
    const bench = await startBench();
    const openids = await bench.residents(51);
    const stranger = await bench.resident(false);
    const { tag } = (await bench.api('tags/create', { tag: { name: '东村' } })) as unknown as { tag: { id: number } };
    const batch = async (openid_list: string[], tagid: number, path = 'batchtagging') =>
      (await bench.api(`tags/members/${path}`, { openid_list, tagid })).errcode;
    expect(await batch(openids, tag.id)).toBe(40032);
    expect(await batch([], tag.id)).toBe(40032);
    expect(await batch(openids.slice(0, 50), 777)).toBe(45159);
    expect(await batch([openids[0] ?? '', stranger], tag.id)).toBe(40003);
    expect((await bench.state()).tags.find(({ id }) => id === tag.id)?.count).toBe(0);
    expect(await batch(openids.slice(0, 50), tag.id)).toBe(0);
    expect((await bench.state()).tags.find(({ id }) => id === tag.id)?.count).toBe(50);
    expect(await batch(openids.slice(0, 10), tag.id, 'batchuntagging')).toBe(0);
    const members = await bench.api('user/tag/get', { tagid: tag.id, next_openid: '' });
    expect(members['count']).toBe(40);
    for (let i = 0; i < 20; i += 1) {
      const made = (await bench.api('tags/create', { tag: { name: `t${i}` } })) as unknown as { tag: { id: number } };
      expect(await batch([openids[0] ?? ''], made.tag.id)).toBe(0);
    }
    expect(await batch([openids[0] ?? ''], tag.id)).toBe(45059);
    const list = await bench.api('tags/getidlist', { openid: openids[0] });
    expect((list['tagid_list'] as number[]).length).toBe(20);
  });

  test('a resident who leaves loses the tags', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    const { tag } = (await bench.api('tags/create', { tag: { name: '东村' } })) as unknown as { tag: { id: number } };
    await bench.api('tags/members/batchtagging', { openid_list: [openid], tagid: tag.id });
    await bench.say(openid, { type: 'unsubscribe' });
    await bench.say(openid, { type: 'subscribe' });
    expect((await bench.api('tags/getidlist', { openid }))['tagid_list']).toEqual([]);
  });
});

describe('followers', () => {
  test('come in pages; the last page ends in both ways that are seen', async () => {
    const bench = await startBench({ behaviour: { followersPageSize: 2 } });
    expect(await bench.api('user/get')).toEqual({ total: 0, count: 0, next_openid: '' });
    const openids = await bench.residents(3);
    const first = await bench.api('user/get');
    expect(first).toEqual({ total: 3, count: 2, data: { openid: openids.slice(0, 2) }, next_openid: openids[1] });
    const last = await bench.api(`user/get?next_openid=${openids[1] ?? ''}`);
    expect(last).toEqual({ total: 3, count: 1, data: { openid: [openids[2]] }, next_openid: openids[2] });
    const beyond = await bench.api(`user/get?next_openid=${openids[2] ?? ''}`);
    expect(beyond).toEqual({ total: 3, count: 0, next_openid: '' });
    await bench.control('POST', 'behaviour', { endOfList: 'empty' });
    expect((await bench.api(`user/get?next_openid=${openids[1] ?? ''}`))['next_openid']).toBe('');
    expect((await bench.api('user/get?next_openid=nobody')).errcode).toBe(40003);
  });

  test('a page holds 10,000', async () => {
    const bench = await startBench();
    await bench.residents(10_001);
    const page = await bench.api('user/get');
    expect([page['total'], page['count']]).toEqual([10_001, 10_000]);
    const rest = await bench.api(`user/get?next_openid=${String(page['next_openid'])}`);
    expect(rest['count']).toBe(1);
  });

  test('infos say who follows, know nobody else, and come at most 100 at once', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    const gone = await bench.resident(false);
    const user_list = [openid, gone].map((one) => ({ openid: one, lang: 'zh_CN' }));
    const { user_info_list } = (await bench.api('user/info/batchget', { user_list })) as unknown as {
      user_info_list: { subscribe: number; nickname?: string }[];
    };
    expect(user_info_list.map(({ subscribe }) => subscribe)).toEqual([1, 0]);
    expect(user_info_list[0]?.nickname).toBe('');
    expect((await bench.api('user/info?openid=nobody')).errcode).toBe(40003);
    const many = Array.from({ length: 101 }, () => ({ openid }));
    expect((await bench.api('user/info/batchget', { user_list: many })).errcode).toBe(40032);
  });
});
