import { addChinaDays, chinaDate, endOfChinaDate } from '../kernel/index.ts';
import type { ClockRule, Clocks } from '../platform/config/index.ts';
import type { WorkingDays } from '../platform/working-days/index.ts';
import type { ComplaintKind } from './complaint.ts';

export interface Due {
  readonly dueAt: Date;
  readonly dueWhy: string;
  readonly ruleVersion: string;
}

/**
 * When a complaint must be answered: the end of the China day, counted from receipt (day 0), in working or calendar
 * days as the rule says. Without a kind yet the longest rule holds until the dispatcher sets one.
 */
export function dueOf(
  deps: { clocks: Clocks; workingDays: WorkingDays },
  kind: ComplaintKind | null,
  receivedAt: Date,
): Due {
  const rule: ClockRule = deps.clocks.kinds[kind ?? 'complain'];
  const start = chinaDate(receivedAt);
  const counted = count(deps.workingDays, start, rule);
  const ceiling = kind === 'complain' || kind === null ? deps.clocks.kinds.complain.ceiling : undefined;
  const ceilingWhy = ceiling
    ? `，最迟不超过 ${count(deps.workingDays, start, ceiling).date}（${ceiling.days} 日）`
    : '';
  return {
    dueAt: endOfChinaDate(counted.date),
    dueWhy: `${counted.why}${ceilingWhy}`,
    ruleVersion: deps.clocks.version,
  };
}

/** The due day moved by `days` working days. */
export function extendedDue(workingDays: WorkingDays, dueAt: Date, days: number): { dueAt: Date; why: string } {
  const counted = workingDays.add(chinaDate(dueAt), days);
  return { dueAt: endOfChinaDate(counted.date), why: `延期：${counted.why}` };
}

function count(workingDays: WorkingDays, start: string, rule: ClockRule): { date: string; why: string } {
  if (rule.unit === 'working') return workingDays.add(start, rule.days);
  return { date: addChinaDays(start, rule.days), why: `${start} 起 ${rule.days} 日` };
}
