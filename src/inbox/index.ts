export { inboxCollections } from './inbox.store.ts';
export { createInbox, type Inbox } from './inbox.ts';
export { createSpool, type Spool } from './spool.ts';
export { createSpoolCodec } from './spool-file.ts';
