import { AppError, isStoreAway, type Clock, type Log } from '../kernel/index.ts';
import { backOff, isFree, newLease, whileHeld } from '../platform/lease/index.ts';
import type { InboundMessage, Reply } from '../wechat/index.ts';
import type { InboxStore } from './inbox.store.ts';
import type { InboxHandler, InboxRow, Outcome, Prepared } from './row.ts';

/**
 * How long a process that says nothing keeps its row. Short of the platform's first redelivery plus its 5 s, so that
 * the redelivery finds the row free and is answered by another process.
 */
const LEASE_MS = 6_000;
/** Waiting for another process's row: 40 ms at first, doubling to 400 ms (docs/promises.md#p2). */
const WAIT_FIRST_MS = 40;
const WAIT_MAX_MS = 400;
/** After this many failures or crashes the row is `failed`: a person must look (it is in the health report). */
const MAX_ATTEMPTS = 5;
/** After a failure the row rests before anybody takes it up again. */
const REST = { firstMs: 2_000, mostMs: 32_000 } as const;
/** The platform delivers again after 5 s: until then a reply may still reach the resident as an answer. */
const REDELIVERY_MS = 6_000;
/** A decision that takes longer must not hold the claim back: the message is claimed, and the decision waited for. */
const DECIDE_LIMIT_MS = 1_000;

/** One message on its way through the mailbox, and what its request still wants to know. */
export interface Delivery {
  readonly key: string;
  readonly message: InboundMessage;
  readonly receivedAt: Date;
  readonly source: 'webhook' | 'spool';
  /** True once the request has been answered without the reply. */
  late: boolean;
  /** Called when the message is durable in MongoDB, or was found there. */
  onDurable(): void;
}

/** Counts a resident's messages. Neither function may reject or hang. */
export interface IntakeLimit {
  /** Would one more be too many? Costs nothing. */
  isFull(openid: string): Promise<boolean>;
  /** Counts one; false = the resident sends too fast. */
  take(openid: string): Promise<boolean>;
}

export interface Intake {
  /** Makes the message's one effect and answers its outcome; rejects where the store failed (nothing is lost then). */
  receive(delivery: Delivery): Promise<Outcome>;
  /** Takes over one row whose owner is gone and ends it; false where another is on it. */
  finishAbandoned(key: string): Promise<boolean>;
}

