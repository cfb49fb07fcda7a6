import { countDeadline, freezeDeadline, type Deadline, type WorkingDays } from '../deadlines/index.ts';
import type { Clocks } from '../platform/config/index.ts';
import { COMPLAINT_KINDS, type ComplaintKind } from './complaint.ts';

export type Due = Deadline;
export const countDue = countDeadline;

/**
 * When a complaint must be answered, counted from `from` (day 0) as the town's rule for its kind says. Without a kind yet
 * the rule that ends last holds until the dispatcher sets one.
 */
export function dueOf(deps: { clocks: Clocks; workingDays: WorkingDays }, kind: ComplaintKind | null, from: Date): Due {
  const { kinds, version } = deps.clocks;
  const [first, ...others] = kind === null ? COMPLAINT_KINDS : [kind];
  const rules = [kinds[first], ...others.map((other) => kinds[other])] as const;
  return freezeDeadline(deps.workingDays, { rules, ruleVersion: version, from });
}
