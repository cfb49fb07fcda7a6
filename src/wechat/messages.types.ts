/**
 * What the platform tells us, as a typed union. `type` is the platform's own name (so `location` is a message and
 * `LOCATION` an event); anything this list does not know has `type: 'unknown'` and is kept whole in `raw`.
 * Ids are strings. Optional members are absent where the platform left the field out.
 */

/** A field as it arrived: text in XML, any JSON value in JSON. Repeated XML elements are a list. */
export type FieldValue = string | number | boolean | null | readonly FieldValue[] | InboundFields;

/** All fields of one message by their platform names. */
export interface InboundFields {
  readonly [name: string]: FieldValue;
}

interface Common {
  /** The account's own id (`gh_…`). */
  readonly toUserName: string;
  /** The sender; empty where the platform sent none. */
  readonly openid: string;
  /** Seconds since 1970 as the platform says, 0 where it said none. */
  readonly createTime: number;
  /** MsgId of a message; MsgID of a job event; absent elsewhere. */
  readonly msgId?: string;
  /** Every field as it arrived. */
  readonly raw: InboundFields;
}

interface Message extends Common {
  readonly kind: 'message';
}

interface Event extends Common {
  readonly kind: 'event';
}

export interface TextMessage extends Message {
  readonly type: 'text';
  /** May be empty. */
  readonly text: string;
}

export interface ImageMessage extends Message {
  readonly type: 'image';
  readonly mediaId?: string;
  readonly picUrl?: string;
}

export interface VoiceMessage extends Message {
  readonly type: 'voice';
  readonly mediaId?: string;
  /** `amr` or `speex`. */
  readonly format?: string;
  /** 16 kHz copy, where the platform offers one (unverified). */
  readonly mediaId16K?: string;
  /** Recognised text; normally absent, the platform announced its end in 2023. */
  readonly recognition?: string;
}

export interface VideoMessage extends Message {
  readonly type: 'video' | 'shortvideo';
  readonly mediaId?: string;
  readonly thumbMediaId?: string;
}

export interface LocationMessage extends Message {
  readonly type: 'location';
  readonly place: Place;
}

/** A place that a resident picked. Degrees (GCJ-02, the platform's map datum). */
export interface Place {
  readonly latitude?: number;
  readonly longitude?: number;
  /** Zoom level of the map. */
  readonly scale?: number;
  readonly label?: string;
  readonly poiName?: string;
}

export interface LinkMessage extends Message {
  readonly type: 'link';
  readonly title?: string;
  readonly description?: string;
  readonly url?: string;
}

export interface FileMessage extends Message {
  readonly type: 'file';
  readonly title?: string;
  readonly description?: string;
  readonly fileKey?: string;
  readonly fileMd5?: string;
  /** Bytes. */
  readonly fileLength?: number;
}

export interface SubscribeEvent extends Event {
  readonly type: 'subscribe';
  readonly eventKey: string;
  /** The QR scene without `qrscene_`, where the resident came by a QR code. */
  readonly scene?: string;
  readonly ticket?: string;
}

export interface UnsubscribeEvent extends Event {
  readonly type: 'unsubscribe';
  readonly eventKey: string;
}

export interface ScanEvent extends Event {
  readonly type: 'SCAN';
  readonly eventKey: string;
  readonly scene: string;
  readonly ticket?: string;
}

export interface LocationEvent extends Event {
  readonly type: 'LOCATION';
  readonly latitude?: number;
  readonly longitude?: number;
  /** Metres. */
  readonly precision?: number;
}

export interface ClickEvent extends Event {
  readonly type: 'CLICK';
  /** The menu key. */
  readonly eventKey: string;
}

export interface ViewEvent extends Event {
  readonly type: 'VIEW' | 'view_miniprogram';
  /** The address, or the mini program's path. */
  readonly eventKey: string;
  readonly menuId?: string;
}

export interface ScanCodeEvent extends Event {
  readonly type: 'scancode_push' | 'scancode_waitmsg';
  readonly eventKey: string;
  readonly scanType?: string;
  readonly scanResult?: string;
}

export interface PictureEvent extends Event {
  readonly type: 'pic_sysphoto' | 'pic_photo_or_album' | 'pic_weixin';
  readonly eventKey: string;
  /** How many image messages follow. */
  readonly count?: number;
  readonly md5s: readonly string[];
}

export interface LocationSelectEvent extends Event {
  readonly type: 'location_select';
  readonly eventKey: string;
  readonly place: Place;
}

/** Approximate head counts of a mass send: they are pushed slightly before the job ends. */
export interface MassCounts {
  readonly total: number;
  /** After the platform's filters; in principle sent + failed. */
  readonly filtered: number;
  readonly sent: number;
  readonly failed: number;
}

