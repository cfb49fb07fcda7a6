/** Shapes of the control interface and of what a phone shows. Times are ISO 8601, ids strings unless said otherwise. */

export type AccountType = 'subscription' | 'service';
export type MessageMode = 'secure' | 'plain' | 'compat';

export interface CardArticle {
  readonly title: string;
  readonly description: string;
  readonly picUrl: string;
  readonly url: string;
  /** 阅读原文, where the author gave one. */
  readonly sourceUrl?: string;
}

/** A passive reply that the phone accepted. */
export type PhoneReply =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'voice'; readonly mediaId: string; readonly url: string }
  | {
      readonly type: 'video';
      readonly mediaId: string;
      readonly url: string;
      readonly title: string;
      readonly description: string;
    }
  | { readonly type: 'music'; readonly title: string; readonly description: string; readonly url: string }
  | { readonly type: 'news'; readonly articles: readonly CardArticle[] };

type InboxVia = 'message' | 'event' | 'reply' | 'customer_service' | 'push' | 'preview' | 'template' | 'banner';

/** One line of what a phone shows, oldest first. */
export interface InboxEntry {
  readonly seq: number;
  readonly at: string;
  readonly from: 'resident' | 'account';
  readonly via: InboxVia;
  readonly type: string;
  readonly text?: string;
  readonly title?: string;
  readonly url?: string;
  readonly mediaId?: string;
  readonly mediaUrl?: string;
  readonly articles?: readonly CardArticle[];
  /** Of pushes: the job it came with. */
  readonly msgId?: string;
}

/** Answer of `GET /_/residents/:openid/inbox`. */
export interface InboxAnswer {
  readonly items: readonly InboxEntry[];
}

/** Answer of `POST /_/residents` without `count`. */
export interface ResidentAnswer {
  readonly openid: string;
  /** What the phone shows after following; null where nothing, or nobody followed. */
  readonly reply: PhoneReply | null;
}

/** Answer of `POST /_/residents` with `count`. */
export interface ResidentsAnswer {
  readonly openids: readonly string[];
}

/** Answer of `GET /_/phone`: what a phone knows of the account beside its menu. */
export interface PhoneAnswer {
  /** The account's name. */
  readonly name: string;
  /** Scenes of the codes that the account had made, then of those that residents followed by; each once. */
  readonly scenes: readonly string[];
  /** Largest photo that a phone sends, bytes. */
  readonly photoBytes: number;
}

/** HTTP status of one request to the webhook, or why there was none. */
export type AttemptStatus = number | 'timeout' | 'unreachable';

export interface SayAnswer {
  /** What the phone shows in answer; null for `success`, an empty body, silence and the banner. */
  readonly reply: PhoneReply | null;
  /** One entry for each concurrent delivery, in the order sent. */
  readonly replies: readonly (PhoneReply | null)[];
  readonly attempts: number;
  readonly statuses: readonly AttemptStatus[];
  readonly banner: boolean;
  /** Why the phone shows a banner or nothing, for the developer. */
  readonly why?: string;
  readonly msgId?: string;
  readonly createTime: number;
}

export interface LedgerCall {
  readonly seq: number;
  readonly at: string;
  readonly api: string;
  readonly method: string;
  readonly status: number;
  readonly errcode: number;
  readonly errmsg?: string;
  readonly ms: number;
  /** Which fault shaped the answer. */
  readonly fault?: string;
}

export type Audience =
  | { readonly kind: 'all' }
  | { readonly kind: 'tag'; readonly tagId: number }
  | { readonly kind: 'openids'; readonly count: number };

export interface PushCounts {
  readonly total: number;
  readonly filtered: number;
  readonly sent: number;
  readonly failed: number;
}

/** One accepted mass send. */
export interface LedgerMassSend {
  readonly msgId: string;
  readonly msgDataId: string | null;
  readonly clientMsgId: string;
  readonly audience: Audience;
  readonly msgtype: string;
  /** When the platform took it. */
  readonly accepted: string;
  /** False while the answer has not reached the caller. */
  readonly answered: boolean;
  readonly status: 'SENDING' | 'SEND_SUCCESS' | 'SEND_FAIL' | 'DELETE';
  readonly finishEvent: 'pending' | 'held' | 'delivered' | 'undelivered' | 'dropped';
  readonly counts: PushCounts | null;
  readonly articles: readonly { readonly title: string; readonly url: string; readonly sourceUrl: string }[];
}

export interface LedgerAnswer {
  readonly calls: readonly LedgerCall[];
  readonly massSends: readonly LedgerMassSend[];
}

/** Answer of `POST /_/finish`. */
export interface FinishAnswer {
  readonly finishMode: FinishMode;
  readonly finishDelayMs: number;
  /** The jobs whose finish events were sent by this call. */
  readonly massSends: readonly LedgerMassSend[];
}

/** Bends the answers to the next `times` calls of `path`. */
export interface FaultRequest {
  /** Full path, one without `/cgi-bin/`, one ending in `*`, or `*`. */
  readonly path: string;
  readonly errcode?: number;
  readonly status?: number;
  readonly delayMs?: number;
  /** The call takes effect, the connection is cut before the answer. */
  readonly dropAnswer?: boolean;
  /** With `errcode` or `status`: the call takes effect all the same. */
  readonly effect?: boolean;
  /** How many calls; default 1. */
  readonly times?: number;
}

/** What becomes of finish events: delivered once, held back, lost, delivered twice at the same time. */
export type FinishMode = 'auto' | 'hold' | 'drop' | 'twice';

/** What the real platform leaves open or does differently from day to day. */
export interface Behaviour {
  /** Patience with the webhook, milliseconds (platform: 5 s). */
  deliveryTimeoutMs: number;
  /** Whether a repeat has a new timestamp and nonce; unknown of the real one. */
  retryResigns: boolean;
  finishMode: FinishMode;
  finishDelayMs: number;
  /** `send success`, `send fail`, `err(10001)` … */
  finishStatus: string;
  /** False gives the older shape without CopyrightCheckResult and ArticleUrlResult. */
  finishArticleUrls: boolean;
  /** Whether a repeat of a sent draft meets 45065 or 40007 first; both are seen. */
  massCheckOrder: 'clientmsgid' | 'media';
  /** Whether a refused attempt uses up its clientmsgid. */
  refusedAttemptUsesId: boolean;
  /** `next_openid` of the last page of followers: empty, or the last id and then an empty page. */
  endOfList: 'empty' | 'last-id';
  followersPageSize: number;
  /** Bytes of a passive text reply. Documentation: 2,048; field reports show the banner from about 1,884. */
  replyTextMaxBytes: number;
  /** Documentation: 64 bytes; a 36-character UUID is refused in the field. */
  clientMsgIdMaxBytes: number;
}

export interface StateAnswer {
  readonly now: string;
  readonly offsetSeconds: number;
  readonly webhookUrl: string | null;
  readonly account: {
    readonly appId: string;
    readonly originalId: string;
    readonly type: AccountType;
    readonly verified: boolean;
    readonly testAccount: boolean;
    readonly mode: MessageMode;
  };
  readonly residents: number;
  readonly followers: number;
  readonly tags: readonly { readonly id: number; readonly name: string; readonly count: number }[];
  readonly menu: readonly unknown[] | null;
  readonly drafts: readonly { readonly mediaId: string; readonly titles: readonly string[] }[];
  readonly media: { readonly temporary: number; readonly permanent: number };
  readonly quotasUsedToday: Readonly<Record<string, number>>;
  readonly faults: readonly FaultRequest[];
  readonly behaviour: Behaviour;
}
