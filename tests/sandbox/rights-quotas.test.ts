import { describe, expect, test } from 'vitest';
import { APIS } from '../../src/sandbox/platform.ts';
import { addDraft, picture, startBench } from './support.ts';

const verifiedOnly = Object.entries(APIS).filter(([, api]) => api.right === 'verified');
const serviceOnly = Object.entries(APIS).filter(([, api]) => api.right === 'verified_service');
const call = (path: string, method: string): [string, unknown] => [
  path.replace('/cgi-bin/', ''),
  method === 'POST' ? {} : undefined,
];

describe('rights by account', () => {
  test('an unverified account is refused everything that needs verification, with 48001', async () => {
    const bench = await startBench({ verified: false, type: 'service' });
    for (const [path, { method }] of [...verifiedOnly, ...serviceOnly]) {
      expect([path, (await bench.api(...call(path, method))).errcode]).toEqual([path, 48001]);
    }
    const names = verifiedOnly.map(([path]) => path.replace('/cgi-bin/', ''));
    for (const name of [
      'message/custom/send',
      'message/mass/sendall',
      'tags/create',
      'user/get',
      'menu/create',
      'media/get',
    ]) {
      expect(names).toContain(name);
    }
  });

  test('an unverified account still uploads and keeps drafts', async () => {
    const bench = await startBench({ verified: false });
    expect((await addDraft(bench)).errcode).toBeUndefined();
    expect((await bench.upload('media/uploadimg', await picture('png'), 'a.png')).errcode).toBeUndefined();
  });

  test('a subscription account is refused what only service accounts may do', async () => {
    const bench = await startBench();
    expect(serviceOnly.map(([path]) => path)).toEqual([
      '/cgi-bin/message/mass/send',
      '/cgi-bin/qrcode/create',
      '/cgi-bin/template/get_all_private_template',
      '/cgi-bin/message/template/send',
    ]);
    for (const [path, { method }] of serviceOnly) {
      expect((await bench.api(...call(path, method))).errcode).toBe(48001);
    }
  });
});

describe('daily quotas', () => {
  /** The platform's figures for a new verified account. */
  test.each([
    ['menu/create', 1_000],
    ['menu/get', 10_000],
    ['menu/delete', 1_000],
    ['media/upload', 100_000],
    ['media/get', 200_000],
    ['message/custom/send', 500_000],
    ['message/mass/sendall', 100],
    ['message/mass/send', 100],
    ['message/mass/delete', 10],
    ['qrcode/create', 100_000],
    ['user/get', 500],
    ['user/info', 5_000_000],
    ['user/info/updateremark', 10_000],
    ['draft/add', 1_000],
    ['draft/get', 500],
    ['draft/delete', 1_000],
    ['draft/update', 1_000],
    ['draft/count', 1_000],
    ['draft/batchget', 1_000],
    ['message/template/send', 100_000],
    ['stable_token', 500_000],
  ])('%s has %d a day', (path, limit) => {
    expect(APIS[`/cgi-bin/${path}`]?.daily?.limit).toBe(limit);
  });

  const limited = Object.entries(APIS).filter(([, api]) => api.daily !== undefined && api.needsToken !== false);

  test.each(limited)('%s: one call too many is 45009', async (path, api) => {
    const key = api.daily?.key ?? path.replace('/cgi-bin/', '');
    const bench = await startBench({ type: 'service', quotas: { [key]: 2 } });
    const once = async () =>
      (api.upload === true
        ? await bench.upload(path.replace('/cgi-bin/', ''), Buffer.from('x'), 'x')
        : await bench.api(...call(path, api.method))
      ).errcode;
    expect(await once()).not.toBe(45009);
    expect(await once()).not.toBe(45009);
    expect(await once()).toBe(45009);
  });

  test('the plain token has 2,000 a day, of the test account 200', async () => {
    const bench = await startBench({ quotas: { token: 1 } });
    const { appId, appSecret } = bench.sandbox;
    const query = `grant_type=client_credential&appid=${appId}&secret=${appSecret}`;
    const fetchToken = async () =>
      (await (await fetch(`${bench.sandbox.url}/cgi-bin/token?${query}`)).json()) as { errcode?: number };
    expect((await fetchToken()).errcode).toBeUndefined();
    expect((await fetchToken()).errcode).toBe(45009);
  });

  test('begin again at midnight in China, or by clear_quota ten times a month', async () => {
    const bench = await startBench({ quotas: { 'draft/count': 1 } });
    const appid = bench.sandbox.appId;
    expect((await bench.api('clear_quota', { appid: 'wx1' })).errcode).toBe(40013);
    for (let i = 0; i < 10; i += 1) {
      expect((await bench.api('draft/count')).errcode).toBeUndefined();
      expect((await bench.api('draft/count')).errcode).toBe(45009);
      expect((await bench.api('clear_quota', { appid })).errcode).toBe(0);
    }
    expect((await bench.api('clear_quota', { appid })).errcode).toBe(48006);
    await bench.api('draft/count');
    const countLater = async () => {
      const url = `${bench.sandbox.url}/cgi-bin/draft/count?access_token=${await bench.token()}`;
      return ((await (await fetch(url)).json()) as { errcode?: number }).errcode;
    };
    await bench.clock(13 * 3_600);
    expect(await countLater()).toBe(45009);
    await bench.clock(14 * 3_600 + 60);
    expect(await countLater()).toBeUndefined();
  });

  test('stable_token over 10,000 a minute would be 45011', () => {
    expect(APIS['/cgi-bin/stable_token']?.perMinute).toEqual({ key: 'stable_token', limit: 10_000, errcode: 45011 });
  });
});
