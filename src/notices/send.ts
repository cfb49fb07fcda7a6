import type { Clock, Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { type Lease, newLease, nextTry, whileHeld } from '../platform/lease/index.ts';
import { platformFailureOf, type PlatformReason } from '../wechat/index.ts';
import { LONGEST_WINDOW_MS, windowIsOpen, wordsAt, type Contact, type Notice } from './notice.ts';
import type { NoticeStore, Outcome } from './notices.store.ts';

const BATCH = 100;
const SEND_AGAIN = { firstMs: 2_000, mostMs: 600_000 };

export interface SendDeps {
  readonly store: NoticeStore;
  readonly sendText: (openid: string, text: string) => Promise<void>;
  /** False for accounts without customer-service messages: everything waits for the next contact. */
  readonly canSend: boolean;
  readonly contactsOf: (openid: string, since: Date) => Promise<readonly Contact[]>;
  /** Marks that notices wait for the resident's next contact. */
  readonly flagWaiting: (openid: string) => Promise<void>;
  /** A notice that no channel will carry any more and that is worth a call. */
  readonly toClerk: (notice: Notice) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A notice that is to be sent has somebody to send it to. */
type Sendable = Notice & { readonly openid: string };

/** Sends what is owed, each at most once, in order per resident. */
export function createSendSweep(deps: SendDeps): Sweep {
  const { store, clock, log } = deps;

  const windowOpen = async (openid: string, now: Date): Promise<boolean> => {
    if (!deps.canSend) return false;
    const since = new Date(now.getTime() - LONGEST_WINDOW_MS);
    const [contacts, sent] = await Promise.all([deps.contactsOf(openid, since), store.sentSince(openid, since)]);
    return windowIsOpen(contacts, sent, now);
  };

  const keep = async (notice: Sendable, by: string, why: string, attempted: boolean): Promise<void> => {
    await store.settle(notice.id, by, { kind: 'wait', why, attempted });
    await deps.flagWaiting(notice.openid);
  };

  /** True where the next notice of the same resident may follow at once. */
  const sendOne = async (wanted: Sendable): Promise<boolean> => {
    const now = clock.now();
    const earlier = await store.before(wanted);
    if (earlier === 'owed') return false;
    const open = earlier === 'nothing' && (await windowOpen(wanted.openid, now));
    const lease = newLease(now);
    const notice = await store.claim(wanted.id, lease, now);
    if (!notice) return false;
    const { by } = lease;
    if (notice.attemptAt !== null) {
      // Somebody was about to send this and never said how it ended: repeating it blindly could tell it twice.
      await keep(wanted, by, 'outcome of an earlier attempt is unknown', true);
      return true;
    }
    if (!open) {
      await keep(wanted, by, earlier === 'waiting' ? 'an earlier notice waits' : 'no window is open', false);
      return true;
    }
    const renew = (next: Lease): Promise<boolean> => store.renew(wanted.id, next);
    return whileHeld({ lease, renew, clock }, async () => {
      const outcome = await deliver(wanted, notice.attempts, now);
      await settle(wanted, by, outcome);
      return outcome.kind !== 'later';
    });
  };

  const settle = async (notice: Sendable, by: string, outcome: Outcome): Promise<void> => {
    if (outcome.kind !== 'sent')
      log.warn('notice.not_sent', { kind: notice.kind, outcome: outcome.kind, why: outcome.why });
    if (outcome.kind === 'wait') return keep(notice, by, outcome.why, outcome.attempted);
    if (outcome.kind === 'later' && outcome.stopped) await deps.flagWaiting(notice.openid);
    if (outcome.kind !== 'failed' || !notice.call) return store.settle(notice.id, by, outcome);
    await store.settle(notice.id, by, { kind: 'wait', why: outcome.why, attempted: true });
    return deps.toClerk(notice);
  };

  const deliver = async (notice: Sendable, attempts: number, now: Date): Promise<Outcome> => {
    try {
      await deps.sendText(notice.openid, wordsAt(notice, now));
      return { kind: 'sent', at: clock.now() };
    } catch (error) {
      return outcomeOf(error, attempts, now);
    }
  };

  return {
    name: 'notices.send',
    everySeconds: 1,
    run: async () => {
      const byResident = new Map<string, Sendable[]>();
      for (const notice of await store.due(clock.now(), BATCH)) {
        const { openid } = notice;
        if (openid !== null) byResident.set(openid, [...(byResident.get(openid) ?? []), { ...notice, openid }]);
      }
      let settled = 0;
      for (const [openid, notices] of byResident) {
        if (await store.isBeingServed(openid, clock.now())) continue;
        for (const notice of notices) {
          if (!(await sendOne(notice))) break;
          settled += 1;
        }
      }
      return settled;
    },
  };
}

function outcomeOf(error: unknown, attempts: number, now: Date): Outcome {
  const failure = platformFailureOf(error);
  // Without an answer nobody knows whether the resident has it.
  if (failure === null) return { kind: 'wait', why: error instanceof Error ? error.name : 'error', attempted: true };
  const { outcome, reason } = failure;
  switch (outcome) {
    case 'retry':
    case 'ours':
      return {
        kind: 'later',
        nextAt: nextTry(SEND_AGAIN, attempts + 1, now),
        why: reason,
        stopped: outcome === 'ours',
      };
    case 'theirs':
      return NEEDS_CONTACT.has(reason)
        ? { kind: 'wait', why: reason, attempted: false }
        : { kind: 'failed', why: reason };
    case 'never':
      return { kind: 'failed', why: reason };
    case 'unknown':
      return { kind: 'wait', why: reason, attempted: true };
  }
}

/** Only a new contact of the resident opens the platform's window again. */
const NEEDS_CONTACT: ReadonlySet<PlatformReason> = new Set(['window_closed', 'messages_used_up']);