export interface IntakeDeps<C, P extends Prepared> {
  readonly store: InboxStore;
  readonly handler: InboxHandler<C, P>;
  /** Taken once a message, after its claim: a redelivery costs nothing. */
  readonly limit: IntakeLimit;
  /** Owes the late reply of a message apart, whose row will not know the resident any more. */
  readonly oweLateApart: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  /** Default 6 s. */
  readonly leaseMs?: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** How one process works on one row. */
interface Work<P> {
  /** Null where nothing was decided, or others go first: what was read before them may be old. */
  readonly prepared: Promise<P | null> | null;
  /** The first to work on a row counts it against the resident's limit. */
  readonly counts: boolean;
  /** From when on the reply is owed as a notice; null = a request is still waiting for it. */
  readonly tellAt: () => Date | null;
}

/** How it ended in this process; `owed` = the reply has become a notice's business. */
interface Done extends Outcome {
  readonly owed: boolean;
}

const TAKEN_OVER = { prepared: null, counts: false } as const;

/** The mailbox of P2: claim, order, effect, finish; any process may finish any row. */
export function createIntake<C, P extends Prepared>(deps: IntakeDeps<C, P>): Intake {
  const { store, handler, limit, clock, log, leaseMs = LEASE_MS } = deps;
  /** Rows that this process is working on: waiters here need not ask the database. */
  const working = new Map<string, Promise<Done>>();

  const later = (ms: number): Date => new Date(clock.now().getTime() + ms);

  const receive = async (delivery: Delivery): Promise<Outcome> => {
    const { key, message } = delivery;
    if (working.has(key)) return answerOfClaimed(delivery);
    const [look, conversation, full] = await Promise.all([
      store.look(key, message.openid),
      handler.load(message.openid),
      limit.isFull(message.openid),
    ]);
    if (look.row) return answerOfClaimed(delivery);
    const after = look.open.map((open) => open.key);
    const prepared = after.length === 0 ? prepare(delivery, conversation, full) : null;
    const decided = prepared && (await soon(prepared));
    const outcome = decided?.outcome ?? (await runAlone(delivery, decided));
    if (outcome) return claimComplete(delivery, outcome);
    const row = newRow(delivery, { state: 'open', reply: null, apart: false, after });
    if (!(await store.insert(row))) return answerOfClaimed(delivery);
    delivery.onDurable();
    return work(row, { prepared: decided?.alone ? null : prepared, counts: true, tellAt: tellAtOf(delivery) });
  };

  /** Null where it failed: a fault of ours must not look like an outage. The message is claimed and tried again. */
  const prepare = async (delivery: Delivery, conversation: C, limited: boolean): Promise<P | null> => {
    const { key, message, receivedAt: at } = delivery;
    try {
      return await handler.prepare({ key, message, conversation, at, limited });
    } catch (err) {
      log.error('inbox.decide_failed', { type: message.type, err });
      return null;
    }
  };

  /** Null where there is no such way, another message came first, or it failed: then the message is claimed. */
  const runAlone = async (delivery: Delivery, decided: P | null): Promise<Outcome | null> => {
    try {
      return (await decided?.alone?.()) ?? null;
    } catch (err) {
      if (isStoreAway(err)) throw err;
      log.error('inbox.alone_failed', { type: delivery.message.type, err });
      return null;
    }
  };

  const claimComplete = async (delivery: Delivery, outcome: Outcome): Promise<Outcome> => {
    const { reply, apart = false } = outcome;
    const { key, message } = delivery;
    if (apart && reply && delivery.late) {
      await deps.oweLateApart({ key: `late:${key}`, openid: message.openid, reply });
    }
    if (!(await store.insert(newRow(delivery, { state: 'done', reply, apart, after: [] })))) {
      return answerOfClaimed(delivery);
    }
    delivery.onDurable();
    // Counted behind the answer: nobody waits for it, and the next message finds it.
    void limit.take(message.openid);
    return outcome;
  };

  const newRow = (
    delivery: Delivery,
    part: { state: 'open' | 'done'; reply: Reply | null; apart: boolean; after: readonly string[] },
  ): InboxRow => ({
    key: delivery.key,
    openid: delivery.message.openid,
    message: delivery.message,
    receivedAt: delivery.receivedAt,
    source: delivery.source,
    lease: part.state === 'open' ? newLease(clock.now(), leaseMs) : null,
    attempts: 1,
    tellAt: part.reply === null || part.apart ? null : tellAtOf(delivery)(),
    ...part,
  });

  /** A request that has been answered without the reply makes the reply a debt. */
  const tellAtOf = (delivery: Delivery) => (): Date | null => (delivery.late ? clock.now() : null);
  /** Nobody here knows of a request: one may still come. */
  const tellAtOfNobody = (): Date => later(REDELIVERY_MS);

  const work = (row: InboxRow, how: Work<P>): Promise<Done> => {
    const running = effect(row, how).finally(() => working.delete(row.key));
    working.set(row.key, running);
    // The request may be answered before this fails; the failure is logged in `effect`.
    running.catch(() => undefined);
    return running;
  };

  const effect = async (row: InboxRow, how: Work<P>): Promise<Done> => {
    const { key, message, lease } = row;
    if (!lease) throw new Error('an open row without a lease');
    const renew = ({ by, until }: { by: string; until: Date }): Promise<boolean> => store.extend({ key, by, until });
    try {
      return await whileHeld({ lease, renew, clock, leaseMs }, () => makeEffect(row, how));
    } catch (err) {
      const fault = isStoreAway(err);
      log.error('inbox.effect_failed', { type: message?.type, attempts: row.attempts, err });
      const failed = row.attempts >= MAX_ATTEMPTS && !fault;
      const until = failed ? clock.now() : later(backOff(REST, row.attempts));
      await store.release({ key, by: lease.by, until, failed }).catch(() => undefined);
      throw err;
    }
  };

  const makeEffect = async (row: InboxRow, how: Work<P>): Promise<Done> => {
    const { key, openid, message, receivedAt } = row;
    const limited = how.counts && !(await limit.take(openid));
    await turnOf(row);
    if (!message) throw new Error('an open row without its message');
    const prepared = await how.prepared;
    const outcome = await handler.apply({ key, message, prepared, at: receivedAt, limited });
    const { reply, apart = false } = outcome;
    const tellAt = reply && how.tellAt();
    if (apart && reply && tellAt) await deps.oweLateApart({ key: `late:${key}`, openid, reply });
    await store.finish(row, { ...outcome, tellAt: apart ? null : tellAt, at: clock.now() });
    // The request may have been answered while the row was being finished.
    if (reply && !tellAt && how.tellAt()) {
      if (apart) await deps.oweLateApart({ key: `late:${key}`, openid, reply });
      else await store.setTellAt(key, clock.now());
    }
    return { ...outcome, owed: !apart && tellAt !== null };
  };

  /** Waits until the resident's earlier messages have ended; those whose owner is gone are ended here. */
  const turnOf = async ({ key, openid, after }: InboxRow): Promise<void> => {
    let before = new Set(after);
    for (let pause = WAIT_FIRST_MS; before.size > 0; pause = Math.min(pause * 2, WAIT_MAX_MS)) {
      await Promise.allSettled([...before].flatMap((earlier) => working.get(earlier) ?? []));
      const { open } = await store.look(key, openid);
      const still = open.filter((row) => before.has(row.key));
      before = new Set(still.map((row) => row.key));
      const free = still.filter((row) => isFree(row.lease, clock.now()) && !working.has(row.key));
      const taken = await Promise.all(free.map((row) => takeOver(row.key)));
      for (const row of taken) if (row) void work(row, { ...TAKEN_OVER, tellAt: tellAtOfNobody });
      if (before.size > 0 && !taken.some(Boolean)) await sleep(pause);
    }
  };

  /** The outcome of a message that somebody has claimed: waited for, and ended here where its owner is gone. */
  const answerOfClaimed = async (delivery: Delivery): Promise<Outcome> => {
    const asked = { delivery, durable: false };
    for (let pause = WAIT_FIRST_MS; ; pause = Math.min(pause * 2, WAIT_MAX_MS)) {
      try {
        const outcome = await askOnce(asked);
        if (outcome) return outcome;
      } catch (error) {
        // The message is safe: a store that stumbles now is asked again as long as the request may wait.
        if (!asked.durable || delivery.late || !isStoreAway(error)) throw error;
      }
      // Whoever works on the row owes the reply as a notice: this request has been answered.
      if (delivery.late) throw new AppError('store_unavailable', { message: 'another process works on this message' });
      await sleep(pause);
    }
  };

  /** The outcome as far as it is known now. */
  const askOnce = async (asked: { delivery: Delivery; durable: boolean }): Promise<Outcome | null> => {
    const { delivery } = asked;
    const { key, message } = delivery;
    const mine = working.get(key);
    // What is only on one node may still be lost: it is not answered for before it is on a majority.
    asked.durable ||= mine !== undefined || (await store.isDurable(key));
    if (asked.durable) delivery.onDurable();
    if (mine) {
      const done = await mine;
      return done.owed ? withoutDebt(delivery, done) : done;
    }
    const { row } = await store.look(key, message.openid);
    if (!row) throw new AppError('store_unavailable', { message: 'the row that was there has been rolled back' });
    if (row.state === 'failed') return givenUp(delivery);
    if (row.state === 'done') {
      if (!asked.durable) return null;
      return row.tellAt ? withoutDebt(delivery, row) : row;
    }
    if (!isFree(row.lease, clock.now())) return null;
    const taken = await takeOver(key);
    return taken && work(taken, { ...TAKEN_OVER, tellAt: tellAtOf(delivery) });
  };

  /** This request takes the reply to the resident: no notice is needed. */
  const withoutDebt = async (delivery: Delivery, outcome: Outcome): Promise<Outcome> => {
    if (!delivery.late) {
      // At worst the resident reads it twice; an answer that is at hand is not held back for that.
      await store.setTellAt(delivery.key, null).catch(() => undefined);
    }
    return outcome;
  };

  /** The message is kept and a person will look at it; `success` would tell the platform that all is well. */
  const givenUp = (delivery: Delivery): Outcome => {
    if (delivery.source === 'spool') return { reply: null };
    throw new AppError('internal', { message: 'this message has failed too often' });
  };

  const takeOver = async (key: string): Promise<InboxRow | null> => {
    const lease = newLease(clock.now(), leaseMs);
    const row = await store.takeOver({ key, lease, now: clock.now() });
    if (!row || row.attempts <= MAX_ATTEMPTS) return row;
    // Its owners died of it, one after another, without a word.
    log.error('inbox.given_up', { type: row.message?.type, attempts: row.attempts });
    await store.release({ key, by: lease.by, until: clock.now(), failed: true });
    return null;
  };

  return {
    receive,
    finishAbandoned: async (key) => {
      const row = working.has(key) ? null : await takeOver(key);
      if (!row) return false;
      await work(row, { ...TAKEN_OVER, tellAt: tellAtOfNobody });
      return true;
    },
  };
}

/** What `work` comes to, or null where it takes longer than a claim may wait. */
async function soon<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, DECIDE_LIMIT_MS, null);
  });
  try {
    return await Promise.race([work, slow]);
  } finally {
    clearTimeout(timer);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
