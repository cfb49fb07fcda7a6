export * from './canonical.ts';
export * from './china-time.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './log.ts';
export * from './state-table.ts';
export * from './text.ts';
