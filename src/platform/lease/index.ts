export * from './back-off.ts';
export * from './hold.ts';
export * from './lease.ts';
export * from './lease-schema.store.ts';
