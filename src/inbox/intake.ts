import { AppError, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { InboundMessage, Reply } from '../wechat/index.ts';
import type { InboxStore } from './inbox.store.ts';
import type { InboxHandler, InboxRow, Outcome } from './row.ts';

/** How long one process may work on a row before another may take it over; far above any normal effect. */
const LEASE_MS = 10_000;
/** Waiting for another process's row: 40 ms at first, doubling to 400 ms (P2). */
const WAIT_FIRST_MS = 40;
const WAIT_MAX_MS = 400;
/** A waiter that saw no end after this long gives up; the sweep goes on with the row. */
const WAIT_LIMIT_MS = 30_000;
const MAX_ATTEMPTS = 5;

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

export interface Intake {
  /** Makes the message's one effect and answers its outcome; rejects where the store failed (nothing is lost then). */
  receive(delivery: Delivery): Promise<Outcome>;
  /** Takes over one row whose owner is gone; its reply is owed as a notice. */
  finishAbandoned(key: string): Promise<boolean>;
}

export interface IntakeDeps<C> {
  readonly store: InboxStore;
  readonly handler: InboxHandler<C>;
  /** False = the resident sends too fast. Taken once a message: a redelivery costs nothing. */
  readonly take: (openid: string) => Promise<boolean>;
  /** Owes the late reply of a message apart, whose row will not know the resident any more. */
  readonly oweLateApart: (input: { key: string; openid: string; reply: Reply }) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The mailbox of P2: claim, order, effect, finish; any process may finish any row. */
export function createIntake<C>(deps: IntakeDeps<C>): Intake {
  const { store, handler, take, clock, log } = deps;
  const me = newToken(9);
  /** Rows that this process is working on: waiters here need not ask the database. */
  const working = new Map<string, Promise<Outcome>>();

  const receive = async (delivery: Delivery): Promise<Outcome> => {
    const { key, message } = delivery;
    const mine = working.get(key);
    if (mine) {
      delivery.onDurable();
      return mine;
    }
    const [look, conversation] = await Promise.all([store.look(key, message.openid), handler.load(message.openid)]);
    if (look.row) {
      delivery.onDurable();
      return look.row.state === 'open' ? waitFor(key, message.openid, delivery) : look.row;
    }
    const allowed = await take(message.openid);
    if (look.open.length === 0 && allowed) {
      const read = await readOnly(delivery, conversation);
      if (read) return claimComplete(delivery, read);
    }
    const row = newRow(delivery, { state: 'open', reply: null, apart: false, after: look.open });
    if (!(await store.insert(row))) {
      delivery.onDurable();
      return waitFor(key, message.openid, delivery);
    }
    delivery.onDurable();
    return work(row, look.open.length === 0 ? conversation : null, !allowed, delivery);
  };

  /** A fault of ours here must not look like an outage: the message is then claimed, and tried as a change. */
  const readOnly = async (delivery: Delivery, conversation: C): Promise<Outcome | undefined> => {
    try {
      return await handler.readOnly({ message: delivery.message, conversation, at: delivery.receivedAt });
    } catch (err) {
      log.error('inbox.read_failed', { type: delivery.message.type, err });
      return undefined;
    }
  };

  const claimComplete = async (delivery: Delivery, outcome: Outcome): Promise<Outcome> => {
    const { reply, apart = false } = outcome;
    const { key, message } = delivery;
    if (apart && reply && delivery.late) {
      await deps.oweLateApart({ key: `late:${key}`, openid: message.openid, reply });
    }
    const inserted = await store.insert(newRow(delivery, { state: 'done', reply, apart, after: [] }));
    delivery.onDurable();
    return inserted ? outcome : waitFor(key, message.openid, delivery);
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
    lease: part.state === 'open' ? { by: me, until: later(LEASE_MS) } : null,
    attempts: 1,
    late: delivery.late && part.reply !== null && !part.apart,
    ...part,
  });

  const work = (
    row: InboxRow,
    conversation: C | null,
    limited: boolean,
    delivery: Pick<Delivery, 'late'>,
  ): Promise<Outcome> => {
    const running = effect(row, conversation, limited, delivery).finally(() => working.delete(row.key));
    working.set(row.key, running);
    // The request may be answered before this fails; the failure is logged in `effect`.
    running.catch(() => undefined);
    return running;
  };

  const effect = async (
    row: InboxRow,
    conversation: C | null,
    limited: boolean,
    delivery: Pick<Delivery, 'late'>,
  ): Promise<Outcome> => {
    try {
      for (const key of row.after) await waitFor(key, row.openid, null);
      const { key, openid, message, receivedAt } = row;
      if (!message) throw new Error('an open row without its message');
      const outcome = await handler.apply({ key, message, conversation, at: receivedAt, limited });
      const { reply, apart = false } = outcome;
      if (apart && reply && delivery.late) await deps.oweLateApart({ key: `late:${key}`, openid, reply });
      await store.finish(row, { ...outcome, late: !apart && delivery.late && reply !== null, at: clock.now() });
      return outcome;
    } catch (err) {
      log.error('inbox.effect_failed', { type: row.message?.type, attempts: row.attempts, err });
      const failed = row.attempts >= MAX_ATTEMPTS;
      const until = failed ? clock.now() : later(1_000 * 2 ** row.attempts);
      await store.release({ key: row.key, by: row.lease?.by ?? me, until, failed }).catch(() => undefined);
      throw err;
    }
  };

  /** Waits until the row is done, taking it over where its owner is gone. */
  const waitFor = async (key: string, openid: string, delivery: Delivery | null): Promise<Outcome> => {
    const giveUpAt = Date.now() + WAIT_LIMIT_MS;
    for (let pause = WAIT_FIRST_MS; ; pause = Math.min(pause * 2, WAIT_MAX_MS)) {
      const mine = working.get(key);
      if (mine) return mine;
      const { row } = await store.look(key, openid);
      if (!row || row.state !== 'open') return row ?? { reply: null };
      if (!row.lease || row.lease.until <= clock.now()) {
        const taken = await takeOver(key);
        if (taken) return work(taken, null, false, delivery ?? { late: true });
      }
      if (Date.now() > giveUpAt || delivery?.late) {
        // Whoever works on the row now owes the reply as a notice: this request has been answered.
        throw new AppError('store_unavailable', { message: 'another process is still working on this message' });
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };

  const takeOver = (key: string): Promise<InboxRow | null> =>
    store.takeOver({ key, by: me, now: clock.now(), until: later(LEASE_MS) });

  const later = (ms: number): Date => new Date(clock.now().getTime() + ms);

  return {
    receive,
    finishAbandoned: async (key) => {
      const row = working.has(key) ? null : await takeOver(key);
      if (!row) return false;
      await work(row, null, false, { late: true });
      return true;
    },
  };
}
