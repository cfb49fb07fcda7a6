/** What we may answer inside the webhook request. */
export type Reply = TextReply | ImageReply | VoiceReply | NewsReply;

export interface TextReply {
  readonly type: 'text';
  readonly text: string;
}

export interface ImageReply {
  readonly type: 'image';
  /** Temporary or permanent material; not a gif. */
  readonly mediaId: string;
}

export interface VoiceReply {
  readonly type: 'voice';
  readonly mediaId: string;
}

export interface NewsReply {
  readonly type: 'news';
  readonly articles: readonly ReplyArticle[];
}

export interface ReplyArticle {
  readonly title: string;
  readonly description?: string;
  readonly picUrl?: string;
  readonly url: string;
}
