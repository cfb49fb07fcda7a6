import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine, type CheckupDeps, type Findings } from '../../src/app/checkup.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { createMemoryTokenStore, createWechatClient } from '../../src/wechat/index.ts';
import { environment, startOffice, type Office } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

const { uri } = testDatabase();
let office: Office;
beforeAll(async () => {
  office = await startOffice({ uri });
});
const sandboxes: Sandbox[] = [];
afterAll(async () => {
  for (const sandbox of sandboxes) await sandbox.close();
});

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };

async function platform(
  options: SandboxOptions = {},
  verified = true,
): Promise<Sandbox & { deps: Partial<CheckupDeps> }> {
  const sandbox = await startSandbox(options);
  sandboxes.push(sandbox);
  const wechat = createWechatClient({
    appId: sandbox.appId,
    appSecret: sandbox.appSecret,
    apiBase: sandbox.url,
    accountType: sandbox.type,
    verified,
    tokenStore: createMemoryTokenStore(),
    clock: systemClock,
    log,
  });
  return { ...sandbox, deps: { wechat } };
}
const fault = (sandbox: Sandbox, body: object) =>
  fetch(`${sandbox.url}/_/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const check = async (over: Partial<CheckupDeps>): Promise<Findings> =>
  examine({
    config: loadConfig(environment({ PUBLIC_URL: 'https://town.example' })),
    connection: office.app.mongo.work,
    redis: null,
    staff: office.app.staff,
    wechat: office.app.wechat,
    clock: { now: () => new Date('2026-03-02T00:00:00Z') },
    platformTime: async () => null,
    ...over,
  });
const now = { clock: systemClock };

describe('npm run doctor', () => {
  it('names what the office lacks, until it is there', async () => {
    const { deps } = await platform();
    const before = (await check({ ...deps, ...now })).warnings.join('\n');
    for (const words of [
      '分管领导只有 0 位',
      '没有能用的管理员账号',
      '没有党政办账号',
      '没有纪委账号',
      '还没有菜单',
      '示例村名',
      'REDIS_URL',
    ]) {
      expect(before).toContain(words);
    }
    for (const role of ['leader', 'leader', 'admin', 'dispatcher', 'discipline'] as const) await office.staff(role);
    const after = await check({ ...deps, ...now });
    expect(after.broken).toEqual([]);
    expect(after.warnings.join('\n')).not.toMatch(/分管领导|账号/);
  });

  it('says in words which address the platform does not let in', async () => {
    const sandbox = await platform();
    await fault(sandbox, { path: '/cgi-bin/stable_token', errcode: 40_164, times: 1 });
    const { broken } = await check({ ...sandbox.deps, ...now });
    expect(broken).toEqual([expect.stringMatching(/^微信平台：服务器地址不在公众号的 IP 白名单里.*错误码 40164。/)]);
  });

  it('says so where the secret is wrong or nobody answers', async () => {
    const sandbox = await platform();
    await fault(sandbox, { path: '/cgi-bin/stable_token', errcode: 40_125, times: 1 });
    expect((await check({ ...sandbox.deps, ...now })).broken[0]).toMatch(/AppSecret 不对/);
    expect((await check(now)).broken).toEqual([expect.stringMatching(/^微信平台：/)]);
  });

  it('names what the account may not do, as declared and as the platform says', async () => {
    const unverified = await platform({ verified: false }, false);
    const declared = (await check({ ...unverified.deps, ...now })).warnings.join('\n');
    for (const words of ['客服消息', '标签', '群发', '发布菜单', '语音和视频']) expect(declared).toContain(words);
    const believed = await platform({ verified: false }, true);
    const said = (await check({ ...believed.deps, ...now })).warnings.join('\n');
    for (const words of ['标签', '关注者名单', '群发', '发布菜单']) expect(said).toContain(words);
    expect((await check({ ...(await platform()).deps, ...now })).warnings.join('\n')).not.toMatch(/这个公众号不能/);
  });

  it('finds clocks that differ, whichever way', async () => {
    const { deps } = await platform();
    const ahead = { clock: { now: () => new Date(Date.now() + 90_000) } };
    expect((await check({ ...deps, ...ahead })).warnings.join('\n')).toMatch(/本机时间比MongoDB 服务器快 (8|9)\d 秒/);
    const platformTime = async () => new Date(Date.now() + 90_000);
    expect((await check({ ...deps, ...now, platformTime })).warnings.join('\n')).toMatch(
      /本机时间比微信平台慢 (8|9)\d 秒/,
    );
    expect((await check({ ...deps, ...now, platformTime: async () => new Date() })).warnings.join('\n')).not.toMatch(
      /NTP/,
    );
  });

  it('warns of settings that lose something, and of a calendar that is missing', async () => {
    const { deps } = await platform();
    const loose = loadConfig(environment({ LOG_LEVEL: 'warn', WECHAT_MODE: 'plain', WECHAT_ALLOW_PLAIN: 'true' }));
    const year = { clock: { now: () => new Date('2031-03-02T00:00:00Z') } };
    const words = (await check({ ...deps, ...year, config: loose })).warnings.join('\n');
    for (const part of ['链头', 'secure', 'https', '缺少 2031 年的放假安排']) expect(words).toContain(part);
  });

  it('says that a Redis is away, and that a database was not migrated', async () => {
    const { deps } = await platform();
    const redis = { ping: async () => Promise.reject(new Error('away')) };
    expect((await check({ ...deps, ...now, redis })).broken).toEqual([expect.stringContaining('连不上 Redis')]);
    await office.app.mongo.work.db?.collection('staff').dropIndex('username');
    expect((await check({ ...deps, ...now })).broken).toEqual([
      expect.stringMatching(/npm run migrate：index staff\.username is missing/),
    ]);
  });
});