/** What became of a mass send. `taken_back`: delivered first, deleted afterwards. `unclear`: no word that we know. */
export type MassOutcome = 'delivered' | 'sending' | 'failed' | 'taken_back' | 'unclear';

export interface MassResult {
  readonly outcome: MassOutcome;
  /** For staff: what it means and, where it failed, what to do. */
  readonly zh: string;
}

export interface MassFinishEvent extends Event {
  readonly type: 'MASSSENDJOBFINISH';
  /** As sent: `send success`, `send fail`, `err(10001)` …; kept for people to read. */
  readonly status: string;
  readonly result: MassResult;
  readonly counts: MassCounts;
  /** 1 not judged a reprint, 2 reprint that may be sent, 3 reprint that may not; live captures also show 0. */
  readonly checkState?: number;
  readonly articleUrls: readonly ArticleUrl[];
  readonly copyright: readonly CopyrightResult[];
}

export interface ArticleUrl {
  /** From 1. */
  readonly index: number;
  readonly url: string;
}

export interface CopyrightResult {
  /** From 1. */
  readonly index: number;
  readonly auditState?: number;
  readonly userDeclareState?: number;
  readonly originalUrl?: string;
  readonly canReprint: boolean;
}

export interface PublishFinishEvent extends Event {
  readonly type: 'PUBLISHJOBFINISH';
  readonly publishId?: string;
  /** 0 done, 1 running, 2 originality, 3 failed, 4 refused by review, 5 deleted afterwards, 6 banned afterwards. */
  readonly publishStatus?: number;
  readonly articleId?: string;
  readonly articleUrls: readonly ArticleUrl[];
  /** Articles that were refused, from 1. */
  readonly failedIndexes: readonly number[];
}

export interface TemplateFinishEvent extends Event {
  readonly type: 'TEMPLATESENDJOBFINISH';
  readonly status: string;
  readonly outcome: 'delivered' | 'blocked' | 'failed';
}

export interface SubscribeMsgEvent extends Event {
  readonly type: 'subscribe_msg_popup_event' | 'subscribe_msg_change_event' | 'subscribe_msg_sent_event';
  readonly items: readonly SubscribeMsgItem[];
}

export interface SubscribeMsgItem {
  readonly templateId: string;
  /** `accept` or `reject` (popup and change). */
  readonly choice?: string;
  readonly popupScene?: string;
  /** Only of `subscribe_msg_sent_event`. */
  readonly msgId?: string;
  readonly errorCode?: number;
  readonly errorStatus?: string;
}

export interface KfSessionEvent extends Event {
  readonly type: 'kf_create_session' | 'kf_close_session';
  readonly kfAccount?: string;
}

export interface KfSwitchEvent extends Event {
  readonly type: 'kf_switch_session';
  readonly fromKfAccount?: string;
  readonly toKfAccount?: string;
}

export interface AuthorizationEvent extends Event {
  readonly type: 'user_info_modified' | 'user_authorization_revoke' | 'user_authorization_cancellation';
  /** The person concerned; may differ from the sender. */
  readonly subjectOpenid?: string;
  readonly appId?: string;
  /** 201 address, 202 invoice, 203 card, 204 mic, 205 nickname and avatar, 206 location, 207 picked media. */
  readonly revokeInfo?: string;
}

export interface VerifyEvent extends Event {
  readonly type:
    | 'qualification_verify_success'
    | 'qualification_verify_fail'
    | 'naming_verify_success'
    | 'naming_verify_fail'
    | 'annual_renew'
    | 'verify_expired';
  /** Seconds since 1970. */
  readonly expiredTime?: number;
  /** Seconds since 1970. */
  readonly failTime?: number;
  readonly failReason?: string;
}

export interface UnknownMessage extends Message {
  readonly type: 'unknown';
  /** What the platform called it, may be empty. */
  readonly platformType: string;
}

export interface UnknownEvent extends Event {
  readonly type: 'unknown';
  /** What the platform called it, may be empty. */
  readonly platformType: string;
}

export type InboundChatMessage =
  | TextMessage
  | ImageMessage
  | VoiceMessage
  | VideoMessage
  | LocationMessage
  | LinkMessage
  | FileMessage
  | UnknownMessage;

export type InboundEvent =
  | SubscribeEvent
  | UnsubscribeEvent
  | ScanEvent
  | LocationEvent
  | ClickEvent
  | ViewEvent
  | ScanCodeEvent
  | PictureEvent
  | LocationSelectEvent
  | MassFinishEvent
  | PublishFinishEvent
  | TemplateFinishEvent
  | SubscribeMsgEvent
  | KfSessionEvent
  | KfSwitchEvent
  | AuthorizationEvent
  | VerifyEvent
  | UnknownEvent;

export type InboundMessage = InboundChatMessage | InboundEvent;
