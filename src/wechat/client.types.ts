import type { Clock, Log } from '../kernel/index.ts';
import type { MassResult } from './messages.types.ts';
import type { FailureOutcome, PlatformReason } from './reasons.ts';

/** How a call ended, for metrics and logs. */
export type CallOutcome = 'ok' | FailureOutcome;

/** `details` of every AppError that the client throws with a `platform_…` code. */
export interface PlatformErrorDetails {
  /** Our name of the call, e.g. `mass.send`. */
  readonly api: string;
  readonly outcome: FailureOutcome;
  /** Decide by this and never by the number. */
  readonly reason: PlatformReason;
  /** The platform's number, for people to read and to ask its support with. */
  readonly errcode?: number;
  /** The platform's words, cut to 200 characters, without openids. */
  readonly errmsg?: string;
  /** Why there is no errcode: the kind of transport failure. */
  readonly cause?: string;
  /** The mass send's earlier id, where the platform named one. */
  readonly msgId?: string;
}

/** An access token as the store keeps it, shared by all processes of one account. */
export interface StoredToken {
  readonly token: string;
  /** From this instant on it is not used any more. */
  readonly expiresAt: Date;
  /** When `force_refresh` was last used; kept so that all processes together do it at most once in 30 s. */
  readonly forcedAt?: Date;
}

/**
 * Where the access token lives. May lose its memory at any time; a store that throws is treated as empty.
 * `withRefreshLock` runs `fn` while no other holder does, in any process; when the lock cannot be had within a few
 * seconds (store away, holder gone) it runs `fn` all the same: the platform's own limits then guard.
 */
export interface TokenStore {
  get(): Promise<StoredToken | null>;
  set(token: StoredToken): Promise<void>;
  withRefreshLock<T>(fn: () => Promise<T>): Promise<T>;
}

export type AccountType = 'subscription' | 'service';

/** What the account may do (docs/wechat-platform.md#rights). */
export interface AccountRights {
  readonly customerService: boolean;
  readonly tags: boolean;
  readonly followers: boolean;
  readonly massSend: boolean;
  readonly menu: boolean;
  readonly mediaDownload: boolean;
  readonly massByOpenids: boolean;
  readonly templates: boolean;
  readonly oauth: boolean;
  readonly qrCodes: boolean;
}

/** Milliseconds that a call of each kind may take in all, connecting included. */
export interface CallTimeouts {
  /** Default 5,000. */
  readonly token: number;
  /** Default 10,000. */
  readonly read: number;
  /** Default 10,000. */
  readonly change: number;
  /** Default 60,000. */
  readonly media: number;
  /** Default 60,000 (docs/promises.md#p4). */
  readonly mass: number;
}

/** One finished call, for metrics. */
export interface CallObservation {
  readonly api: string;
  readonly outcome: CallOutcome;
  readonly ms: number;
  readonly reason?: PlatformReason;
  /** Of a failure: the call that the platform refused, which is `token` where it gave none. */
  readonly refused?: string;
  /** The platform's number, for people to read. */
  readonly errcode?: number;
  /** Of a failure: what staff should read and do. */
  readonly words?: string;
}

export interface WechatClientDeps {
  readonly appId: string;
  readonly appSecret: string;
  /** `https://api.weixin.qq.com` or a simulator, without a slash at the end. */
  readonly apiBase: string;
  readonly accountType: AccountType;
  readonly verified: boolean;
  readonly tokenStore: TokenStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly observe?: (call: CallObservation) => void;
  readonly timeouts?: Partial<CallTimeouts>;
}

export interface DraftArticle {
  /** ≤ 32 characters. */
  readonly title: string;
  /** ≤ 16 characters. */
  readonly author?: string;
  /** ≤ 128 characters; the platform takes the first 54 of the text without it. */
  readonly digest?: string;
  /** HTML, < 20,000 characters and < 1 MB; images only from `uploadBodyImage`. */
  readonly content: string;
  /** "Read the original", ≤ 1 KB. */
  readonly sourceUrl?: string;
  /** Permanent material. */
  readonly thumbMediaId: string;
}

/** An article as the platform holds it. */
export interface StoredDraftArticle {
  readonly title: string;
  readonly content: string;
  readonly digest: string;
  readonly thumbMediaId: string;
  /** The preview's temporary address, where given. */
  readonly url?: string;
}

export type MassAudience = { readonly kind: 'all' } | { readonly kind: 'tag'; readonly tagId: number };

export type MassContent =
  | { readonly type: 'mpnews'; readonly mediaId: string }
  | { readonly type: 'text'; readonly text: string };

export interface MassOrder {
  readonly audience: MassAudience;
  readonly content: MassContent;
  /** 1 to 32 of letters, digits, `-`, `_`. The platform remembers it 24 h. */
  readonly clientMsgId: string;
}

export interface MassReceipt {
  readonly msgId: string;
  /** Only for mpnews: the key of the article statistics. */
  readonly msgDataId?: string;
  /** True when the platform says that it had accepted this clientMsgId before; msgId is the old one. */
  readonly alreadyAccepted: boolean;
}

