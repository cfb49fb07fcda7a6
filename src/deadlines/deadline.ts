import { addChinaDays, chinaDate, endOfChinaDate, type ChinaDate } from '../kernel/index.ts';
import type { ClockRule } from '../platform/config/index.ts';
import type { WorkingDays } from '../platform/working-days/index.ts';

/** So many working or calendar days, at most until the ceiling. */
export interface Rule extends ClockRule {
  readonly ceiling?: ClockRule;
}

/** What a calendar makes of a rule; counted anew when the calendar changes. */
export interface CountedDeadline {
  /** The end of the last China day. */
  readonly dueAt: Date;
  /** The derivation in Chinese. */
  readonly dueWhy: string;
  /** True where a year without a calendar was counted by assumption. */
  readonly dueAssumed: boolean;
  readonly calendarVersion: string;
}

/** What is frozen when a clock starts: enough to count again under another calendar, and never under another rule. */
export interface Frozen {
  readonly rule: Rule;
  /** Day 0. */
  readonly dueFrom: ChinaDate;
  /** Working days granted on top. */
  readonly extensionDays: number | null;
}

/** Everything that must be kept to count again. */
export interface Deadline extends CountedDeadline, Frozen {
  /** Version of clocks.json that the rule came from. */
  readonly ruleVersion: string;
}

/**
 * Starts a clock on the China day of `from` (day 0). Of several rules the one that ends last holds: where nobody has said
 * yet which it is.
 */
export function freezeDeadline(
  workingDays: WorkingDays,
  order: { readonly rules: readonly [Rule, ...Rule[]]; readonly ruleVersion: string; readonly from: Date },
): Deadline {
  const start = { dueFrom: chinaDate(order.from), extensionDays: null };
  const counted = order.rules.map((rule) => ({
    ruleVersion: order.ruleVersion,
    rule,
    ...start,
    ...countDeadline(workingDays, { rule, ...start }),
  }));
  return counted.reduce((latest, due) => (due.dueAt > latest.dueAt ? due : latest));
}

/** The frozen rule from its day 0, under the calendar that `workingDays` holds now. */
export function countDeadline(workingDays: WorkingDays, frozen: Frozen): CountedDeadline {
  const { rule, dueFrom, extensionDays } = frozen;
  const plain = count(workingDays, dueFrom, rule);
  const ceiling = rule.ceiling && count(workingDays, dueFrom, rule.ceiling);
  const first = ceiling && ceiling.date < plain.date ? ceiling.date : plain.date;
  const whys = [plain.why + (ceiling ? `，最迟不超过 ${ceiling.date}（${nameOf(rule.ceiling)}）` : '')];
  let last: { date: ChinaDate; assumed: boolean } = { date: first, assumed: plain.assumed };
  if (extensionDays !== null) {
    const more = workingDays.add(first, extensionDays);
    whys.push(`延期：${more.why}`);
    last = { date: more.date, assumed: plain.assumed || more.assumed };
  }
  return {
    dueAt: endOfChinaDate(last.date),
    dueWhy: whys.join('；'),
    dueAssumed: last.assumed,
    calendarVersion: workingDays.version,
  };
}

function nameOf(rule: ClockRule | undefined): string {
  return `${rule?.days ?? 0} ${rule?.unit === 'working' ? '个工作日' : '日'}`;
}

function count(
  workingDays: WorkingDays,
  start: ChinaDate,
  rule: ClockRule,
): { date: ChinaDate; why: string; assumed: boolean } {
  if (rule.unit === 'working') return workingDays.add(start, rule.days);
  return { date: addChinaDays(start, rule.days), why: `${start} 起 ${rule.days} 日`, assumed: false };
}
