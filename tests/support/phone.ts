import { randomBytes } from 'node:crypto';
import type { InboxAnswer, InboxEntry, SayAnswer } from '../../src/sandbox/index.ts';

/** One resident's phone: what they do, and the text that the account answers (null = nothing is shown). */
export interface Phone {
  readonly openid: string;
  text(text: string): Promise<string | null>;
  photo(): Promise<string | null>;
  voice(): Promise<string | null>;
  place(lat?: number, lng?: number, label?: string): Promise<string | null>;
  click(key: string): Promise<string | null>;
  follow(scene?: string): Promise<string | null>;
  unfollow(): Promise<string | null>;
  scan(scene: string): Promise<string | null>;
  /** A message of the platform's own names, for types and fields that a phone cannot send. */
  raw(fields: Readonly<Record<string, unknown>>): Promise<string | null>;
  /** Anything that `POST /_/residents/:openid/say` takes, with its whole answer. */
  say(said: Readonly<Record<string, unknown>>): Promise<SayAnswer>;
  /** Several texts, one after the other; the answer to the last. */
  texts(...texts: readonly string[]): Promise<string | null>;
  /** What the phone shows, oldest first. */
  inbox(): Promise<readonly InboxEntry[]>;
}

export function phoneOf(deps: {
  openid: string;
  say: (said: Readonly<Record<string, unknown>>) => Promise<SayAnswer>;
  inbox: () => Promise<InboxAnswer>;
}): Phone {
  const answered = async (said: Readonly<Record<string, unknown>>): Promise<string | null> => {
    const answer = await deps.say(said);
    if (answer.banner) throw new Error(`the phone shows the platform's fault banner: ${answer.why ?? ''}`);
    const { reply } = answer;
    if (reply !== null && reply.type !== 'text') throw new Error(`a ${reply.type} was answered`);
    return reply?.text ?? null;
  };
  const text = (words: string): Promise<string | null> => answered({ type: 'text', text: words });
  // Ids alone: making and storing real pictures would cost every test of a flow what only tests of media need.
  const raw = (fields: Readonly<Record<string, unknown>>): Promise<string | null> => answered({ type: 'raw', fields });
  const mediaId = (): string => randomBytes(32).toString('base64url');
  return {
    openid: deps.openid,
    text,
    raw,
    photo: () => raw({ MsgType: 'image', MediaId: mediaId(), PicUrl: 'http://127.0.0.1/p.jpg' }),
    voice: () => raw({ MsgType: 'voice', MediaId: mediaId(), Format: 'amr', Recognition: '' }),
    place: (lat = 35.43, lng = 106.33, label = '示例村口') => answered({ type: 'location', lat, lng, label }),
    click: (key) => answered({ type: 'click', key }),
    follow: (scene) => answered({ type: 'subscribe', ...(scene === undefined ? {} : { scene }) }),
    unfollow: () => answered({ type: 'unsubscribe' }),
    scan: (scene) => answered({ type: 'scan', scene }),
    say: deps.say,
    texts: async (...all) => {
      let last: string | null = null;
      for (const words of all) last = await text(words);
      return last;
    },
    inbox: async () => (await deps.inbox()).items,
  };
}
