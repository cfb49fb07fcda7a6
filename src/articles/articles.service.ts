import { AppError } from '../kernel/index.ts';
import { isDuplicateKey } from '../platform/mongo/index.ts';
import type { Article, ArticleVersion, PublishWith } from './article.ts';
import { newObjectId } from './articles.model.store.ts';
import type { Listing } from './articles.store.ts';
import { checkPushable, checkUnit, compose, type Composed, wordsOf, type Writing } from './content.ts';
import { approve, type ApprovalOrder, reject, type RejectOrder, withdraw, type WithdrawOrder } from './decisions.ts';
import { refuseMissingPictures } from './missing-pictures.ts';
import type { Cleaned } from './paper/notes.ts';
import {
  type ActingStaff,
  entry,
  latest,
  load,
  loadUnchanged,
  moved,
  refuseWithdrawn,
  type ServiceDeps,
} from './service-parts.ts';

export type NewWriting = Omit<Writing, 'unitCode'> & { readonly unitCode?: string | null | undefined };
export type Edit = Partial<Writing> & { readonly publishWith?: PublishWith };

export interface Saved {
  readonly id: string;
  readonly droppedImages: number;
  /** What the cleaning left out. */
  readonly cleaned: readonly Cleaned[];
}

/** `repeated`: this writer's `clientKey` had made it before, and nothing was stored now. */
export interface Created extends Saved {
  readonly repeated: boolean;
}

/** The office's half: write → submit → approve or reject → withdraw. */
export interface ArticlesService {
  /** The article comes from the writer's unit unless another is named. */
  create(by: ActingStaff, writing: NewWriting, publishWith: PublishWith, clientKey?: string): Promise<Created>;
  /** A new version without approval; AppError stale_version where `baseVersion` is not the newest. */
  edit(by: ActingStaff, id: string, baseVersion: number, edit: Edit): Promise<Saved>;
  submit(by: ActingStaff, id: string): Promise<void>;
  /** AppError self_approval, hash_mismatch, personal_data_found (details.places), wrong_state, content_mismatch. */
  approve(by: ActingStaff, id: string, order: ApprovalOrder): Promise<void>;
  /** AppError hash_mismatch where `order.contentHash` is given and another version stands there. */
  reject(by: ActingStaff, id: string, order: RejectOrder): Promise<void>;
  withdraw(by: ActingStaff, id: string, order: WithdrawOrder): Promise<void>;
}

export function createArticlesService(deps: ServiceDeps): ArticlesService {
  const { store, transact } = deps;
  return {
    create: async (by, writing, publishWith, clientKey) => {
      const before = await madeBefore(deps, by, clientKey);
      if (before) return before;
      const { unitCode = by.unit } = writing;
      checkUnit(deps.rules, unitCode, by.unit);
      const composed = await compose(deps.rules, { ...writing, unitCode });
      const id = newObjectId();
      const version = newVersion(deps, by, {
        articleId: id,
        version: 1,
        publishWith,
        authors: [by.id],
        composed,
        droppedPictures: composed.droppedImages,
      });
      const article: Article = {
        id,
        status: 'draft',
        latestVersion: 1,
        latestVersionId: version.id,
        approvedVersionId: null,
        publicVersionId: null,
        publicVersion: null,
        firstPublishedAt: null,
        createdBy: by.id,
        createdAt: version.createdAt,
        updatedAt: version.createdAt,
      };
      const words = await wordsOf(deps.rules, composed);
      try {
        await transact(async (tx) => {
          await store.insertVersion(tx, version, words);
          await store.insertArticle(tx, article, listingOf(version, words.words), clientKey);
          await deps.audit.record(tx, entry('articles.create', by, version, { after: 'draft' }));
        });
      } catch (error) {
        // The same request twice at once: the other one made it.
        const made = isDuplicateKey(error) ? await madeBefore(deps, by, clientKey) : null;
        if (made) return made;
        throw error;
      }
      return { id, ...told(composed), repeated: false };
    },
    edit: (by, id, baseVersion, edit) => saveEdit(deps, { by, id, baseVersion, edit }),
    submit: (by, id) => submit(deps, by, id),
    approve: (by, id, order) => approve(deps, by, id, order),
    reject: (by, id, order) => reject(deps, by, id, order),
    withdraw: (by, id, order) => withdraw(deps, by, id, order),
  };
}

async function madeBefore(deps: ServiceDeps, by: ActingStaff, clientKey?: string): Promise<Created | null> {
  const found = clientKey === undefined ? null : await deps.store.articleOfKey(by.id, clientKey);
  return found && { id: found.id, droppedImages: 0, cleaned: [], repeated: true };
}

