import type { IncomingMessage } from 'node:http';
import { callbackify } from 'node:util';
import WechatApi from 'wechat-api';
import { TransportError } from './call-errors.ts';
import { jsonBody } from './json.ts';
import { isJsonAnswer, jsonAnswer, type RawAnswer, readAnswer, transportErrorOf } from './transport.ts';

/** No answer of the API but a file is larger: a draft of 8 articles of 1 MB each. */
const MAX_JSON_BYTES = 16 * 1_024 * 1_024;
/** A video message is at most 10 MB (docs/wechat-platform.md#media); twice that for what changes. */
const MAX_FILE_BYTES = 20 * 1_024 * 1_024;
const CONNECT_MS = 5_000;
const OFFICIAL_API = 'https://api.weixin.qq.com';

export type SdkDone = WechatApi.Callback;

/** wechat-api for one call, with its faults mended and the calls that it lacks. */
export interface SdkCall extends WechatApi {
  /** POST of a JSON body to a path below the API's address. */
  postJson(path: string, body: unknown, done: SdkDone): void;
  /** POST of one file as multipart form field `media`. */
  postFile(path: string, file: SdkFile, done: SdkDone): void;
  /** GET of a file; `done` gets a RawAnswer, or the platform's JSON in its place. */
  getFile(url: string, done: SdkDone): void;
}

export interface SdkFile {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface SdkCallOptions {
  /** Access token; empty for a call without one. */
  readonly token: string;
  /** Milliseconds for the whole call. */
  readonly timeoutMs: number;
}

export interface Sdk {
  /** Runs one API call and gives what the platform answered, errcode or not; rejects with TransportError. */
  call(options: SdkCallOptions, run: (api: SdkCall, done: SdkDone) => void): Promise<unknown>;
  /** The address of a QR code's picture. */
  qrImageUrl(ticket: string): string;
}

/**
 * wechat-api as a function of one call. Each call gets its own view of the instance with its own token: the library
 * keeps the token in one field shared by all calls, so that a retry could pair the answer of one with the token of
 * another. Bodies go out as raw UTF-8, answers are read without losing digits, and every call ends in time.
 */
export function createSdk(deps: { readonly appId: string; readonly appSecret: string; readonly apiBase: string }): Sdk {
  const shared = new WechatApi(deps.appId, deps.appSecret);
  shared.endpoint = deps.apiBase;
  shared.fileServerPrefix = `${deps.apiBase}/cgi-bin/`;
  if (deps.apiBase !== OFFICIAL_API) shared.mpPrefix = `${deps.apiBase}/cgi-bin/`;

  return {
    qrImageUrl: (ticket) => shared.showQRCodeURL(encodeURIComponent(ticket)),
    call: async (options, run) => {
      const inFlight = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new TransportError('timeout'));
          inFlight.abort();
        }, options.timeoutMs);
      });
      const answered = new Promise<unknown>((resolve, reject) => {
        run(viewOf(shared, options, inFlight.signal), (error, data) => {
          if (error !== null && data === undefined) reject(error);
          else resolve(data);
        });
      });
      return Promise.race([answered, late]).finally(() => clearTimeout(timer));
    },
  };
}

function viewOf(shared: WechatApi, { token, timeoutMs }: SdkCallOptions, signal: AbortSignal): SdkCall {
  const view = Object.create(shared) as SdkCall;
  const tokenised = (path: string) =>
    `${shared.endpoint}${path}${path.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`;
  return Object.assign(view, {
    token: { accessToken: encodeURIComponent(token) },
    preRequest: (method: (...args: unknown[]) => void, args: ArrayLike<unknown>) => {
      method.apply(view, Array.from(args));
    },
    request: (url: string, options: WechatApi.RequestOptions, done: SdkDone) => {
      const timeout = [Math.min(CONNECT_MS, timeoutMs), timeoutMs] as const;
      callbackify(() => send(shared, url, { ...options, timeout }, signal))(done);
    },
    postJson: (path: string, body: unknown, done: SdkDone) =>
      view.request(token === '' ? shared.endpoint + path : tokenised(path), jsonPost(body), done),
    postFile: (path: string, file: SdkFile, done: SdkDone) => view.request(tokenised(path), filePost(file), done),
    getFile: (url: string, done: SdkDone) => view.request(url.startsWith('/') ? tokenised(url) : url, {}, done),
  });
}

async function send(
  shared: WechatApi,
  url: string,
  { dataType, data, ...options }: WechatApi.RequestOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const content = data === undefined ? options.content : jsonBody(data);
  const answer = await new Promise<RawAnswer>((resolve, reject) => {
    const request = { ...options, ...(content === undefined ? {} : { content }), streaming: true };
    WechatApi.prototype.request.call(shared, url, request, (error, _data, response) => {
      if (error !== null) {
        reject(transportErrorOf(error));
        return;
      }
      // At once, not in a later turn: an error that comes together with the headers would reach urllib's handler.
      const maxBytes = dataType === 'json' ? MAX_JSON_BYTES : MAX_FILE_BYTES;
      resolve(readAnswer(response as IncomingMessage, maxBytes, signal));
    });
  });
  if (dataType === 'json' || isJsonAnswer(answer)) {
    const data = jsonAnswer(answer);
    if (answer.status !== 200 && !('errcode' in data)) throw new TransportError('answer_unreadable');
    return data;
  }
  if (answer.status !== 200 || answer.bytes.length === 0) throw new TransportError('answer_unreadable');
  return answer;
}

function jsonPost(body: unknown): WechatApi.RequestOptions {
  return { type: 'POST', dataType: 'json', data: body, headers: { 'Content-Type': 'application/json' } };
}

function filePost({ filename, contentType, bytes }: SdkFile): WechatApi.RequestOptions {
  const boundary = `----xiangyin${crypto.randomUUID()}`;
  const name = filename.replaceAll(/[^\w.-]/g, '_').slice(-100) || 'file';
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${name}"\r\n` +
    `Content-Type: ${contentType}\r\n\r\n`;
  const content = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
  return { type: 'POST', dataType: 'json', content, headers };
}
