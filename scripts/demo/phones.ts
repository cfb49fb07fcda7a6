import { held, until } from './stage.ts';

/** One line of what a phone shows (src/sandbox/contract.ts, InboxEntry); only what the play looks at. */
export interface PhoneLine {
  readonly seq: number;
  readonly from: 'resident' | 'account';
  readonly via: string;
  readonly type: string;
  readonly text?: string;
  readonly msgId?: string;
  readonly articles?: readonly { readonly title: string; readonly url: string; readonly sourceUrl?: string }[];
}

export interface MassSend {
  readonly msgId: string;
  readonly clientMsgId: string;
  readonly audience: { readonly kind: string };
  readonly status: string;
  readonly counts: { readonly total: number; readonly sent: number } | null;
  readonly articles: readonly { readonly title: string }[];
}

interface SayAnswer {
  readonly reply: {
    readonly type: string;
    readonly text?: string;
    readonly articles?: readonly { readonly title: string; readonly url: string }[];
  } | null;
  readonly attempts: number;
  readonly banner: boolean;
  readonly why?: string;
}

/** A resident with a phone, reached by the platform only. */
export interface Resident {
  readonly openid: string;
  readonly name: string;
  /** Says something and answers the text that the phone shows in reply; NotHeld on silence or on the banner. */
  say(message: string | Readonly<Record<string, unknown>>): Promise<string>;
  /** All lines that the account wrote, oldest first. */
  received(): Promise<PhoneLine[]>;
  /** Waits for a line that the account writes of its own accord. */
  waitFor(what: string, matches: (line: PhoneLine) => boolean): Promise<PhoneLine>;
}

export interface Phones {
  /** A new follower; `welcome` is what the phone shows after following. */
  follow(name: string, scene?: string): Promise<{ resident: Resident; welcome: string }>;
  /** Followers of earlier days are on the platform again; the service hears nothing of it. */
  bringBack(openids: readonly string[]): Promise<void>;
  massSends(): Promise<MassSend[]>;
  /** Names of the live menu's buttons. */
  menu(): Promise<string[]>;
}

/** The platform's control interface (`/_/`), which stands for the residents' phones. */
export function createPhones(sandbox: string): Phones {
  const control = async <T>(path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${sandbox}/_/${path}`, init);
    held(response.ok, `the platform answers ${response.status} to ${path}`);
    return (await response.json()) as T;
  };
  const residentOf = (openid: string, name: string): Resident => {
    const received = async (): Promise<PhoneLine[]> => {
      const { items } = await control<{ items: PhoneLine[] }>(`residents/${openid}/inbox`);
      return items.filter(({ from }) => from === 'account');
    };
    return {
      openid,
      name,
      received,
      say: async (message) => {
        const said = typeof message === 'string' ? { type: 'text', text: message } : message;
        const answer = await control<SayAnswer>(`residents/${openid}/say`, said);
        held(!answer.banner, `the phone shows the banner “该公众号提供的服务出现故障” (${answer.why ?? ''})`);
        held(answer.attempts === 1, `the platform had to deliver ${answer.attempts} times`);
        held(answer.reply !== null, 'the phone shows no reply');
        return textOf(answer.reply);
      },
      waitFor: async (what, matches) => until(what, async () => (await received()).find(matches)),
    };
  };
  return {
    follow: async (name, scene) => {
      const made = await control<{ openid: string; reply: SayAnswer['reply'] }>('residents', {
        subscribe: true,
        ...(scene === undefined ? {} : { scene }),
      });
      held(made.reply !== null, 'nobody welcomes the new follower');
      return { resident: residentOf(made.openid, name), welcome: textOf(made.reply) };
    },
    bringBack: async (openids) => {
      for (const openid of openids) await control('residents', { openid, subscribe: true, silent: true });
    },
    massSends: async () => (await control<{ massSends: MassSend[] }>('ledger')).massSends,
    menu: async () => {
      const { menu } = await control<{ menu: { name: string }[] | null }>('menu');
      return (menu ?? []).map(({ name }) => name);
    },
  };
}

function textOf(reply: NonNullable<SayAnswer['reply']>): string {
  if (reply.text !== undefined) return reply.text;
  return (reply.articles ?? []).map(({ title, url }) => `${title}\n${url}`).join('\n');
}
