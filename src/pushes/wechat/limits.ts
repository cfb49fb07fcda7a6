import { addChinaDays, chinaDate, startOfChinaDate } from '../../kernel/index.ts';
import type { Audience } from '../../subscribers/index.ts';
import type { AccountType } from '../../wechat/index.ts';
import type { CarrierLimits, QuotaPeriod } from '../carrier.ts';
import { A_MINUTE_MS } from './setback.ts';

/** Pushes that a subscription account has a day, whatever the audience; a service account's follower a month. */
const PUSHES = { subscription: 1, service: 4 } as const;
/** The platform forgets our number after 24 h: a repeat must not come near that. */
const REPEAT_WITHIN_MS = 23 * 3_600_000;
/** The finish event comes within minutes; then the platform is asked. */
const ASK_AFTER_MS = 120_000;

const NOTES = {
  subscription: '订阅号每天只能群发1次，发给一个村也算1次。在公众平台网页上的群发不在此数内，平台会一并计算。',
  service: '服务号每位关注者每月最多收到4次群发。在公众平台网页上的群发不在此数内，平台会一并计算。',
} as const;
const FULL = {
  subscription: (taken: string) => `订阅号每天只能群发1次，这一天已排了${taken}，请换一天。`,
  service: (taken: string) => `每位关注者每月最多收到4次群发，这个月已排满（${taken}），请换一个月。`,
} as const;

/** What the platform lets an account of this type push. */
export function massSendLimits(accountType: AccountType): CarrierLimits {
  return {
    perPeriod: PUSHES[accountType],
    note: NOTES[accountType],
    fullWords: (taken) => FULL[accountType](taken),
    warnings: (audience, others) => warningsOf(accountType, audience, others),
    periodOf: (at) => periodOf(accountType, at),
    usesSame: (other, audience) => accountType === 'subscription' || reachesSame(other, audience),
    repeatAfterMs: A_MINUTE_MS,
    repeatWithinMs: REPEAT_WITHIN_MS,
    askAfterMs: ASK_AFTER_MS,
  };
}

function periodOf(accountType: AccountType, at: Date): QuotaPeriod {
  const day = chinaDate(at);
  if (accountType === 'subscription') {
    return { unit: 'day', key: day, from: startOfChinaDate(day), to: startOfChinaDate(addChinaDays(day, 1)) };
  }
  const month = day.slice(0, 7);
  const next = addChinaDays(`${month}-01`, 31).slice(0, 7);
  return { unit: 'month', key: month, from: startOfChinaDate(`${month}-01`), to: startOfChinaDate(`${next}-01`) };
}

/** A push to everybody counts for every follower, one to a village or topic for those who chose it. */
function reachesSame(other: Audience, audience: Audience): boolean {
  if (other.kind === 'all' || audience.kind === 'all') return other.kind === 'all';
  return other.kind === audience.kind && other.code === audience.code;
}

function warningsOf(accountType: AccountType, audience: Audience, others: readonly Audience[]): string[] {
  if (accountType === 'subscription') {
    return audience.kind === 'all' ? [] : ['订阅号每天只能群发1次：发给一部分人，会用掉当天全镇唯一的一次。'];
  }
  if (mostForOne(audience, others) <= PUSHES.service) return [];
  return ['有的关注者这个月可能已收到4次群发（全镇的加上本村或主题的），平台不会再发给他们。'];
}

/**
 * The most pushes that one follower of `audience` gets in the period, this one included: a service account's followers
 * each have their own four, and a village's follower may have had others than the town's (upper bound: topics overlap).
 */
function mostForOne(audience: Audience, others: readonly Audience[]): number {
  const count = (kind: Audience['kind'], code?: string) =>
    others.filter((other) => other.kind === kind && (code === undefined || codeOf(other) === code)).length;
  const villages = audience.kind === 'village' ? [audience] : others.filter(({ kind }) => kind === 'village');
  const inVillage = Math.max(0, ...villages.map((village) => count('village', codeOf(village) ?? undefined)));
  return 1 + count('all') + inVillage + count('topic');
}

const codeOf = (audience: Audience): string | null => (audience.kind === 'all' ? null : audience.code);
