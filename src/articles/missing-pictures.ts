import { AppError } from '../kernel/index.ts';
import type { ArticleVersion } from './article.ts';
import { MISSING_PICTURE } from './paper/embedded.ts';

function placesIn(bodyHtml: string): number {
  return bodyHtml.split(`src="${MISSING_PICTURE}"`).length - 1;
}

/** AppError wrong_state where a picture of the text could not be taken and was neither put in nor its place removed. */
export function refuseMissingPictures(version: Pick<ArticleVersion, 'bodyHtml' | 'droppedPictures'>): void {
  const missing = missingPictures(version);
  if (missing === 0) return;
  throw new AppError('wrong_state', {
    message: `正文里还缺 ${missing} 张图片，不能提交。请用“图片”按钮补上原图，或者删掉缺图片的框，保存后再提交。`,
    details: { missingPictures: missing },
  });
}

/** Pictures still to come: their places in the body, and those that the last save had to leave out. */
export function missingPictures({
  bodyHtml,
  droppedPictures,
}: Pick<ArticleVersion, 'bodyHtml' | 'droppedPictures'>): number {
  return placesIn(bodyHtml) + droppedPictures;
}
