export * from './paging.ts';
export * from './route.ts';
export { createShell, type WebhookHandler } from './shell.ts';
