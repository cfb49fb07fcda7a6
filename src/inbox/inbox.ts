import type { Feature } from '../feature/index.ts';
import { AppError, isAppError, type Clock, type Log } from '../kernel/index.ts';
import { dedupeKey, type InboundMessage, type Reply } from '../wechat/index.ts';
import { createBreaker, type Breaker } from './breaker.ts';
import { createInboxSweeps } from './inbox.sweeps.ts';
import { createIntake, type Delivery, type Intake, type IntakeLimit } from './intake.ts';
import { inboxCollections } from './row-doc.ts';
import type { InboxHandler, Outcome, Prepared } from './row.ts';
import type { InboxRows } from './rows.ts';
import type { Spool } from './spool.ts';

/** The platform waits 5 s; everything is answered by 4.5 s after the request began (docs/promises.md#p3). */
const ANSWER_BY_MS = 4_500;
/** How long the message may take to become durable in MongoDB before it goes to the spool (docs/promises.md#p3). */
const DURABLE_BY_MS = 3_000;

/**
 * Deliveries that read and claim at the same time: what they ask of MongoDB goes in groups, a few commands at a time.
 * More wait here in order, and not in the driver's queue, which would take a burst for an outage.
 */
const MAX_AT_ONCE = 128;

export interface InboxDeps<C, P extends Prepared> {
  readonly rows: InboxRows;
  readonly handler: InboxHandler<C, P>;
  readonly spool: Spool;
  readonly limit: IntakeLimit;
  /** The fixed sentence while MongoDB is away; in an emergency the numbers to call. */
  readonly spooledReply: (message: InboundMessage) => Reply | null;
  /** Owes a late reply as a notice; the same key means the same notice. */
  readonly oweLate: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  /** The same for a message apart (docs/promises.md#p8), whose reply must not lie among the notices. */
  readonly oweLateApart: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  /** How long a process that says nothing keeps a message; default 6 s. */
  readonly leaseMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Inbox {
  /**
   * The reply for one delivery, null for `success`, within 4.5 s. Rejects where the message could be kept nowhere, or
   * where its effect failed: then the platform must be answered 500, so that it tries again.
   */
  answer(message: InboundMessage): Promise<Reply | null>;
}

/** Every inbound message: claimed once, stored, answered within the limit, replayed after an outage (docs/promises.md#p2, docs/promises.md#p3). */
export function createInbox<C, P extends Prepared>(deps: InboxDeps<C, P>): Feature<Inbox> {
  const { spool, clock, log } = deps;
  const { connection, store, personal } = deps.rows;
  const breaker = createBreaker(clock);
  const intake = createIntake({ ...deps, store });
  const keep = createKeeping({ spool, breaker, intake, log });
  const api: Inbox = {
    answer: async (message) => {
      const asked = ask(message, clock.now());
      const { delivery } = asked;
      const deadline = createDeadline(ANSWER_BY_MS, () => {
        delivery.late = true;
      });
      try {
        const kept = await Promise.race([keep(asked), deadline.passed]);
        if (kept === 'late') throw new AppError('store_unavailable', { message: 'not kept in time' });
        if (kept === 'spooled') return deps.spooledReply(message);
        const outcome = await Promise.race([kept.received, deadline.passed]);
        return outcome === 'late' ? null : outcome.reply;
      } finally {
        deadline.clear();
      }
    },
  };
  return {
    name: 'inbox',
    api,
    routes: [],
    // The spool lies on this host, and whoever answers here also mends here.
    sweeps: createInboxSweeps({ ...deps, connection, store, intake, breaker }).map((sweep) => ({
      ...sweep,
      everywhere: true as const,
    })),
    collections: inboxCollections,
    health: async () => {
      const [{ failed }, spooled, broken] = [await store.counts(), spool.waiting(), await spool.broken()];
      return [
        ...(spooled > 0 ? [`有 ${spooled} 条消息暂存在本机，等数据库恢复后处理。`] : []),
        ...(failed > 0 ? [`有 ${failed} 条消息多次处理失败，需要技术人员查看。`] : []),
        ...(broken > 0 ? [`本机有 ${broken} 个暂存文件里有读不出的内容，需要技术人员查看。`] : []),
      ];
    },
    personal,
    figures: async () => ({ inbox: { ...(await store.counts()), spooled: spool.waiting() } }),
  };
}

/** A delivery with the moment at which it is durable in MongoDB. */
interface Asked {
  readonly delivery: Delivery;
  readonly durable: Promise<void>;
}

function ask(message: InboundMessage, receivedAt: Date): Asked {
  let onDurable = (): void => undefined;
  const durable = new Promise<void>((resolve) => {
    onDurable = resolve;
  });
  const key = dedupeKey(message);
  return { delivery: { key, message, receivedAt, source: 'webhook', late: false, onDurable }, durable };
}

/** Where a delivery is safe: in the spool, or in MongoDB with its outcome to come. */
type Kept = 'spooled' | { readonly received: Promise<Outcome> };

/**
 * Makes a delivery durable: in MongoDB, or in the spool where MongoDB does not answer or older messages of the resident
 * wait there. Rejects where neither is possible.
 */
function createKeeping(deps: { spool: Spool; breaker: Breaker; intake: Intake; log: Log }) {
  const { spool, breaker, intake, log } = deps;

  const toSpool = async ({ key, message, receivedAt }: Delivery): Promise<Kept> => {
    await spool.append({ key, message, receivedAt: receivedAt.toISOString() });
    log.warn('inbox.spooled', { type: message.type });
    return 'spooled';
  };

  const gate = createGate(MAX_AT_ONCE);

  return async ({ delivery, durable }: Asked): Promise<Kept> => {
    if (breaker.isOpen() || (await spool.holds(delivery.message.openid))) return toSpool(delivery);
    const received = gate.enter().then((leave) => {
      if (delivery.late) {
        // Given up while it waited here: it is in the spool.
        leave();
        throw new AppError('store_unavailable');
      }
      const outcome = intake.receive(delivery);
      void Promise.race([durable, outcome]).then(leave, leave);
      return outcome;
    });
    received.catch(() => undefined);
    try {
      await breaker.run(DURABLE_BY_MS, () => Promise.race([durable, received.then(() => undefined)]));
      return { received };
    } catch (err) {
      // The store has answered and the fault is ours: nothing says that a later try would do better from the spool.
      if (!isAppError(err, 'store_unavailable')) throw err;
      log.warn('inbox.store_away', { err });
      delivery.late = true;
      return toSpool(delivery);
    }
  };
}

/** Lets `places` in at a time, in order; `enter` resolves with what gives the place back. */
function createGate(places: number): { enter(): Promise<() => void> } {
  const waiting: (() => void)[] = [];
  let free = places;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    enter: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
  };
}

/** Resolves 'late' after `ms`, having called `onPassed`. */
function createDeadline(ms: number, onPassed: () => void): { passed: Promise<'late'>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      onPassed();
      resolve('late');
    }, ms);
  });
  return { passed, clear: () => clearTimeout(timer) };
}