export interface MassStatus {
  readonly msgId: string;
  /** `SENDING`, `SEND_SUCCESS`, `SEND_FAIL`, `DELETE`, or what the platform says newly: kept for people to read. */
  readonly status: string;
  readonly result: MassResult;
}

export interface MenuButton {
  readonly name: string;
  readonly type?: string;
  readonly key?: string;
  readonly url?: string;
  readonly appid?: string;
  readonly pagepath?: string;
  readonly media_id?: string;
  readonly article_id?: string;
  readonly sub_button?: readonly MenuButton[];
}

export interface WechatMenu {
  readonly button: readonly MenuButton[];
}

export interface WechatTag {
  readonly id: number;
  readonly name: string;
  /** Followers with this tag. */
  readonly count: number;
}

export interface OpenidPage {
  readonly openids: readonly string[];
  /** Hand it in for the next page; null at the end. */
  readonly next: string | null;
}

export interface FollowerPage extends OpenidPage {
  readonly total: number;
}

export interface FollowerDetails {
  readonly openid: string;
  readonly subscribed: boolean;
  readonly subscribedAt?: Date;
  readonly tagIds: readonly number[];
  /** QR scene that brought them, where there was one. */
  readonly qrScene?: string;
}

export interface MediaFile {
  readonly bytes: Uint8Array;
  /** As the platform says; `application/octet-stream` where it says nothing. */
  readonly contentType: string;
}

export interface QrCode {
  readonly ticket: string;
  /** What the code holds. */
  readonly url: string;
  /** Where the picture can be fetched. */
  readonly imageUrl: string;
}

/**
 * The platform's API as promises. Every failure is an AppError with PlatformErrorDetails: `platform_retry` (outcome
 * `retry` and `ours`: the work waits), `platform_refused` (`theirs` and `never`) or `platform_unknown`. Wrong arguments
 * are `invalid_input` and never reach the network.
 */
export interface WechatClient {
  readonly rights: AccountRights;

  /** A customer-service text; needs a recent contact (`window_closed`) and its quota (`messages_used_up`). */
  sendText(openid: string, text: string): Promise<void>;
  sendImage(openid: string, mediaId: string): Promise<void>;

  /** The menu as published, null where there is none. */
  getMenu(): Promise<WechatMenu | null>;
  createMenu(menu: WechatMenu): Promise<void>;
  deleteMenu(): Promise<void>;

  addDraft(articles: readonly DraftArticle[]): Promise<{ readonly mediaId: string }>;
  /** The draft, null where the box holds none of that id (it leaves the box once sent). */
  getDraft(mediaId: string): Promise<readonly StoredDraftArticle[] | null>;
  /** True when it was there. */
  deleteDraft(mediaId: string): Promise<boolean>;

  /** jpg or png under 1 MB for use inside an article's text. */
  uploadBodyImage(bytes: Uint8Array, filename: string): Promise<{ readonly url: string }>;
  /** Permanent material; `thumb` is a jpg of at most 64 KB. Default `image`. */
  uploadPermanentImage(
    bytes: Uint8Array,
    filename: string,
    type?: 'image' | 'thumb',
  ): Promise<{ readonly mediaId: string; readonly url?: string }>;
  /** A resident's photo, voice or video, at most 20 MB; the platform keeps it 3 days. */
  getMedia(mediaId: string): Promise<MediaFile>;
  /** The picture behind `PicUrl`, for accounts without media download; only from the platform's own hosts. */
  getPicture(picUrl: string): Promise<MediaFile>;

  massSend(order: MassOrder): Promise<MassReceipt>;
  massStatus(msgId: string): Promise<MassStatus>;
  /** Takes back a sent article; `articleIndex` from 1, absent = all. */
  massDelete(msgId: string, articleIndex?: number): Promise<void>;
  preview(openid: string, content: { readonly mediaId: string } | { readonly text: string }): Promise<void>;

  listTags(): Promise<readonly WechatTag[]>;
  createTag(name: string): Promise<{ readonly id: number; readonly name: string }>;
  deleteTag(tagId: number): Promise<void>;
  /** Gives 1 to 50 followers a tag. */
  tagMembers(tagId: number, openids: readonly string[]): Promise<void>;
  /** Takes a tag from 1 to 50 followers. */
  untagMembers(tagId: number, openids: readonly string[]): Promise<void>;
  tagFollowers(tagId: number, next?: string): Promise<OpenidPage>;
  followers(next?: string): Promise<FollowerPage>;
  /** Of 1 to 100 openids. */
  followerDetails(openids: readonly string[]): Promise<readonly FollowerDetails[]>;

  /** Permanent code for a text scene of 1 to 64 characters; verified service accounts only. */
  createQrCode(scene: string): Promise<QrCode>;
  /** Addresses from which the platform calls us. */
  callbackIps(): Promise<readonly string[]>;
}
