export * from './feature.ts';
export * from './personal.ts';
