import { AppError } from '../kernel/index.ts';
import { createAccessTokens } from './access-token.ts';
import { numberIn, recordOf, textIn, textsOf } from './answers.ts';
import { type Caller, type CallSpec, createCaller } from './calls.ts';
import { contentCalls } from './client-content.ts';
import { massCalls } from './client-mass.ts';
import { mediaCalls } from './client-media.ts';
import { peopleCalls } from './client-people.ts';
import type { CallTimeouts, WechatClient, WechatClientDeps } from './client.types.ts';
import { rightsOf } from './rights.ts';
import { createSdk, type Sdk } from './sdk.ts';

/** Milliseconds; why each: CallTimeouts. */
const TIMEOUTS: CallTimeouts = { token: 5_000, read: 10_000, change: 10_000, media: 60_000, mass: 60_000 };

const TOKEN: CallSpec = { api: 'token', effect: 'read', timeout: 'token', token: false };
const SEND_TEXT: CallSpec = { api: 'custom.text', effect: 'change', timeout: 'change', right: 'customerService' };
const SEND_IMAGE: CallSpec = { api: 'custom.image', effect: 'change', timeout: 'change', right: 'customerService' };
const CREATE_QR: CallSpec = { api: 'qrcode.create', effect: 'change', timeout: 'change', right: 'qrCodes' };
const CALLBACK_IPS: CallSpec = { api: 'callback_ips', effect: 'read', timeout: 'read' };

/** The platform's API of one account. Throws AppError as WechatClient says; never logs an openid, a text or a token. */
export function createWechatClient(deps: WechatClientDeps): WechatClient {
  const { appId, appSecret, clock, log } = deps;
  const apiBase = deps.apiBase.replace(/\/+$/, '');
  const sdk = createSdk({ appId, appSecret, apiBase });
  const rights = rightsOf(deps);
  const tokens = createAccessTokens({
    store: deps.tokenStore,
    clock,
    log,
    fetchToken: (force) => fetchToken(caller, { appId, appSecret, force }),
  });
  const caller: Caller = createCaller({
    sdk,
    tokens,
    rights,
    timeouts: { ...TIMEOUTS, ...deps.timeouts },
    log,
    observe: deps.observe ?? (() => undefined),
  });
  return {
    rights,
    ...contactCalls(caller, sdk),
    ...contentCalls(caller),
    ...mediaCalls(caller, apiBase),
    ...massCalls(caller),
    ...peopleCalls(caller),
  };
}

/** `stable_token`; normal mode gives every caller the same token while it is valid (docs/wechat-platform.md#token). */
function fetchToken(
  { ask }: Caller,
  { appId, appSecret, force }: { appId: string; appSecret: string; force: boolean },
) {
  const body = { grant_type: 'client_credential', appid: appId, secret: appSecret, force_refresh: force };
  return ask(
    TOKEN,
    (api, done) => api.postJson('/cgi-bin/stable_token', body, done),
    (answer) => {
      const token = textIn(recordOf(answer)['access_token']);
      const expiresIn = numberIn(recordOf(answer)['expires_in']);
      return token === undefined || expiresIn === undefined || expiresIn <= 0 ? undefined : { token, expiresIn };
    },
  );
}

type ContactCalls = Pick<WechatClient, 'sendText' | 'sendImage' | 'createQrCode' | 'callbackIps'>;

function contactCalls({ ask, act }: Caller, sdk: Sdk): ContactCalls {
  return {
    sendText: (openid, text) => act(SEND_TEXT, (api, done) => api.sendText(openid, text, done)),
    sendImage: (openid, mediaId) => act(SEND_IMAGE, (api, done) => api.sendImage(openid, mediaId, done)),
    createQrCode: async (scene) => {
      if (!/^.{1,64}$/u.test(scene))
        throw new AppError('invalid_input', { message: '二维码场景值应为 1 至 64 个字符。' });
      return ask(
        CREATE_QR,
        (api, done) => api.createLimitQRCode(scene, done),
        (answer) => {
          const ticket = textIn(recordOf(answer)['ticket']);
          const url = textIn(recordOf(answer)['url']) ?? '';
          return ticket === undefined ? undefined : { ticket, url, imageUrl: sdk.qrImageUrl(ticket) };
        },
      );
    },
    callbackIps: () =>
      ask(
        CALLBACK_IPS,
        (api, done) => api.getIp(done),
        (answer) => textsOf(recordOf(answer)['ip_list']),
      ),
  };
}
