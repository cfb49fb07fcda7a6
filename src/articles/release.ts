import type { Actor, AuditRecorder } from '../audit/index.ts';
import { AppError, type Clock } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { Article, ArticleVersion } from './article.ts';
import { publicNow } from './decisions.ts';
import type { ArticlesStore } from './articles.store.ts';
import { PUSH_TITLE_CHARS, pushTitleOf } from './content.ts';
import type { CheckedImage } from './media.ts';
import { coverOf } from './public.ts';
import type { Papers } from './papers.ts';
import type { Verifier } from './verify.ts';

/** One exact approved version, as whoever carries it out of the house keeps it. */
export interface FrozenArticle {
  readonly articleId: string;
  readonly versionId: string;
  readonly version: number;
  readonly contentHash: string;
  readonly title: string;
  readonly shortTitle: string | null;
  readonly summary: string;
  /** The chosen cover, else the first image of the text. */
  readonly coverMediaId: string | null;
  readonly publicPath: string;
}

/** A frozen version with its text and images, every byte just compared with the approved hash. */
export interface ExactArticle extends FrozenArticle {
  readonly bodyHtml: string;
  /** The cover first, each image once. */
  readonly images: readonly CheckedImage[];
}

/** What those ask who carry approved articles to the public: exact versions, and that they become public with it. */
export interface ArticlesForRelease {
  /**
   * Approved or published articles only, in the order asked for; of an article with both, the newer version that waits
   * for its release. AppError wrong_state names the first that is neither, invalid_input one without a title that fits.
   */
  freezeApproved(articleIds: readonly string[]): Promise<FrozenArticle[]>;
  /**
   * The version to be sent. AppError content_mismatch on any difference between what is stored and the approved
   * hash, withdrawn where the article was taken back, wrong_state where a newer version was approved since.
   */
  readExact(exact: { readonly versionId: string; readonly contentHash: string }): Promise<ExactArticle>;
  /**
   * approved → published in the transaction that records the release; public or withdrawn ones stay as they are, and so
   * does a version that was approved after another was frozen.
   */
  publishReleased(tx: Tx, order: PublishOrder): Promise<void>;
  /** Those of these that were withdrawn: what carried one may be taken back. */
  withdrawnAmong(articleIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface PublishOrder {
  readonly articleIds: readonly string[];
  /** The frozen versions; left out, whichever waits is published. */
  readonly versionIds?: readonly string[];
  readonly actor: Actor;
}

interface Deps {
  readonly store: ArticlesStore;
  readonly verifier: Verifier;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly papers: Papers;
}

export function createRelease(deps: Deps): ArticlesForRelease {
  const { store } = deps;
  return {
    freezeApproved: async (articleIds) => {
      const articles = new Map((await store.articlesOf(articleIds)).map((article) => [article.id, article]));
      const frozen: FrozenArticle[] = [];
      for (const id of articleIds) frozen.push(await freeze(deps, id, articles.get(id)));
      return frozen;
    },
    readExact: async ({ versionId, contentHash }) => {
      const version = await store.version(versionId);
      if (!version) throw new AppError('not_found');
      if (version.status === 'withdrawn')
        throw new AppError('withdrawn', { details: { articleId: version.articleId } });
      if (version.status !== 'approved' && version.status !== 'published') throw notReady(version.title);
      if (version.contentHash !== contentHash) throw new AppError('content_mismatch');
      const images = await deps.verifier.allAsApproved(version);
      return { ...frozenOf(version), bodyHtml: await deps.papers.shown(version.bodyHtml, version.bodyHash), images };
    },
    publishReleased: async (tx, order) => {
      for (const id of order.articleIds) await publish(deps, tx, id, order);
    },
    withdrawnAmong: async (articleIds) => {
      const articles = await store.articlesOf(articleIds);
      return new Set(articles.filter(({ status }) => status === 'withdrawn').map(({ id }) => id));
    },
  };
}

async function freeze(deps: Deps, id: string, article: Article | undefined): Promise<FrozenArticle> {
  const versionId = article && (article.approvedVersionId ?? article.publicVersionId);
  if (!article) throw new AppError('not_found', { message: '有一篇文章没有找到。', details: { articleId: id } });
  const version = await deps.store.version(versionId ?? article.latestVersionId);
  if (!version || !versionId) throw notReady(version?.title ?? '', id);
  if (pushTitleOf(version) === null) {
    throw new AppError('invalid_input', {
      message: `《${version.title}》的标题超过 ${PUSH_TITLE_CHARS} 个字，请先填写短标题并重新审核。`,
      details: { articleId: id },
    });
  }
  deps.verifier.textAsApproved(version);
  return frozenOf(version);
}

async function publish(deps: Deps, tx: Tx, id: string, { versionIds, actor }: PublishOrder): Promise<void> {
  const { store } = deps;
  const article = await store.article(id, tx);
  const version = article?.approvedVersionId && (await store.version(article.approvedVersionId, tx));
  if (!article || !version || versionIds?.includes(version.id) === false) return;
  const now = deps.clock.now();
  if (article.publicVersionId !== null) await must(store.moveVersion(tx, article.publicVersionId, 'replace'));
  await must(store.moveVersion(tx, version.id, 'publish', { publishedAt: now }));
  await must(store.changeArticle(tx, id, article.latestVersion, publicNow(article, version, now)));
  await deps.audit.record(tx, {
    action: 'articles.publish',
    actor,
    target: { kind: 'article', id },
    before: 'approved',
    after: 'published',
    facts: { version: version.version, contentHash: version.contentHash },
  });
}

async function must(done: Promise<boolean>): Promise<void> {
  if (!(await done)) throw new AppError('wrong_state');
}

function notReady(title: string, articleId?: string): AppError {
  return new AppError('wrong_state', {
    message: `《${title}》还没有审核通过，或已有新的版本，不能放进简报。`,
    ...(articleId === undefined ? {} : { details: { articleId } }),
  });
}

function frozenOf(version: ArticleVersion): FrozenArticle {
  return {
    articleId: version.articleId,
    versionId: version.id,
    version: version.version,
    contentHash: version.contentHash,
    title: version.title,
    shortTitle: version.shortTitle,
    summary: version.summary,
    coverMediaId: coverOf(version),
    publicPath: `/articles/${version.articleId}`,
  };
}
