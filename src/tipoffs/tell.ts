import type { Clock, Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { type Lease, newLease, nextTry, whileHeld } from '../platform/lease/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { platformFailureOf } from '../wechat/index.ts';
import type { TellDoc, TellStore } from './tells.store.ts';
import type { Vault } from './vault.ts';

/** When and how a resident wrote to us; what the inbox knows. */
export interface Contact {
  readonly kind: string;
  readonly at: Date;
}

export interface TellDeps {
  readonly store: TellStore;
  readonly vault: Vault;
  readonly sendText: (openid: string, text: string) => Promise<void>;
  readonly canSend: boolean;
  readonly contactsOf: (openid: string, since: Date) => Promise<readonly Contact[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Messages to holders of tipoffs. They never lie among the notices, which other roles can see (docs/promises.md#p8).
 */
export interface Tells {
  /** Owes one; the same key again changes nothing. Without `tx` it stands at once. */
  owe(tx: Tx | null, tell: { key: string; openid: string; text: string }): Promise<void>;
  readonly sweep: Sweep;
}

const TELL_AGAIN = { firstMs: 2_000, mostMs: 3_600_000 };
/** How often a closed window is looked at again: nobody flags it, since a flag would tell that something waits. */
const LOOK_AGAIN_MS = 15_000;
/** Unread for so long it is no news any more. */
const FORGET_MS = 60 * 86_400_000;
/**
 * The platform's windows: 48 h after a message, one minute after anything else
 * (docs/wechat-platform.md#customer-service).
 */
const MESSAGE_WINDOW_MS = 48 * 3_600_000;
const EVENT_WINDOW_MS = 60_000;
const A_RUN = 20;

export function createTells(deps: TellDeps): Tells {
  const { store, vault, clock, log } = deps;

  const later = (ms: number): Date => new Date(clock.now().getTime() + ms);

  /** A contact that opens a window now, and that is newer than an attempt whose end nobody knows. */
  const isOpen = async (openid: string, attemptAt: Date | null): Promise<boolean> => {
    const now = clock.now().getTime();
    const contacts = await deps.contactsOf(openid, new Date(now - MESSAGE_WINDOW_MS));
    return contacts.some(({ kind, at }) => {
      const age = now - at.getTime();
      const open = age < (kind === 'message' ? MESSAGE_WINDOW_MS : EVENT_WINDOW_MS);
      return open && (attemptAt === null || at > attemptAt);
    });
  };

  const sendOne = async (tell: TellDoc, by: string): Promise<void> => {
    const { openid, text } = JSON.parse(vault.open(tell.content, `tell:${tell._id}`)) as {
      openid: string;
      text: string;
    };
    if (!(await isOpen(openid, tell.attemptAt))) {
      await store.later(tell._id, by, later(LOOK_AGAIN_MS), tell.attemptAt);
      return;
    }
    const at = clock.now();
    if (!(await store.attempting(tell._id, by, at))) return;
    try {
      await deps.sendText(openid, text);
      await store.done(tell._id);
    } catch (error) {
      await settleFailure(tell, by, at, error);
    }
  };

  /**
   * Neither log nor metric counts these. Nothing but the resident's leaving lets one go: whoever wrote without a name
   * cannot be telephoned, so what the platform does not take now waits for its day or for their next contact.
   */
  const settleFailure = async (tell: TellDoc, by: string, at: Date, error: unknown): Promise<void> => {
    const failure = platformFailureOf(error);
    if (failure?.outcome === 'retry' || failure?.outcome === 'ours') {
      await store.later(tell._id, by, nextTry(TELL_AGAIN, tell.attempts + 1, clock.now()), null);
    } else if (failure?.reason === 'not_following') await store.done(tell._id);
    else await store.later(tell._id, by, later(LOOK_AGAIN_MS), at);
  };

  return {
    owe: async (tx, { key, openid, text }) => {
      const [id] = vault.sources(key);
      await store.add(tx, {
        _id: id,
        holder: vault.holders(openid)[0],
        content: vault.seal(JSON.stringify({ openid, text }), `tell:${id}`),
        nextAt: clock.now(),
        forgetAt: later(FORGET_MS),
      });
    },
    sweep: {
      name: 'tipoffs.tell',
      everySeconds: 2,
      run: async () => {
        if (!deps.canSend) return 0;
        for (let i = 0; i < A_RUN; i += 1) {
          const now = clock.now();
          const lease = newLease(now);
          const tell = await store.claim(lease, now);
          if (!tell) break;
          const renew = (next: Lease): Promise<boolean> => store.renew(tell._id, next);
          await whileHeld({ lease, renew, clock }, ({ by }) => sendOne(tell, by)).catch((err: unknown) =>
            log.warn('tipoffs.tell_failed', { err }),
          );
        }
        // Zero on purpose: how much there was to do is a count, and counts go to the log.
        return 0;
      },
    },
  };
}
