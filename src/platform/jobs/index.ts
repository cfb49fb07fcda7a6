export type { Lease } from '../lease/index.ts';
export * from './sweeps.ts';
