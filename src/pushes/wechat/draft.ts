import { AppError, countChars, cutAtSentence, utf8Bytes } from '../../kernel/index.ts';
import type { DraftArticle } from '../../wechat/index.ts';
import { type FrozenArticle, pushTitle } from '../approved.ts';
import type { ExactArticle } from '../ports.ts';
import { plainCover } from './plain-cover.ts';

/** Limits of a draft (docs/wechat-platform.md#drafts). */
const CONTENT_CHARS = 20_000;
const CONTENT_BYTES = 1_048_576;
const DIGEST_CHARS = 128;
const TEXT_BYTES = 2_048;
/** Room for the platform's address in place of ours, a picture. */
const URL_CHARS = 200;

const IMAGE = /(<img\b[^>]*?\bsrc=")\/media\/([0-9a-f]{24})(")/g;

/** Ids of the pictures inside a body, each once, in order. */
export function bodyImageIds(bodyHtml: string): string[] {
  return [...new Set([...bodyHtml.matchAll(IMAGE)].map((match) => match[2] ?? ''))];
}

/** The body with its pictures at other addresses. Throws where one has none. */
export function withImagesAt(bodyHtml: string, urlOf: (mediaId: string) => string | undefined): string {
  return bodyHtml.replace(IMAGE, (_whole, before: string, mediaId: string, after: string) => {
    const url = urlOf(mediaId);
    if (url === undefined) throw new Error('a picture of the body has no address');
    return `${before}${url}${after}`;
  });
}

/** AppError invalid_input where the platform would not take this title, or a body of this length. */
export function checkArticle(article: FrozenArticle, { bodyHtml }: Pick<ExactArticle, 'bodyHtml'>): void {
  if (pushTitle(article) === null) {
    throw new AppError('invalid_input', {
      message: `《${article.title}》的标题超过32个字，请先在文章里填写短标题。`,
      details: { articleId: article.articleId },
    });
  }
  checkBodyLength(article.title, bodyHtml);
}

/** AppError invalid_input where the platform would not take a body of this length. */
export function checkBodyLength(title: string, bodyHtml: string): void {
  const room = bodyImageIds(bodyHtml).length * URL_CHARS;
  if (bodyHtml.trim() === '') throw new AppError('invalid_input', { message: `《${title}》没有正文，不能推送。` });
  if (countChars(bodyHtml) + room >= CONTENT_CHARS || utf8Bytes(bodyHtml) + room >= CONTENT_BYTES) {
    throw new AppError('invalid_input', {
      message: `《${title}》的正文太长，公众平台最多收2万个字符（含排版），请分成几篇。`,
    });
  }
}

/** The picture on an article's card: its cover, else the first picture of the text, else a plain one. */
export interface Cover {
  /** Key under which the upload is remembered. */
  readonly mediaId: string;
  bytes(): Promise<Uint8Array>;
}

/** Stands for the plain cover among the covers that were uploaded. */
const PLAIN = 'plain';

export function coverOf(frozen: FrozenArticle, exact: ExactArticle): Cover {
  const mediaId = frozen.coverMediaId ?? bodyImageIds(exact.bodyHtml)[0];
  if (mediaId === undefined) return { mediaId: PLAIN, bytes: plainCover };
  const bytes = imageBytes(frozen, exact, mediaId);
  return { mediaId, bytes: async () => Promise.resolve(bytes) };
}

export function imageBytes(frozen: FrozenArticle, exact: ExactArticle, mediaId: string): Uint8Array {
  const image = exact.images.find((candidate) => candidate.mediaId === mediaId);
  if (image) return image.bytes;
  throw new AppError('content_mismatch', { message: `《${frozen.title}》缺少一张图片，请在文章里重新上传。` });
}

/** A file name with the ending that the platform asks for; pictures are stored as JPEG or PNG only. */
export function imageName(mediaId: string, bytes: Uint8Array): string {
  return `${mediaId}.${bytes[0] === 0x89 ? 'png' : 'jpg'}`;
}

/** One article of the draft: pictures at the platform's addresses, and a way back to the town's page. */
export function draftArticle(
  frozen: FrozenArticle,
  exact: ExactArticle,
  at: { publicUrl: string; thumbMediaId: string; urlOf: (mediaId: string) => string | undefined },
): DraftArticle {
  const title = pushTitle(frozen);
  if (title === null) throw new AppError('invalid_input', { message: `《${frozen.title}》缺少32字以内的短标题。` });
  const content = withImagesAt(exact.bodyHtml, at.urlOf);
  const digest = cutAtSentence(frozen.summary.trim(), DIGEST_CHARS, DIGEST_CHARS * 4);
  return {
    title,
    ...(digest === '' ? {} : { digest }),
    content,
    sourceUrl: `${at.publicUrl}${frozen.publicPath}`,
    thumbMediaId: at.thumbMediaId,
  };
}

/** Titles and links, for an account that may push text only. */
export function textContent(frozen: readonly FrozenArticle[], publicUrl: string): string {
  const lines = frozen.map((article) => `${article.title}\n${publicUrl}${article.publicPath}`);
  const text = lines.join('\n\n');
  if (utf8Bytes(text) > TEXT_BYTES) {
    throw new AppError('invalid_input', { message: '文字推送太长，请减少文章篇数。' });
  }
  return text;
}
