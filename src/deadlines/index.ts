export { countDeadline, freezeDeadline, type CountedDeadline, type Deadline, type Rule } from './deadline.ts';
export { dayIsOver, stillPromises } from './promise.ts';
export { createRecountSweep } from './recount.ts';
export { createWorkingDays, type WorkingDays } from '../platform/working-days/index.ts';
