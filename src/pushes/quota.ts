import { AppError, formatChinaMinute } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { Audience } from '../subscribers/index.ts';
import type { CarrierLimits, QuotaPeriod } from './carrier.ts';
import type { Push } from './push.ts';
import type { PushesStore } from './pushes.store.ts';
import type { QuotaLocks } from './quota-locks.store.ts';

/** What an account has used and left of a period, by our own plan and the carrier's word. */
export interface Quota {
  readonly period: QuotaPeriod;
  readonly limit: number;
  readonly used: number;
  /** 0 where the carrier has said in this period that none is left, whatever our own count. */
  readonly left: number;
  readonly refused: boolean;
}

interface QuotaDeps {
  readonly store: PushesStore;
  readonly limits: CarrierLimits;
}

/** The period that holds `at`. */
export async function quotaAt({ store, limits }: QuotaDeps, at: Date): Promise<Quota> {
  const period = limits.periodOf(at);
  const planned = await store.between(period.from, period.to);
  const used = pushesUsed(limits, { kind: 'all' }, planned);
  const refused = await store.refusedBetween(period.from, period.to);
  return { period, limit: limits.perPeriod, used, left: leftOf(limits, used, refused), refused };
}

export function leftOf({ perPeriod }: CarrierLimits, used: number, refused = false): number {
  return refused ? 0 : Math.max(0, perPeriod - used);
}

/** Pushes that these use of what somebody in `audience` may get. One for which none was left uses none. */
export function pushesUsed(limits: CarrierLimits, audience: Audience, pushes: readonly Push[]): number {
  return pushes.filter((push) => usesOne(push) && limits.usesSame(push.audience, audience)).length;
}

export const usesOne = ({ state }: Pick<Push, 'state'>): boolean => state.is !== 'held';

/**
 * In the transaction of the plan: two dispatchers cannot both take the last push of a period. Answers the others of the
 * period.
 */
export async function takeQuota(
  { store, limits, locks }: QuotaDeps & { readonly locks: QuotaLocks },
  { briefingId, audience, dueAt }: Pick<Push, 'briefingId' | 'audience' | 'dueAt'>,
  tx: Tx,
): Promise<readonly Push[]> {
  const period = limits.periodOf(dueAt);
  await locks.take(period.key, tx);
  const others = (await store.between(period.from, period.to, tx)).filter((push) => push.briefingId !== briefingId);
  if (pushesUsed(limits, audience, others) < limits.perPeriod) return others;
  const taken = others.map((other) => `《${other.title}》${formatChinaMinute(other.dueAt)}`);
  throw new AppError('quota_used', {
    message: limits.fullWords(taken.join('、')),
    details: { period: period.key, briefingIds: others.map((other) => other.briefingId) },
  });
}
