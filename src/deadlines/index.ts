export {
  countDeadline,
  freezeDeadline,
  type CountedDeadline,
  type Deadline,
  type Frozen,
  type Rule,
} from './deadline.ts';
export { dayIsOver, stillPromises } from './promise.ts';
export { createRecountSweep, type RecountDeps } from './recount.ts';
export { createWorkingDays, type Counted, type WorkingDays } from '../platform/working-days/index.ts';
