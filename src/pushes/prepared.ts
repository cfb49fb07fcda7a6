/** What pushes go by; a second account of a carrier has a name of its own and is no second kind. */
export type CarrierKind = 'wechat';

/** What was found out and uploaded for a mass send. */
export interface WechatPrepared {
  readonly carrier: 'wechat';
  /** When this order was begun: followers' tags are waited for from here. */
  readonly since: Date;
  /** Null until the audience was fixed; `tagId` null for everybody. `headCount` is ours at that moment. */
  readonly audience: { readonly tagId: number | null; readonly headCount: number } | null;
  readonly covers: readonly { readonly mediaId: string; readonly thumbMediaId: string }[];
  readonly images: readonly { readonly mediaId: string; readonly url: string }[];
  readonly draft: string | null;
  /** How often a draft was made again because the platform no longer knew it. */
  readonly rebuilds: number;
}

/** What a carrier has found out and uploaded for a push. One member a carrier. */
export type Prepared = WechatPrepared;
