import type { Push } from './push.ts';

/** A push that is this late is shown (docs/promises.md#p4: found within two minutes). */
const OVERDUE_MS = 120_000;

/** Should this have been pushed by now? One that waits for a stated reason is not overdue but waiting. */
export function isOverdue({ state, dueAt }: Pick<Push, 'state' | 'dueAt'>, now: Date): boolean {
  const waiting =
    state.is === 'planned' || state.is === 'preparing' || (state.is === 'sending' && state.order.doubt !== 'lost');
  return waiting && now.getTime() - dueAt.getTime() >= OVERDUE_MS;
}
