import { isAppError, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { LONGEST_WINDOW_MS, windowIsOpen, type Contact, type Notice } from './notice.ts';
import type { NoticeStore, Outcome } from './notices.store.ts';

/** One customer-service message is answered within 10 s; a lease this long means that its owner is gone. */
const LEASE_MS = 30_000;
const BATCH = 100;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 600_000;

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
  const me = newToken(9);

  const windowOpen = async (openid: string, now: Date): Promise<boolean> => {
    if (!deps.canSend) return false;
    const since = new Date(now.getTime() - LONGEST_WINDOW_MS);
    const [contacts, sent] = await Promise.all([deps.contactsOf(openid, since), store.sentSince(openid, since)]);
    return windowIsOpen(contacts, sent, now);
  };

  const hold = async (notice: Sendable, why: string, attempted: boolean): Promise<void> => {
    await store.settle(notice.id, me, { kind: 'wait', why, attempted });
    await deps.flagWaiting(notice.openid);
  };

  /** True where the next notice of the same resident may follow at once. */
  const sendOne = async (wanted: Sendable): Promise<boolean> => {
    const now = clock.now();
    const earlier = await store.before(wanted);
    if (earlier === 'owed') return false;
    const open = earlier === 'nothing' && (await windowOpen(wanted.openid, now));
    const notice = await store.claim(wanted.id, me, now, new Date(now.getTime() + LEASE_MS));
    if (!notice) return false;
    if (notice.attemptAt !== null) {
      // Somebody was about to send this and never said how it ended: repeating it blindly could tell it twice.
      await hold(wanted, 'outcome of an earlier attempt is unknown', true);
      return true;
    }
    if (!open) {
      await hold(wanted, earlier === 'waiting' ? 'an earlier notice waits' : 'no window is open', false);
      return true;
    }
    const outcome = await deliver(wanted, notice.attempts, now);
    await settle(wanted, outcome);
    return outcome.kind !== 'later';
  };

  const settle = async (notice: Sendable, outcome: Outcome): Promise<void> => {
    if (outcome.kind !== 'sent')
      log.warn('notice.not_sent', { kind: notice.kind, outcome: outcome.kind, why: outcome.why });
    if (outcome.kind === 'wait') return hold(notice, outcome.why, outcome.attempted);
    if (outcome.kind !== 'failed' || !notice.call) return store.settle(notice.id, me, outcome);
    await store.settle(notice.id, me, { kind: 'wait', why: outcome.why, attempted: true });
    return deps.toClerk(notice);
  };

  const deliver = async (notice: Sendable, attempts: number, now: Date): Promise<Outcome> => {
    try {
      await deps.sendText(notice.openid, notice.text);
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
        if (await store.isBeingServed(openid, me, clock.now())) continue;
        for (const notice of notices) {
          if (!(await sendOne(notice))) break;
          settled += 1;
        }
      }
      return settled;
    },
  };
}

/** Codes after which only a new contact of the resident helps: window closed, used up, no right to send. */
const NEEDS_CONTACT = new Set([45_015, 45_047, 48_001]);

function outcomeOf(error: unknown, attempts: number, now: Date): Outcome {
  const errcode = isAppError(error) ? (error.details as { errcode?: number } | undefined)?.errcode : undefined;
  const why = errcode === undefined ? (error instanceof Error ? error.name : 'error') : `errcode ${errcode}`;
  if (isAppError(error, 'platform_retry')) {
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 16));
    return { kind: 'later', nextAt: new Date(now.getTime() + wait), why };
  }
  if (isAppError(error, 'platform_refused') && errcode !== undefined) {
    return NEEDS_CONTACT.has(errcode) ? { kind: 'wait', why, attempted: false } : { kind: 'failed', why };
  }
  // Without an answer nobody knows whether the resident has it.
  return { kind: 'wait', why, attempted: true };
}
