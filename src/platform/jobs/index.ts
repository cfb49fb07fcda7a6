export * from './sweeps.ts';
