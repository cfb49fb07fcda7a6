import { AppError } from '../kernel/index.ts';
import { recordOf, textIn } from './answers.ts';
import type { Caller, CallSpec } from './calls.ts';
import type { MediaFile, WechatClient } from './client.types.ts';
import type { RawAnswer } from './transport.ts';

const GET_MEDIA: CallSpec = { api: 'media.get', effect: 'read', timeout: 'media', right: 'mediaDownload' };
const FETCH: CallSpec = { api: 'media.fetch', effect: 'read', timeout: 'media', token: false };

/** Hosts on which the platform keeps pictures and videos; anything else in a message is not fetched. */
const PLATFORM_HOST = /(^|\.)(qpic\.cn|qlogo\.cn|qq\.com)$/;

/** Files that residents sent. `apiBase` counts as the platform's own address, so that a simulator can serve files. */
export function mediaCalls({ ask }: Caller, apiBase: string): Pick<WechatClient, 'getMedia' | 'getPicture'> {
  const fetchFrom = async (url: string): Promise<MediaFile> => {
    if (!isPlatformUrl(url, apiBase)) {
      throw new AppError('invalid_input', { message: '这个地址不是微信平台的，没有下载。' });
    }
    return ask(FETCH, (api, done) => api.getFile(url, done), fileOf);
  };

  return {
    getPicture: fetchFrom,
    getMedia: async (mediaId) => {
      const path = `/cgi-bin/media/get?media_id=${encodeURIComponent(mediaId)}`;
      const answer = await ask(
        GET_MEDIA,
        (api, done) => api.getFile(path, done),
        (got) => fileOf(got) ?? textIn(recordOf(got)['video_url']),
      );
      return typeof answer === 'string' ? fetchFrom(answer) : answer;
    },
  };
}

function fileOf(answer: unknown): MediaFile | undefined {
  const { bytes, contentType } = recordOf(answer) as Partial<RawAnswer>;
  if (!(bytes instanceof Uint8Array)) return undefined;
  return { bytes, contentType: textIn(contentType) ?? 'application/octet-stream' };
}

function isPlatformUrl(address: string, apiBase: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.origin === new URL(apiBase).origin) return true;
  return /^https?:$/.test(url.protocol) && url.port === '' && url.username === '' && PLATFORM_HOST.test(url.hostname);
}
