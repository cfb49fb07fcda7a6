export * from './files.store.ts';
export * from './manifest.ts';
