export type { ErrorPage } from './errors.ts';
export * from './paging.ts';
export type { WebhookHandler } from './plain-routes.ts';
export * from './route.ts';
export { createShell } from './shell.ts';
