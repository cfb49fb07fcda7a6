export { createThreads, type Threads } from './pool.ts';
export { type AnyWork, threadJob, type ThreadJob } from './job.ts';
