import { chinaDate, formatChinaDate } from '../kernel/index.ts';
import type { ComplaintStatus, ResidentView } from '../complaints/index.ts';
import { STATUS_WORDS } from './words.ts';

type Way = readonly ComplaintStatus[];

const USUAL: Way = ['received', 'accepted', 'assigned', 'answered', 'closed'];
const REFUSED: Way = ['received', 'refused'];
const AGAIN: Way = ['received', 'accepted', 'answered', 'reopened', 'assigned', 'answered', 'closed'];

/**
 * The way of a complaint as one line of steps: done ones with their day and a tick, the present one named as such, those
 * to come pale. Told by words and marks, not by colour alone.
 */
export function stepLine(view: Pick<ResidentView, 'status' | 'history'>): string {
  const reopened = view.history.some(({ status }) => status === 'reopened');
  const way = view.status === 'refused' ? REFUSED : reopened ? AGAIN : USUAL;
  const present = presentStep(way, view, reopened);
  const steps = way.map((status, at) =>
    step(status, at, present, dayOf(view, status, at < AGAIN.indexOf('reopened') && reopened)),
  );
  return `<ol class="line" aria-label="办到哪一步">${steps.join('')}</ol>`;
}

/** After a reopening the second 已答复 is meant, not the first. */
function presentStep(way: Way, { status }: Pick<ResidentView, 'status'>, reopened: boolean): number {
  if (reopened && status === 'accepted') return way.indexOf('reopened');
  return way.lastIndexOf(status);
}

/** The day of the last time it came to this; of the first time where `first`. */
function dayOf({ history }: Pick<ResidentView, 'history'>, status: ComplaintStatus, first: boolean): string {
  const times = history.filter((entry) => entry.status === status);
  const at = (first ? times[0] : times.at(-1))?.at;
  return at === undefined ? '' : formatChinaDate(chinaDate(at));
}

function step(status: ComplaintStatus, at: number, present: number, day: string): string {
  const name = STATUS_WORDS[status];
  if (at < present) return `<li class="done"><b>✓ ${name}</b>${day}</li>`;
  if (at === present) return `<li class="now" aria-current="step"><b>${name}（现在）</b>${day}</li>`;
  return `<li>${name}</li>`;
}
