import { fileTypeFromBuffer } from 'file-type';
import { AppError, isAppError } from '../kernel/index.ts';
import { cleanImage } from '../platform/images/index.ts';
import { mayComeByAddress, platformFailureOf, type WechatClient } from '../wechat/index.ts';

export const MEDIA_TYPES = ['image', 'voice', 'video'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** `waiting` = still on the platform, `stored` = we have it, `missing` = it could not be had, `why` says why. */
export const MEDIA_STATES = ['waiting', 'stored', 'missing'] as const;
export type MediaState = (typeof MEDIA_STATES)[number];

/** A photo, recording or video that a resident sent. */
export interface Medium {
  readonly id: string;
  readonly ticket: string;
  readonly type: MediaType;
  readonly state: MediaState;
  /** The platform's temporary id: lives 3 days there. */
  readonly sourceId: string | null;
  readonly picUrl: string | null;
  readonly saidAt: Date;
  readonly contentType: string | null;
  readonly bytes: number | null;
  /** In Chinese, for staff and the resident. */
  readonly why: string | null;
  readonly attempts: number;
}

const NAMES: Readonly<Record<MediaType, string>> = { image: '照片', voice: '语音', video: '视频' };

/** `照片没能取到：…`: what stands on the ticket in place of the medium. */
export function missingWords(medium: Pick<Medium, 'type' | 'why'>): string {
  return `${NAMES[medium.type]}没能取到${medium.why === null ? '' : `：${medium.why}`}`;
}

const MB = 1_048_576;
/**
 * What each type may be, by content, and how large. The platform takes photos and videos up to 10 MB and recordings up
 * to 2 MB (docs/wechat-platform.md#media); twice that for what changes, the client itself stops at 20 MB.
 */
const RULES: Readonly<Record<MediaType, { mimes: readonly string[]; bytes: number }>> = {
  image: { mimes: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'], bytes: 20 * MB },
  voice: {
    mimes: ['audio/amr', 'audio/mpeg', 'audio/wav', 'audio/vnd.wave', 'audio/ogg', 'audio/x-m4a', 'audio/mp4'],
    bytes: 4 * MB,
  },
  video: { mimes: ['video/mp4', 'video/quicktime', 'video/3gpp'], bytes: 20 * MB },
};

/** It can never be had; `message` says why in Chinese. */
class Missing extends Error {}

/** Bytes as they are kept and the type as which they are served; both decided by content. */
export interface FetchedMedium {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

export type FetchOutcome =
  | { readonly kind: 'fetched'; readonly medium: FetchedMedium }
  | { readonly kind: 'missing'; readonly why: string }
  /** `stopped` = by our own settings or rights: nobody has said anything about the medium. */
  | { readonly kind: 'later'; readonly why: string; readonly stopped: boolean };

export type MediaSource = Pick<WechatClient, 'rights' | 'getMedia' | 'getPicture'>;

/**
 * Gets a medium from the platform: by its id, or, where the account may not or the id is dead, a photo by its PicUrl
 * (only from the platform's own hosts; the client refuses any other). Photos are re-encoded, so no EXIF is kept.
 */
export async function fetchMedium(source: MediaSource, medium: Medium): Promise<FetchOutcome> {
  try {
    return { kind: 'fetched', medium: await checked(medium.type, await download(source, medium)) };
  } catch (error) {
    if (error instanceof Missing) return { kind: 'missing', why: error.message };
    if (!isAppError(error)) throw error;
    if (error.code === 'invalid_input') return { kind: 'missing', why: '地址不是微信平台的' };
    const failure = platformFailureOf(error);
    if (failure === null) return { kind: 'later', why: error.code, stopped: false };
    const { outcome, reason, cause, errcode } = failure;
    if (cause === 'answer_too_large') return { kind: 'missing', why: '文件太大' };
    if (outcome === 'never' || outcome === 'theirs') {
      return { kind: 'missing', why: `平台上没有了（${errcode ?? '无代码'}）` };
    }
    return { kind: 'later', why: cause ?? reason, stopped: outcome === 'ours' };
  }
}

async function download(source: MediaSource, medium: Medium): Promise<Uint8Array> {
  const { sourceId, picUrl, type } = medium;
  const byUrl = type === 'image' && picUrl !== null;
  if (sourceId !== null && source.rights.mediaDownload) {
    try {
      return (await source.getMedia(sourceId)).bytes;
    } catch (error) {
      if (!byUrl || !mayComeByAddress(error)) throw error;
    }
  }
  if (byUrl) return (await source.getPicture(picUrl)).bytes;
  throw new Missing(source.rights.mediaDownload ? '消息里没有附件' : '这个公众号没有下载权限');
}

async function checked(type: MediaType, bytes: Uint8Array): Promise<FetchedMedium> {
  const rule = RULES[type];
  if (bytes.length > rule.bytes) throw new Missing('文件太大');
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  // Speex has no mark that a reader knows: a resident's words are kept even so, to be downloaded and never shown.
  if (type === 'voice' && found === undefined) return { bytes, contentType: 'application/octet-stream' };
  if (found === undefined || !rule.mimes.includes(found)) throw new Missing(`内容不是${NAMES[type]}`);
  if (type !== 'image') return { bytes, contentType: found };
  try {
    return await cleanImage(bytes);
  } catch (error) {
    throw error instanceof AppError ? new Missing('照片打不开') : error;
  }
}
