import type { Reply } from '../wechat/index.ts';

/** What a resident has said toward a complaint. */
export interface Part {
  readonly at: Date;
  readonly type: 'text' | 'image' | 'voice' | 'video' | 'location';
  readonly text?: string;
  /** The platform's temporary media id; fetched by a sweep after the complaint exists. */
  readonly mediaId?: string;
  /** Where an unverified account can still fetch a picture. */
  readonly picUrl?: string;
  readonly location?: { readonly lat: number; readonly lng: number; readonly label: string };
}

export type Kind = 'consult' | 'help' | 'complain' | 'suggest';

/** The complaint flow ①–⑤. `kind` null = the dispatcher will set it. */
export interface ComplaintFlow {
  readonly name: 'complaint';
  readonly step: 'kind' | 'village' | 'collect' | 'phone' | 'confirm';
  readonly kind: Kind | null;
  readonly villageCode: string | null;
  /** Page of the village list that was shown last, from 0. */
  readonly page: number;
  readonly parts: readonly Part[];
  /** Sealed; null = none given. */
  readonly phone: string | null;
  /** True where the first words came before the flow: then only village and 确认 are asked. */
  readonly short: boolean;
  /** Wrong answers to the present question, one after the other. */
  readonly wrong: number;
  /** Set once the flow, gone idle, was offered again: what came since then waits in `held` for a yes. */
  readonly offeredAt: Date | null;
  readonly held: readonly Part[];
  /** In ③ a word that may end it or be content (谢谢, 没有): asked back, and kept until that is answered. */
  readonly doubt?: Part | null;
  /** At ⑤ something is wrong: `what` = asked which; `one` = that one is being asked again, then back to ⑤. */
  readonly fixing?: 'what' | 'one' | null;
  readonly touchedAt: Date;
}

/** Something said outside a flow that a yes turns into a complaint, or into what `as` says. */
export interface OfferFlow {
  readonly name: 'offer';
  readonly parts: readonly Part[];
  /** `join`: a yes adds it to `ticket`, confirmed just before. `reopen`: a yes reopens `ticket`, with it for a reason. */
  readonly as?: 'join' | 'reopen';
  /** What 重办 without a ticket means now. */
  readonly ticket?: string;
  /** A complaint that was cancelled by other words than 取消: a yes goes on with it. */
  readonly was?: ComplaintFlow;
  readonly touchedAt: Date;
}

export interface SettingsFlow {
  readonly name: 'settings';
  readonly step: 'village' | 'topics';
  readonly page: number;
  readonly wrong: number;
  readonly touchedAt: Date;
}

/** After 重办 without a reason: what comes next is added to the ticket. */
export interface ReasonFlow {
  readonly name: 'reason';
  readonly ticket: string;
  readonly touchedAt: Date;
}

/**
 * 举报 (docs/promises.md#p8). What was said so far is sealed in `draft` by the tipoffs feature: nobody else can read it.
 */
export interface TipoffFlow {
  readonly name: 'tipoff';
  readonly step: 'collect' | 'confirm';
  readonly draft: string | null;
  readonly touchedAt: Date;
}

export type Flow = ComplaintFlow | OfferFlow | SettingsFlow | ReasonFlow | TipoffFlow;

/** A message whose effect is in the conversation, and what was answered. */
export interface Applied {
  readonly key: string;
  readonly reply: Reply | null;
  /** Belongs to a tipoff (docs/promises.md#p8). */
  readonly apart?: boolean;
}

/** One resident's conversation. `rev` makes every change conditional; `applied` makes it once. */
export interface Conversation {
  readonly openid: string;
  /** 0 = nothing stored yet. */
  readonly rev: number;
  readonly flow: Flow | null;
  /** When the last flow began: what was told before then is no longer what a bare number answers. */
  readonly begunAt: Date | null;
  /** The ticket, or the code of the tipoff, that was just confirmed: media that arrive until then belong to it. */
  readonly recent: { readonly ticket: string; readonly until: Date; readonly tipoff?: boolean } | null;
  /** The last messages whose effect is in here. */
  readonly applied: readonly Applied[];
  /** Notices wait for this resident's next contact. */
  readonly noticesWaiting: boolean;
}
