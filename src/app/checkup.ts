import type { Redis } from 'ioredis';
import { isAppError, type Clock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { checkServer, serverTime, verifyCollections, type Connection } from '../platform/mongo/index.ts';
import { createWorkingDays } from '../deadlines/index.ts';
import type { StaffApi } from '../staff/index.ts';
import { platformFailureOf, type AccountRights, type PlatformReason, type WechatClient } from '../wechat/index.ts';
import { allCollections } from './collections.ts';

/** `broken` = something will not work; `warnings` = somebody should know. One Chinese sentence each. */
export interface Findings {
  readonly broken: string[];
  readonly warnings: string[];
}

export interface CheckupDeps {
  readonly config: Config;
  readonly connection: Connection;
  readonly redis: Pick<Redis, 'ping'> | null;
  readonly staff: Pick<StaffApi, 'list'>;
  readonly wechat: WechatClient;
  readonly clock: Clock;
  /** The platform's clock by its answers' Date, null where it has none. */
  readonly platformTime: () => Promise<Date | null>;
}

/** Signed links, tokens and due dates bear this much; the platform's signatures carry the second. */
const MAX_SKEW_MS = 30_000;

/** What an account without a right lacks, in the office's words. */
const LACKS: Readonly<Partial<Record<keyof AccountRights, string>>> = {
  customerService: '不能主动发客服消息（答复告知只能等群众再发消息时带出，或打电话）',
  tags: '不能打标签（不能按村、按话题推送）',
  followers: '不能读取关注者名单（要用导入）',
  massSend: '不能用接口群发（简报要在公众平台手工群发）',
  menu: '不能用接口发布菜单（要在公众平台手工设置）',
  mediaDownload: '不能下载群众发来的语音和视频',
};

/** Looks at everything that `npm run doctor` speaks of. Changes nothing, here or on the platform. */
export async function examine(deps: CheckupDeps): Promise<Findings> {
  const findings: Findings = { broken: [], warnings: [] };
  await examineStores(deps, findings);
  await examinePlatform(deps, findings);
  examineSettings(deps.config, deps.clock.now(), findings);
  return findings;
}

async function examineStores({ connection, redis, staff, clock }: CheckupDeps, found: Findings): Promise<void> {
  found.broken.push(...(await checkServer(connection)));
  const differences = await verifyCollections(connection, allCollections);
  if (differences.length > 0) {
    found.broken.push(`数据库没有迁移到这个版本，请运行 npm run migrate：${differences.join('; ')}`);
  }
  noteSkew('MongoDB 服务器', await serverTime(connection), clock.now(), found);
  if (redis) {
    await redis.ping().catch(() => found.broken.push('连不上 Redis，限流只在本进程内存里计数：请检查 REDIS_URL。'));
  } else {
    found.warnings.push('没有设置 REDIS_URL：限流只在本进程内存里计数，只适合单进程。');
  }
  const accounts = (await staff.list(undefined, 1_000)).filter((one) => !one.disabled);
  const count = (role: string): number => accounts.filter((one) => one.role === role).length;
  if (count('leader') < 2) {
    found.warnings.push(`能用的分管领导只有 ${count('leader')} 位：自己写的稿子没有人能审核，至少要两位。`);
  }
  for (const [role, words] of [
    ['admin', '没有能用的管理员账号：请用 npm run staff -- create 建一个。'],
    ['dispatcher', '没有党政办账号：诉求没有人受理，简报没有人安排。'],
    ['discipline', '没有纪委账号：群众的举报没有人能看。'],
  ] as const) {
    if (count(role) === 0) found.warnings.push(words);
  }
}

async function examinePlatform({ wechat, platformTime, clock }: CheckupDeps, found: Findings): Promise<void> {
  const time = await platformTime().catch(() => null);
  if (time) noteSkew('微信平台', time, clock.now(), found);
  const failure = await failureOf(() => wechat.callbackIps());
  if (failure) {
    found.broken.push(`微信平台：${failure.words}`);
    return;
  }
  const asked: readonly (readonly [keyof AccountRights, () => Promise<unknown>])[] = [
    ['menu', () => wechat.getMenu()],
    ['tags', () => wechat.listTags()],
    ['followers', () => wechat.followers()],
    // Nobody has sent message 1; an account without the right hears so first.
    ['massSend', () => wechat.massStatus('1')],
  ];
  const lacking = new Set((Object.keys(LACKS) as (keyof AccountRights)[]).filter((right) => !wechat.rights[right]));
  for (const [right, ask] of asked.filter(([right]) => !lacking.has(right))) {
    const refused = await failureOf(ask);
    if (refused?.reason === 'right_missing') lacking.add(right);
    else if (refused && refused.reason !== 'no_such_push')
      found.warnings.push(`微信平台（${right}）：${refused.words}`);
  }
  for (const right of lacking) found.warnings.push(`这个公众号${LACKS[right] ?? right}。`);
  if (!lacking.has('menu') && (await wechat.getMenu().catch(() => undefined)) === null) {
    found.warnings.push('公众号还没有菜单：请党政办在后台发布菜单。');
  }
}

function examineSettings(config: Config, now: Date, found: Findings): void {
  const calendar = createWorkingDays(config.calendars).warning(now);
  if (calendar) found.warnings.push(calendar);
  const { env } = config;
  if (!env.PUBLIC_URL.startsWith('https:')) found.warnings.push('PUBLIC_URL 不是 https：后台登录不安全。');
  if (env.WECHAT_MODE !== 'secure') found.warnings.push('WECHAT_MODE 不是 secure：群众的消息在路上没有加密。');
  if (!['debug', 'info'].includes(env.LOG_LEVEL)) {
    found.warnings.push('LOG_LEVEL 高于 info：审计链的链头不会写进日志，被截断的记录就查不出来。');
  }
  if (config.town.villages.some(({ name }) => name.startsWith('示例'))) {
    found.warnings.push('config/town.json 里还是示例村名：启用前请换成本镇的行政村。');
  }
}

function noteSkew(who: string, theirs: Date, ours: Date, found: Findings): void {
  const ms = ours.getTime() - theirs.getTime();
  if (Math.abs(ms) <= MAX_SKEW_MS) return;
  const seconds = Math.round(Math.abs(ms) / 1_000);
  found.warnings.push(`本机时间比${who}${ms > 0 ? '快' : '慢'} ${seconds} 秒：请打开时间同步（NTP）。`);
}

/** Why a call failed, in words, with the platform's own where it names an address for the whitelist; null = it worked. */
async function failureOf(
  ask: () => Promise<unknown>,
): Promise<{ reason: PlatformReason | null; words: string } | null> {
  try {
    await ask();
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { reason = null, errcode, errmsg } = platformFailureOf(error) ?? {};
    const said = errmsg ? `（微信原话：${errmsg}）` : '';
    return { reason, words: `${error.message}${errcode === undefined ? '' : `错误码 ${errcode}。`}${said}` };
  }
}
