/** The part of wechat-api 1.35.1 (CommonJS, callbacks, no types of its own) that the client uses. */
declare module 'wechat-api' {
  namespace WechatApi {
    type Callback = (error: Error | null, data?: unknown, response?: unknown) => void;

    interface RequestOptions {
      readonly type?: string;
      readonly dataType?: string;
      readonly data?: unknown;
      readonly content?: Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
      readonly timeout?: number | readonly [number, number];
      readonly streaming?: boolean;
    }
  }

  class WechatApi {
    constructor(appid: string, appsecret: string);
    endpoint: string;
    mpPrefix: string;
    fileServerPrefix: string;
    token: { readonly accessToken: string };
    preRequest(method: (...args: unknown[]) => void, args: ArrayLike<unknown>): void;
    request(url: string, options: WechatApi.RequestOptions, callback: WechatApi.Callback): void;

    getMenu(callback: WechatApi.Callback): void;
    createMenu(menu: unknown, callback: WechatApi.Callback): void;
    removeMenu(callback: WechatApi.Callback): void;
    sendText(openid: string, text: string, callback: WechatApi.Callback): void;
    sendImage(openid: string, mediaId: string, callback: WechatApi.Callback): void;
    createTag(name: string, callback: WechatApi.Callback): void;
    getTags(callback: WechatApi.Callback): void;
    deleteTag(id: number, callback: WechatApi.Callback): void;
    getTagUsers(tagId: number, nextOpenid: string, callback: WechatApi.Callback): void;
    membersBatchtagging(tagId: number, openids: readonly string[], callback: WechatApi.Callback): void;
    membersBatchuntagging(tagId: number, openids: readonly string[], callback: WechatApi.Callback): void;
    getFollowers(nextOpenid: string, callback: WechatApi.Callback): void;
    getMassMessageStatus(msgId: string, callback: WechatApi.Callback): void;
    previewNews(openid: string, mediaId: string, callback: WechatApi.Callback): void;
    previewText(openid: string, text: string, callback: WechatApi.Callback): void;
    createLimitQRCode(scene: string, callback: WechatApi.Callback): void;
    showQRCodeURL(ticket: string): string;
    getIp(callback: WechatApi.Callback): void;
  }

  export = WechatApi;
}
