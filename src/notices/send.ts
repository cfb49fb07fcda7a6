import { isAppError, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { LONGEST_WINDOW_MS, windowIsOpen, type Contact, type Notice } from './notice.ts';
import type { NoticeStore, Outcome } from './notices.store.ts';

/** One customer-service message is answered within 10 s; a lease this long means that its owner is gone. */
const LEASE_MS = 30_000;
const BATCH = 100;
const MAX_RETRIES = 8;

export interface SendDeps {
  readonly store: NoticeStore;
  readonly sendText: (openid: string, text: string) => Promise<void>;
  readonly canSend: boolean;
  readonly contactsOf: (openid: string, since: Date) => Promise<readonly Contact[]>;
  /** Marks that notices wait for the resident's next contact. */
  readonly flagWaiting: (openid: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Sends what is owed, each at most once without a contact in between, in order per resident. */
export function createSendSweep(deps: SendDeps): Sweep {
  const { store, clock, log } = deps;
  const me = newToken(9);

  const windowOpen = async (openid: string, now: Date): Promise<boolean> => {
    if (!deps.canSend) return false;
    const since = new Date(now.getTime() - LONGEST_WINDOW_MS);
    const [contacts, sent] = await Promise.all([deps.contactsOf(openid, since), store.sentSince(openid, since)]);
    return windowIsOpen(contacts, sent, now);
  };

  const hold = async (notice: Notice, why: string, attempted: boolean): Promise<void> => {
    await store.settle(notice.id, me, { kind: 'wait', why, attempted });
    await deps.flagWaiting(notice.openid);
  };

  /** True where the next notice of the same resident may follow at once. */
  const sendOne = async (wanted: Notice): Promise<boolean> => {
    const now = clock.now();
    const open = await windowOpen(wanted.openid, now);
    const notice = await store.claim(wanted.id, me, now, new Date(now.getTime() + LEASE_MS));
    if (!notice) return false;
    if (notice.attemptAt !== null) {
      // Somebody was about to send this and never said how it ended: repeating it blindly could tell it twice.
      await hold(notice, 'outcome of an earlier attempt is unknown', true);
      return false;
    }
    if (!open) {
      await hold(notice, 'no window is open', false);
      return false;
    }
    const outcome = await deliver(notice, now);
    if (outcome.kind === 'wait') await hold(notice, outcome.why, outcome.attempted);
    else await store.settle(notice.id, me, outcome);
    if (outcome.kind !== 'sent')
      log.warn('notice.not_sent', { kind: notice.kind, outcome: outcome.kind, why: outcome.why });
    return outcome.kind === 'sent';
  };

  const deliver = async (notice: Notice, now: Date): Promise<Outcome> => {
    try {
      await deps.sendText(notice.openid, notice.text);
      return { kind: 'sent', at: clock.now() };
    } catch (error) {
      return outcomeOf(error, notice, now);
    }
  };

  return {
    name: 'notices.send',
    everySeconds: 1,
    run: async () => {
      const due = await store.due(clock.now(), BATCH);
      const byResident = new Map<string, Notice[]>();
      for (const notice of due) byResident.set(notice.openid, [...(byResident.get(notice.openid) ?? []), notice]);
      let sent = 0;
      for (const [openid, notices] of byResident) {
        if (await store.isBeingServed(openid, me, clock.now())) continue;
        for (const notice of notices) {
          if (!(await sendOne(notice))) break;
          sent += 1;
        }
      }
      return sent;
    },
  };
}

/** Codes after which only a new contact of the resident helps: window closed, used up, no right to send. */
const NEEDS_CONTACT = new Set([45_015, 45_047, 48_001]);

function outcomeOf(error: unknown, notice: Notice, now: Date): Outcome {
  const errcode = isAppError(error) ? (error.details as { errcode?: number } | undefined)?.errcode : undefined;
  const why = errcode === undefined ? (error instanceof Error ? error.name : 'error') : `errcode ${errcode}`;
  if (isAppError(error, 'platform_retry') && notice.attempts < MAX_RETRIES) {
    return { kind: 'later', nextAt: new Date(now.getTime() + 2_000 * 2 ** notice.attempts), why };
  }
  if (isAppError(error, 'platform_refused') && errcode !== undefined && !NEEDS_CONTACT.has(errcode)) {
    return { kind: 'failed', why };
  }
  return { kind: 'wait', why, attempted: errcode === undefined };
}
