import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createInbox,
  createInboxRows,
  createRowCodec,
  createSpool,
  createSpoolCodec,
  type Inbox,
  type Spool,
} from '../../src/inbox/index.ts';
import type { InboxHandler, Prepared } from '../../src/inbox/row.ts';
import { systemClock, type Log } from '../../src/kernel/index.ts';
import type { Sweep } from '../../src/platform/jobs/index.ts';
import type { Connection } from '../../src/platform/mongo/index.ts';
import { createSealer, createSigner } from '../../src/platform/sealing/index.ts';
import { parseInbound, type InboundMessage, type Reply } from '../../src/wechat/index.ts';
import { SILENT } from '../support/town.ts';
import { later } from '../support/later.ts';

const keys = { current: 'a-secret-key-for-tests-of-32-bytes-0000' };
export const codec = createRowCodec({ sealer: createSealer(keys, 'inbox'), signer: createSigner(keys, 'inbox') });

export interface MailboxOptions<C, P extends Prepared> {
  readonly connection: Connection;
  readonly handler: InboxHandler<C, P>;
  readonly limit?: { isFull: () => Promise<boolean>; take: () => Promise<boolean> };
  readonly log?: Log;
}

/** A real mailbox inside the test's own process; what it owes late is gathered. */
export async function createMailbox<C, P extends Prepared>(
  options: MailboxOptions<C, P>,
): Promise<{
  readonly inbox: Inbox;
  readonly sweeps: readonly Sweep[];
  readonly spool: Spool;
  readonly owed: readonly string[];
}> {
  const folder = await mkdtemp(join(tmpdir(), 'xiangyin-mailbox-'));
  const log = options.log ?? SILENT;
  const spool = await createSpool({ folder, codec: createSpoolCodec({ sealer: createSealer(keys, 'spool') }), log });
  const owed: string[] = [];
  const owe = async ({ key }: { key: string }): Promise<void> => void owed.push(key);
  const { api: inbox, sweeps } = createInbox({
    rows: createInboxRows({
      connection: options.connection,
      workConnection: options.connection,
      codec,
      keepDays: 180,
      clock: systemClock,
    }),
    handler: options.handler,
    spool,
    limit: options.limit ?? { isFull: async () => false, take: async () => true },
    spooledReply: () => textReply('kept'),
    oweLate: owe,
    oweLateApart: owe,
    clock: systemClock,
    log,
  });
  later(async () => {
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { inbox, sweeps, spool, owed };
}

export function textReply(text: string): Reply {
  return { type: 'text', text };
}

let unique = 0;
export function textMessage(text: string, openid = `oMailbox${(unique += 1)}`): InboundMessage {
  const id = String(8e15 + (unique += 1));
  return parseInbound({ FromUserName: openid, MsgType: 'text', CreateTime: '1700000000', Content: text, MsgId: id });
}
