import { dayIsOver } from '../deadlines/index.ts';

/**
 * A message that we owe one resident. `sent` = the platform accepted it; `seen` = it was shown in a reply to the
 * resident, or told by telephone; `call_needed` = no channel carried it, a clerk should call; `failed` = the platform
 * will never take it, and it is not worth a call.
 */
export const NOTICE_STATES = ['owed', 'sent', 'failed', 'call_needed', 'seen'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** A promise of a day is never told once the day is over: then `after` is said in its place. */
export interface Promised {
  readonly until: Date;
  readonly after: string;
}

export interface Notice {
  readonly id: string;
  /** The same key is the same notice, however often it is owed. */
  readonly key: string;
  /** Null = brought by telephone, box or visit: only a call can tell it. */
  readonly openid: string | null;
  readonly kind: string;
  readonly text: string;
  /** Where the text promises a day. */
  readonly promise: Promised | null;
  readonly ticket: string | null;
  /** Worth a clerk's call where nothing else reaches the resident. */
  readonly call: boolean;
  readonly state: NoticeState;
  readonly createdAt: Date;
  /** True while no window is open: the resident's next contact makes it go. */
  readonly waiting: boolean;
  readonly attempts: number;
  /** Set before the platform is called: still set after a crash, the message may have gone out. */
  readonly attemptAt: Date | null;
}

/** The words of a notice for somebody who reads them at `now`, whenever it was owed. */
export function wordsAt({ text, promise }: Pick<Notice, 'text' | 'promise'>, now: Date): string {
  return promise !== null && dayIsOver(promise.until, now) ? promise.after : text;
}

export type ContactKind = 'message' | 'click' | 'subscribe' | 'scan';

export interface Contact {
  readonly kind: ContactKind;
  readonly at: Date;
}

/**
 * What the platform lets us send after each kind of contact (docs/wechat-platform.md#customer-service): 5 in 48 h after
 * a message, 3 in one minute after a menu click, a subscription or a scan.
 */
export const WINDOWS: Readonly<Record<ContactKind, { readonly messages: number; readonly ms: number }>> = {
  message: { messages: 5, ms: 48 * 3_600_000 },
  click: { messages: 3, ms: 60_000 },
  subscribe: { messages: 3, ms: 60_000 },
  scan: { messages: 3, ms: 60_000 },
};

/** The longest window: contacts before it open nothing. */
export const LONGEST_WINDOW_MS = WINDOWS.message.ms;

/**
 * May one more message go to the resident at `now`? Played through from their contacts and from what we sent since,
 * so no count can be wrong after a crash. A new contact fills its own kind up again; a message uses the allowance that
 * ends first, as the platform does.
 */
export function windowIsOpen(contacts: readonly Contact[], sentAt: readonly Date[], now: Date): boolean {
  const allowances = new Map<ContactKind, { left: number; until: number }>();
  const usable = (at: number) =>
    [...allowances.values()].filter(({ left, until }) => left > 0 && until > at).sort((a, b) => a.until - b.until)[0];
  const happened = [
    ...contacts.map(({ kind, at }) => ({ at: at.getTime(), kind })),
    ...sentAt.map((at) => ({ at: at.getTime(), kind: null })),
  ]
    .filter(({ at }) => at <= now.getTime())
    .sort((a, b) => a.at - b.at);
  for (const { at, kind } of happened) {
    if (kind !== null) {
      const { messages, ms } = WINDOWS[kind];
      allowances.set(kind, { left: messages, until: at + ms });
      continue;
    }
    const spent = usable(at);
    if (spent) spent.left -= 1;
  }
  return usable(now.getTime()) !== undefined;
}
