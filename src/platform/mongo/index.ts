export type { Connection } from 'mongoose';
export * from './connect.ts';
export * from './manifest.ts';
export * from './migrate.ts';
export * from './server.ts';
export * from './transact.ts';
