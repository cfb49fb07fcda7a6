import { chinaDate } from '../kernel/index.ts';

/** True where a resident who reads of this day at `now` reads of a day that is over. */
export function dayIsOver(dueAt: Date, now: Date): boolean {
  return dueAt.getTime() <= now.getTime();
}

/** True where a day that is newly granted at `now` still lies ahead: an extension to today is none. */
export function stillPromises(dueAt: Date, now: Date): boolean {
  return chinaDate(dueAt) > chinaDate(now);
}
