import { beforeAll, describe, expect, it } from 'vitest';
import { sweepText } from '../../src/console/health/words.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

interface CallMemory {
  readonly lastOkAt: string | null;
  readonly lastFailedAt: string | null;
  readonly words: string | null;
}
interface Health {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly platform: { readonly token: CallMemory; readonly calls: CallMemory };
  readonly quota: { readonly left: number; readonly limit: number };
  readonly sweeps: readonly { readonly name: string }[];
}

let town: Town;

describe('the health of the service, in words', () => {
  const { uri } = testDatabase();
  beforeAll(async () => {
    town = await startTown({
      uri,
      env: { WECHAT_ACCOUNT_TYPE: 'service' },
      sandbox: { type: 'service' },
    });
  });

  it('tells that there is no access token, why, and that it is well again', async () => {
    const dispatcher = await town.staff('dispatcher');
    const look = async (): Promise<Health> => dispatcher.get<Health>('/health');
    const before = await look();
    expect(before.platform.token).toEqual({ lastOkAt: null, lastFailedAt: null, words: null });
    expect(before.quota).toEqual({ left: 4, limit: 4 });

    await town.control('POST', '/_/faults', { path: '/cgi-bin/stable_token', errcode: 40164, times: 1 });
    await dispatcher.request('POST', '/menu/publish', {});
    const bad = await look();
    expect(bad.platform.token.words).toContain('IP 白名单');
    expect(bad.problems.join()).toContain('取不到微信接口凭证');

    await dispatcher.request('POST', '/menu/publish', {});
    const good = await look();
    expect(good.platform.token.lastOkAt).not.toBeNull();
    expect(good.platform.calls.lastOkAt).not.toBeNull();
    expect(good.problems.join()).not.toContain('凭证');
  });

  it('tells that the clock is wrong, by the timestamps that the platform signs', async () => {
    const dispatcher = await town.staff('dispatcher');
    const clockLines = async () =>
      (await dispatcher.get<Health>('/health')).problems.filter((line) => line.includes('NTP'));
    expect(await clockLines()).toEqual([]);
    await town.control('POST', '/_/clock', { offsetSeconds: 120 });
    const { openid } = await town.control<{ openid: string }>('POST', '/_/residents', {});
    await town.control('POST', `/_/residents/${openid}/say`, { type: 'text', text: '帮助' });
    expect(await clockLines()).toEqual([expect.stringMatching(/^本机时间比微信平台慢 1[12]\d 秒/)]);
    await town.control('POST', '/_/clock', { offsetSeconds: 0 });
    await town.control('POST', `/_/residents/${openid}/say`, { type: 'text', text: '最新' });
    expect(await clockLines()).toEqual([]);
  });

  it('has a Chinese name for every task that runs by itself', async () => {
    const { sweeps } = await (await town.staff('admin')).get<Health>('/health');
    expect(sweeps.length).toBeGreaterThan(15);
    expect(sweeps.map(({ name }) => name).filter((name) => sweepText(name) === name)).toEqual([]);
  });
});
