import { type AuditEntry, type AuditRecorder, staffActor } from '../audit/index.ts';
import { AppError, type Clock, type Role } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { Article, ArticleVersion, Verdict } from './article.ts';
import type { ArticlesStore } from './articles.store.ts';
import type { ContentRules } from './content.ts';
import type { Verifier } from './verify.ts';

/** Who acts: a signed-in member of staff whose role the route's policy has admitted. */
export interface ActingStaff {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** Code of the unit; null where the role stands above units. */
  readonly unit: string | null;
}

/** Tells the office's group that something waits; told once a key, in the transaction of the change. */
export type TellStaff = (
  tx: Tx,
  line: { readonly key: string; readonly kind: 'to_review'; readonly ref: string; readonly path: string },
) => Promise<void>;

/** AppError forbidden where this person may not approve any more, in the transaction of the decision. */
export type AssertStillMay = (tx: Tx, staffId: string, action: 'articles.approve') => Promise<void>;

export interface ServiceDeps {
  readonly store: ArticlesStore;
  readonly rules: ContentRules;
  readonly verifier: Verifier;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly tellStaff: TellStaff;
  readonly assertStillMay: AssertStillMay;
  readonly clock: Clock;
}

export interface Loaded {
  readonly article: Article;
  readonly version: ArticleVersion;
}

/** The article with its newest version. AppError not_found. */
export async function load(deps: ServiceDeps, id: string, tx?: Tx): Promise<Loaded> {
  const article = await deps.store.article(id, tx);
  const version = article && (await deps.store.version(article.latestVersionId, tx));
  if (!article || !version) throw new AppError('not_found');
  return { article, version };
}

/** As it is inside the transaction: what was read before may have been approved, pushed or withdrawn meanwhile. */
export async function loadUnchanged(deps: ServiceDeps, tx: Tx, id: string, latestVersion: number): Promise<Loaded> {
  const loaded = await load(deps, id, tx);
  refuseWithdrawn(loaded.article);
  if (loaded.article.latestVersion !== latestVersion) throw new AppError('stale_version');
  return loaded;
}

/** A withdrawal is for good: what comes after it is another article. */
export function refuseWithdrawn(article: Article): void {
  if (article.status === 'withdrawn') {
    throw new AppError('wrong_state', { message: '已撤回的文章不能再改，请另写一篇。' });
  }
}

export function verdict(by: ActingStaff, at: Date, reason: string): Verdict {
  return { by: by.id, byName: by.name, at, reason };
}

export function factsOf(version: Pick<ArticleVersion, 'version' | 'contentHash' | 'publishWith'>) {
  return { version: version.version, contentHash: version.contentHash, publishWith: version.publishWith };
}

export function entry(
  action: string,
  by: ActingStaff,
  version: ArticleVersion,
  change: Pick<AuditEntry, 'before' | 'after' | 'reason'>,
): AuditEntry {
  const target = { kind: 'article', id: version.articleId };
  return { action, actor: staffActor(by), target, ...change, facts: factsOf(version) };
}

/** AppError wrong_state where the store found the version in another state. */
export async function moved(done: Promise<boolean>, message?: string): Promise<void> {
  if (!(await done)) throw new AppError('wrong_state', message === undefined ? {} : { message });
}

/** AppError stale_version where somebody saved a newer version meanwhile. */
export async function latest(done: Promise<boolean>): Promise<void> {
  if (!(await done)) throw new AppError('stale_version');
}
