import { isConnected, type Connection } from '../platform/mongo/index.ts';
import { AppError, type Clock, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { dedupeKey, type InboundMessage, type Reply } from '../wechat/index.ts';
import { createBreaker } from './breaker.ts';
import { createInboxStore, type Contact, type InboxStore } from './inbox.store.ts';
import { createIntake, type Delivery } from './intake.ts';
import type { RowCodec } from './row-codec.ts';
import type { InboxHandler, Outcome } from './row.ts';
import type { Spool } from './spool.ts';
import type { SpoolLine } from './spool-file.ts';

/** The platform waits 5 s; everything is answered by 4.5 s after the request began (P3). */
const ANSWER_BY_MS = 4_500;
/** How long the message may take to become durable in MongoDB before it goes to the spool (P3). */
const DURABLE_BY_MS = 3_000;

export interface InboxDeps<C> {
  readonly connection: Connection;
  readonly codec: RowCodec;
  readonly handler: InboxHandler<C>;
  readonly spool: Spool;
  readonly take: (openid: string) => Promise<boolean>;
  /** The fixed sentence while MongoDB is away; in an emergency the numbers to call. */
  readonly spooledReply: (message: InboundMessage) => Reply | null;
  /** Owes a late reply as a notice; the same key means the same notice. */
  readonly oweLate: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  /** The same for a message apart (P8), whose reply must not lie among the notices. */
  readonly oweLateApart: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Inbox {
  /** The reply for one delivery, null for `success`. Rejects only where the message could be kept nowhere: answer 500. */
  answer(message: InboundMessage): Promise<Reply | null>;
  /** When and how a resident wrote to us since then, newest first. */
  contactsOf(openid: string, since: Date): Promise<Contact[]>;
  readonly sweeps: readonly Sweep[];
  status(): Promise<{ open: number; failed: number; spooled: number; breakerOpen: boolean }>;
}

/** Every inbound message: claimed once, stored, answered within the limit, replayed after an outage (P2, P3). */
export function createInbox<C>(deps: InboxDeps<C>): Inbox {
  const { spool, clock, log } = deps;
  const store = createInboxStore(deps.connection, deps.codec);
  const breaker = createBreaker(clock);
  const intake = createIntake({
    store,
    handler: deps.handler,
    take: deps.take,
    oweLateApart: deps.oweLateApart,
    clock,
    log,
  });

  const answer = async (message: InboundMessage): Promise<Reply | null> => {
    const begun = Date.now();
    const key = dedupeKey(message);
    const receivedAt = clock.now();
    const toSpool = async (): Promise<Reply | null> => {
      await spool.append({ key, message, receivedAt: receivedAt.toISOString() });
      log.warn('inbox.spooled', { type: message.type });
      return deps.spooledReply(message);
    };
    if (breaker.isOpen() || (await spool.holds(message.openid))) return toSpool();

    let onDurable = (): void => undefined;
    const durable = new Promise<void>((resolve) => {
      onDurable = resolve;
    });
    const delivery: Delivery = { key, message, receivedAt, source: 'webhook', late: false, onDurable };
    const received = intake.receive(delivery);
    received.catch(() => undefined);
    try {
      await breaker.run(DURABLE_BY_MS, () => Promise.race([durable, received.then(() => undefined)]));
    } catch (err) {
      log.warn('inbox.store_away', { err });
      delivery.late = true;
      return toSpool();
    }
    return beforeDeadline(received, delivery, ANSWER_BY_MS - (Date.now() - begun));
  };

  return {
    answer,
    contactsOf: store.contacts,
    sweeps: createInboxSweeps({ ...deps, store, intake }),
    status: async () => ({
      ...(await store.counts()),
      spooled: spool.waiting(),
      breakerOpen: breaker.isOpen(),
    }),
  };
}

async function beforeDeadline(received: Promise<Outcome>, delivery: Delivery, ms: number): Promise<Reply | null> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      delivery.late = true;
      resolve(null);
    }, ms);
  });
  try {
    return await Promise.race([received.then((outcome) => outcome.reply), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function createInboxSweeps<C>(
  deps: InboxDeps<C> & { store: InboxStore; intake: ReturnType<typeof createIntake<C>> },
): Sweep[] {
  const { store, intake, spool, clock } = deps;
  const tellLate = async (key: string, openid: string, { reply, apart }: Outcome): Promise<void> => {
    if (reply) await (apart ? deps.oweLateApart : deps.oweLate)({ key: `late:${key}`, openid, reply });
  };
  const play = async (line: SpoolLine): Promise<void> => {
    const delivery: Delivery = {
      key: line.key,
      message: line.message,
      receivedAt: new Date(line.receivedAt),
      source: 'spool',
      late: true,
      onDurable: () => undefined,
    };
    await tellLate(line.key, line.message.openid, await intake.receive(delivery));
  };
  return [
    {
      name: 'inbox.abandoned',
      everySeconds: 2,
      run: async () => {
        let finished = 0;
        for (const key of await store.expired(clock.now(), 50)) {
          if (await intake.finishAbandoned(key).catch(() => false)) finished += 1;
        }
        return finished;
      },
    },
    {
      name: 'inbox.late',
      everySeconds: 1,
      run: async () => {
        const rows = await store.lateRows(50);
        for (const row of rows) {
          await tellLate(row.key, row.openid, row);
          await store.lateTold(row.key);
        }
        return rows.length;
      },
    },
    {
      name: 'inbox.spool',
      everySeconds: 1,
      run: async () => {
        if (!isConnected(deps.connection)) return 0;
        return spool.replay(async (line) => {
          await play(line).catch((err: unknown) => {
            throw new AppError('store_unavailable', { cause: err });
          });
        });
      },
    },
  ];
}
