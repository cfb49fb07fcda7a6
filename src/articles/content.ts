import { AppError, countChars } from '../kernel/index.ts';
import type { Category, Town } from '../platform/config/index.ts';
import { type ArticleVersion, bodyHashOf, type Content, contentHashOf, imagesOf, type PublishWith } from './article.ts';
import type { VersionWords } from './articles.store.ts';
import { imageRefs, type ImageFiles } from './media.ts';
import type { Cleaned } from './paper/notes.ts';
import type { Papers } from './papers.ts';
import type { Finding } from './scan-body.ts';

/** What a member of staff writes; texts are trimmed and bounded by the contract. */
export interface Writing {
  readonly title: string;
  readonly shortTitle: string | null;
  readonly summary: string;
  readonly categoryCode: string;
  readonly villageCode: string | null;
  readonly unitCode: string | null;
  readonly majorDecision: boolean;
  readonly bodyHtml: string;
  readonly coverMediaId: string | null;
}

/** A writing checked and made final. */
export interface Composed {
  readonly content: Content;
  readonly bodyHash: string;
  readonly contentHash: string;
  readonly droppedImages: number;
  /** What the cleaning left out, for the writer. */
  readonly cleaned: readonly Cleaned[];
  /** The words of its body. */
  readonly text: string;
}

export interface ContentRules {
  readonly categories: readonly Category[];
  readonly villages: Town['villages'];
  readonly units: Town['units'];
  readonly publicUrl: string;
  readonly files: ImageFiles;
  readonly papers: Papers;
}

/** Characters of a title that the platform takes (docs/wechat-platform.md#drafts). */
export const PUSH_TITLE_CHARS = 32;
/** Characters of cleaned markup: ten times what the platform pushes; a name list of a whole town fits. */
const MAX_BODY_CHARS = 200_000;
/** More than this on one page is an album, and each is read again at every push. */
const MAX_IMAGES = 50;

/**
 * Makes a writing final: body cleaned, images found, hashes computed. A category of major decisions makes the article
 * one. AppError invalid_input with the place where something does not fit.
 */
export async function compose(rules: ContentRules, writing: Writing): Promise<Composed> {
  const category = rules.categories.find((candidate) => candidate.code === writing.categoryCode);
  if (!category) throw refused('categoryCode', '公开目录里没有这一类。');
  if (writing.villageCode !== null && !rules.villages.some((village) => village.code === writing.villageCode)) {
    throw refused('villageCode', '没有这个行政村。');
  }
  const body = await rules.papers.clean(writing.bodyHtml);
  if (body.html.length > MAX_BODY_CHARS) throw refused('bodyHtml', '正文太长，请分成几篇。');
  if (body.text === '' && body.mediaIds.length === 0) throw refused('bodyHtml', '正文不能为空。');
  if (body.mediaIds.length > MAX_IMAGES) throw refused('bodyHtml', `图片太多，一篇最多 ${MAX_IMAGES} 张。`);
  const { coverMediaId, ...texts } = writing;
  const [images, covers] = await Promise.all([
    imageRefs(rules.files, body.mediaIds),
    imageRefs(rules.files, coverMediaId === null ? [] : [coverMediaId]),
  ]);
  const content: Content = {
    title: texts.title,
    shortTitle: texts.shortTitle,
    summary: texts.summary,
    categoryCode: texts.categoryCode,
    villageCode: texts.villageCode,
    unitCode: texts.unitCode,
    majorDecision: texts.majorDecision || category.majorDecision === true,
    bodyHtml: body.html,
    images,
    cover: covers[0] ?? null,
  };
  const bodyHash = bodyHashOf(content.bodyHtml);
  const contentHash = contentHashOf({ ...content, bodyHash });
  const { droppedImages, cleaned, text } = body;
  return { content, bodyHash, contentHash, droppedImages, cleaned, text };
}

/** A unit must be the town's. `known` is there already and may stay, though the town has it no more. */
export function checkUnit({ units }: Pick<ContentRules, 'units'>, code: string | null, known: string | null): void {
  if (code === null || code === known || units.some((unit) => unit.code === code)) return;
  throw refused('unitCode', '没有这个站所，请从列出的里面选。');
}

/** A title that the platform takes; null where there is none. */
export function pushTitleOf(version: Pick<Content, 'title' | 'shortTitle'>): string | null {
  const fits = (text: string | null): boolean => text !== null && countChars(text) <= PUSH_TITLE_CHARS;
  return [version.title, version.shortTitle].find(fits) ?? null;
}

/** An article that is to go out by a briefing must be able to. */
export function checkPushable(version: Pick<Content, 'title' | 'shortTitle'> & { publishWith: PublishWith }): void {
  if (version.publishWith === 'briefing' && pushTitleOf(version) === null) {
    throw refused('shortTitle', `标题超过 ${PUSH_TITLE_CHARS} 个字，随简报推送需要填写短标题。`);
  }
}

/** Words of a version for searches; the names of its category and village are found too. */
export async function wordsOf(
  rules: Pick<ContentRules, 'categories' | 'villages' | 'papers'>,
  { content, text }: Pick<Composed, 'content' | 'text'>,
): Promise<VersionWords> {
  const category = rules.categories.find(({ code }) => code === content.categoryCode);
  const village = rules.villages.find(({ code }) => code === content.villageCode);
  const texts = [content.title, category?.name, village?.name, content.summary, text];
  return { words: await rules.papers.words(texts.join('\n')), titleWords: await rules.papers.words(content.title) };
}

/** Personal data in everything that the public would read, and in the names of its images (docs/promises.md#p5). */
export async function scanVersion(
  { files, papers }: Pick<ContentRules, 'files' | 'papers'>,
  version: Pick<ArticleVersion, 'title' | 'shortTitle' | 'summary' | 'bodyHtml' | 'images' | 'cover' | 'contentHash'>,
): Promise<readonly Finding[]> {
  const names = await files.factsOf(imagesOf(version).map((image) => image.mediaId));
  const { title, shortTitle, summary, bodyHtml } = version;
  const imageNames = names.map((file) => file.facts.filename);
  return papers.scan(
    { title, shortTitle: shortTitle ?? '', summary, bodyHtml, imageNames },
    [version.contentHash, ...imageNames].join('\n'),
  );
}

function refused(path: string, problem: string): AppError {
  return new AppError('invalid_input', { message: problem, details: [{ path, problem }] });
}
