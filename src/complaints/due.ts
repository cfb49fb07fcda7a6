import { addChinaDays, chinaDate, endOfChinaDate, type ChinaDate } from '../kernel/index.ts';
import type { ClockRule, Clocks } from '../platform/config/index.ts';
import type { WorkingDays } from '../platform/working-days/index.ts';
import { COMPLAINT_KINDS, type ComplaintKind, type DueRule } from './complaint.ts';

/** What a calendar makes of a rule; counted anew when the calendar changes. */
export interface CountedDue {
  readonly dueAt: Date;
  /** The derivation in Chinese. */
  readonly dueWhy: string;
  /** True where a year without a calendar was counted by Monday to Friday. */
  readonly dueAssumed: boolean;
  readonly calendarVersion: string;
}

/** Everything that must be kept to count again. */
export interface Due extends CountedDue {
  /** Version of clocks.json that the rule came from. */
  readonly ruleVersion: string;
  readonly rule: DueRule;
  /** Day 0: the China day of receipt, or of 重办. */
  readonly dueFrom: ChinaDate;
  /** Working days granted on top. */
  readonly extensionDays: number | null;
}

/**
 * When a complaint must be answered: the end of the China day, counted from `from` (day 0), in working or calendar
 * days as the rule says. Without a kind yet the rule that ends last holds until the dispatcher sets one.
 */
export function dueOf(deps: { clocks: Clocks; workingDays: WorkingDays }, kind: ComplaintKind | null, from: Date): Due {
  const start = { dueFrom: chinaDate(from), extensionDays: null };
  const counted = (kind === null ? COMPLAINT_KINDS : [kind]).map((candidate) => {
    const rule: DueRule = deps.clocks.kinds[candidate];
    return { ruleVersion: deps.clocks.version, rule, ...start, ...countDue(deps.workingDays, { rule, ...start }) };
  });
  return counted.reduce((latest, due) => (due.dueAt > latest.dueAt ? due : latest));
}

/** The same rule from the same day under the calendar that `workingDays` holds now. */
export function countDue(
  workingDays: WorkingDays,
  due: { readonly rule: DueRule; readonly dueFrom: ChinaDate; readonly extensionDays: number | null },
): CountedDue {
  const { rule, dueFrom, extensionDays } = due;
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