async function submit(deps: ServiceDeps, by: ActingStaff, id: string): Promise<void> {
  const { store } = deps;
  const { article, version } = await load(deps, id);
  checkPushable(version);
  refuseMissingPictures(version);
  const now = deps.clock.now();
  await deps.transact(async (tx) => {
    // Who submitted it before and was turned back has had a part in it and may not approve it either.
    const before = version.submittedBy === null ? [] : [version.submittedBy];
    const authors = [...new Set([...version.authors, ...before])];
    const set = { submittedBy: by.id, submittedByName: by.name, submittedAt: now, authors, rejection: null };
    await moved(store.moveVersion(tx, version.id, 'submit', set), '只有草稿和退回的文章可以提交审核。');
    await latest(store.changeArticle(tx, id, article.latestVersion, { status: 'submitted', updatedAt: now }));
    const change = { before: version.status, after: 'submitted' };
    await deps.audit.record(tx, entry('articles.submit', by, version, change));
    const key = `to_review:article:${id}:${version.version}:${now.getTime()}`;
    await deps.tellStaff(tx, { key, kind: 'to_review', ref: id, path: `/console/articles/${id}` });
  });
}

async function saveEdit(
  deps: ServiceDeps,
  order: { by: ActingStaff; id: string; baseVersion: number; edit: Edit },
): Promise<Saved> {
  const { store } = deps;
  const { by, id, baseVersion, edit } = order;
  const { article, version: base } = await load(deps, id);
  refuseWithdrawn(article);
  if (article.latestVersion !== baseVersion) throw new AppError('stale_version');
  const { publishWith = base.publishWith, ...texts } = edit;
  if (texts.unitCode !== undefined) checkUnit(deps.rules, texts.unitCode, base.unitCode);
  const composed = await compose(deps.rules, { ...base, coverMediaId: base.cover?.mediaId ?? null, ...texts });
  // A text that was not sent lacks the pictures that it lacked before.
  const droppedPictures = texts.bodyHtml === undefined ? base.droppedPictures : composed.droppedImages;
  const unchanged =
    composed.contentHash === base.contentHash &&
    publishWith === base.publishWith &&
    droppedPictures === base.droppedPictures;
  // Saving without a change must not take an approval away.
  if (unchanged) return { id, ...told(composed) };
  const authors = [...new Set([...base.authors, by.id])];
  const version = newVersion(deps, by, {
    articleId: id,
    version: baseVersion + 1,
    publishWith,
    authors,
    composed,
    droppedPictures,
  });
  const words = await wordsOf(deps.rules, composed);
  await deps.transact(async (tx) => {
    const change = {
      ...listingOf(version, words.words),
      status: 'draft',
      latestVersion: version.version,
      latestVersionId: version.id,
      updatedAt: version.createdAt,
    } as const;
    const { version: old } = await loadUnchanged(deps, tx, id, baseVersion);
    await latest(store.changeArticle(tx, id, baseVersion, change));
    // What a leader has approved stays as it is until a newer version is approved.
    if (old.approval === null) await moved(store.moveVersion(tx, old.id, 'replace'));
    await store.insertVersion(tx, version, words);
    await deps.audit.record(tx, entry('articles.edit', by, version, { before: old.status, after: 'draft' }));
  });
  return { id, ...told(composed) };
}

/** What the writer hears of the cleaning; a text that was not sent was not cleaned. */
function told({ droppedImages, cleaned }: Composed): Pick<Saved, 'droppedImages' | 'cleaned'> {
  return { droppedImages, cleaned };
}

function newVersion(
  deps: ServiceDeps,
  by: ActingStaff,
  facts: {
    readonly articleId: string;
    readonly version: number;
    readonly publishWith: PublishWith;
    readonly authors: readonly string[];
    readonly composed: Composed;
    readonly droppedPictures: number;
  },
): ArticleVersion {
  const { composed, ...rest } = facts;
  return {
    ...composed.content,
    ...rest,
    id: newObjectId(),
    status: 'draft',
    bodyHash: composed.bodyHash,
    contentHash: composed.contentHash,
    createdBy: by.id,
    createdByName: by.name,
    createdAt: deps.clock.now(),
    submittedBy: null,
    submittedByName: null,
    submittedAt: null,
    approval: null,
    rejection: null,
    withdrawal: null,
    publishedAt: null,
  };
}

function listingOf(version: ArticleVersion, words: readonly string[]): Listing {
  const { title, categoryCode, villageCode, authors } = version;
  return { title, categoryCode, villageCode, authors, words };
}
