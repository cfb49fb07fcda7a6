import type { Behaviour } from './contract.ts';
import { createDrafts } from './drafts.ts';
import { createFaults } from './faults.ts';
import { createLedger } from './ledger.ts';
import type { MassJob } from './mass-job.ts';
import { createMediaStore } from './media.ts';
import type { Account } from './options.ts';
import { createQuotas } from './quotas.ts';
import { randomWord } from './random.ts';
import { createResidents } from './residents.ts';
import type { SandboxTime } from './time.ts';
import { createTokens } from './tokens.ts';

/** An article as readers see it after a push or preview. */
interface ArticlePage {
  readonly slug: string;
  readonly title: string;
  readonly author: string;
  readonly content: string;
  readonly sourceUrl: string;
  readonly at: string;
  deleted: boolean;
}

/** What outlives a reset. */
export interface WorldSettings {
  readonly account: Account;
  /** Own address; known once the server listens. */
  readonly site: { url: string };
  /** Where deliveries go. */
  readonly link: { webhookUrl: string | null };
  readonly behaviour: () => Behaviour;
  readonly quotas: Readonly<Record<string, number>>;
  readonly time: SandboxTime;
}

/** The whole state of the platform, in memory. A reset makes a new one. */
export type World = ReturnType<typeof createWorld>;

export function createWorld(settings: WorldSettings) {
  const { time } = settings;
  // Ids as large as the real ones, and increasing: 17 digits for messages, about 3.1e9 for mass sends.
  let nextMessageId = 24_000_000_000_000_000n + BigInt(Date.now());
  let nextMassId = 3_147_483_650 + Math.floor(Math.random() * 1_000_000);
  const pages = new Map<string, ArticlePage>();

  return {
    account: settings.account,
    site: settings.site,
    link: settings.link,
    time,
    behaviour: settings.behaviour(),
    residents: createResidents(time),
    tokens: createTokens(time),
    quotas: createQuotas(time, settings.quotas),
    faults: createFaults(),
    ledger: createLedger(),
    media: createMediaStore(time),
    drafts: createDrafts(time),
    tags: new Map<number, string>([[2, '星标组']]),
    menu: { buttons: null as readonly unknown[] | null },
    jobs: [] as MassJob[],
    /** Client message ids of refused mass sends, where the behaviour keeps them. */
    refusedIds: new Map<string, { readonly msgId: number; readonly at: number; readonly answered: boolean }>(),
    speed: { level: 3 },
    qrTickets: new Map<string, string>(),
    pages,
    /** Aborted at reset and close: ends deliveries and timers under way. */
    ended: new AbortController(),
    newMessageId(): string {
      nextMessageId += 1n;
      return String(nextMessageId);
    },
    newMassId(): number {
      nextMassId += 1;
      return nextMassId;
    },
    addPage(page: Omit<ArticlePage, 'slug' | 'at' | 'deleted'>): ArticlePage {
      const made = { ...page, slug: randomWord(22), at: time.now().toISOString(), deleted: false };
      pages.set(made.slug, made);
      return made;
    },
  };
}
