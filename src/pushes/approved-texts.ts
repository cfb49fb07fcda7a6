import { AppError, isAppError } from '../kernel/index.ts';
import { type FrozenArticle, type FrozenContent, frozenHash } from './approved.ts';
import type { ArticlesDoor, BriefingsDoor, ExactArticle } from './ports.ts';

/** What may go out now: the frozen content, and the text of each article in its order. */
export interface ApprovedTexts {
  readonly content: FrozenContent;
  readonly texts: readonly ExactArticle[];
}

/**
 * Recomputes every hash: the approval's over the frozen content, and each article's over what is stored. AppErrors name
 * what differs, was withdrawn, or was approved anew since; every other error is no verdict on the text.
 */
export async function readApproved(
  { articles, briefings }: { readonly articles: ArticlesDoor; readonly briefings: BriefingsDoor },
  briefingId: string,
): Promise<ApprovedTexts> {
  const { content, hash } = await briefings.approved(briefingId);
  if (content === null || hash === null || frozenHash(content) !== hash) {
    throw new AppError('content_mismatch', { message: '简报的内容与审核时不一致，已停止推送，请重新提交审核。' });
  }
  const texts: ExactArticle[] = [];
  for (const article of content.articles) {
    try {
      texts.push(await articles.readExact({ versionId: article.versionId, contentHash: article.contentHash }));
    } catch (error) {
      throw named(error, article);
    }
  }
  try {
    await assertStillCurrent(articles, content.articles);
  } catch (error) {
    throw isAppError(error, 'wrong_state')
      ? new AppError('wrong_state', { message: `${error.message}已停止推送。` })
      : error;
  }
  return { content, texts };
}

function named(error: unknown, { title }: FrozenArticle): unknown {
  if (!isAppError(error)) return error;
  const stop = (code: AppError['code'], what: string) =>
    new AppError(code, { message: `《${title}》${what}，已停止推送。` });
  if (error.code === 'content_mismatch') return stop(error.code, '的内容与审核时不一致');
  if (error.code === 'withdrawn') return stop(error.code, '已撤回');
  const gone = error.code === 'wrong_state' || error.code === 'not_found';
  return gone ? stop('wrong_state', '已不是审核通过的版本') : error;
}

/** Refuses where an article was withdrawn, or approved anew, since it was frozen. */
export async function assertStillCurrent(
  articles: Pick<ArticlesDoor, 'freezeApproved'>,
  frozen: readonly FrozenArticle[],
): Promise<void> {
  const now = await articles.freezeApproved(frozen.map(({ articleId }) => articleId));
  for (const [at, article] of frozen.entries()) {
    if (now[at]?.versionId === article.versionId && now[at].contentHash === article.contentHash) continue;
    throw new AppError('wrong_state', {
      message: `《${article.title}》在提交后又有了新的审核版本，请修改简报后重新提交。`,
      details: { articleId: article.articleId },
    });
  }
}
