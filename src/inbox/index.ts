export { inboxCollections } from './row-doc.ts';
export { createInbox, type Inbox } from './inbox.ts';
export { createRowCodec } from './row-codec.ts';
export { createInboxRows } from './rows.ts';
export { createSpool, type Spool } from './spool.ts';
export { createSpoolCodec } from './spool-file.ts';
