import { type AuditEntry, type AuditRecorder, staffActor } from '../audit/index.ts';
import { AppError, chinaDate, type Clock } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import {
  type Article,
  type ArticleVersion,
  type CollectiveDecision,
  mayApprove,
  type PublishWith,
  type Verdict,
} from './article.ts';
import { newObjectId } from './articles.model.store.ts';
import type { ArticlesStore, Listing } from './articles.store.ts';
import {
  checkPushable,
  compose,
  type Composed,
  type ContentRules,
  scanVersion,
  wordsOf,
  type Writing,
} from './content.ts';
import { findPersonalData, PERSONAL_DATA_NAMES } from './personal-data.ts';
import type { Verifier } from './verify.ts';

/** Who acts: a signed-in member of staff whose role the route's policy has admitted. */
export interface ActingStaff {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: string;
}

export interface ServiceDeps {
  readonly store: ArticlesStore;
  readonly rules: ContentRules;
  readonly verifier: Verifier;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
}

export interface ApprovalOrder {
  /** Of the version that the leader read. */
  readonly contentHash: string;
  readonly collectiveDecision: CollectiveDecision | null;
  readonly personalDataBasis: string | null;
}

export type Edit = Partial<Writing> & { readonly publishWith?: PublishWith };

export interface Saved {
  readonly id: string;
  readonly droppedImages: number;
}

/** The office's half: write → submit → approve or reject → withdraw. */
export interface ArticlesService {
  create(by: ActingStaff, writing: Writing, publishWith: PublishWith): Promise<Saved>;
  /** A new version without approval; AppError stale_version where `baseVersion` is not the newest. */
  edit(by: ActingStaff, id: string, baseVersion: number, edit: Edit): Promise<Saved>;
  submit(by: ActingStaff, id: string): Promise<void>;
  /** AppError self_approval, hash_mismatch, personal_data_found (details.places), wrong_state, content_mismatch. */
  approve(by: ActingStaff, id: string, order: ApprovalOrder): Promise<void>;
  reject(by: ActingStaff, id: string, reason: string): Promise<void>;
  /** Takes the public version and one that waits for its briefing away at once; for good. */
  withdraw(by: ActingStaff, id: string, reason: string): Promise<void>;
}

export function createArticlesService(deps: ServiceDeps): ArticlesService {
  const { store, transact } = deps;
  return {
    create: async (by, writing, publishWith) => {
      const composed = await compose(deps.rules, writing);
      const id = newObjectId();
      const version = newVersion(deps, by, { articleId: id, version: 1, publishWith, authors: [by.id], composed });
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
      const words = wordsOf(deps.rules, composed.content);
      await transact(async (tx) => {
        await store.insertVersion(tx, version, words);
        await store.insertArticle(tx, article, listingOf(version, words.words));
        await deps.audit.record(tx, entry('articles.create', by, version, { after: 'draft' }));
      });
      return { id, droppedImages: composed.droppedImages };
    },
    edit: (by, id, baseVersion, edit) => saveEdit(deps, by, id, baseVersion, edit),
    submit: async (by, id) => {
      const { article, version } = await load(deps, id);
      checkPushable(version);
      const now = deps.clock.now();
      await transact(async (tx) => {
        const set = { submittedBy: by.id, submittedByName: by.name, submittedAt: now, rejection: null };
        await moved(store.moveVersion(tx, version.id, 'submit', set), '只有草稿和退回的文章可以提交审核。');
        await latest(store.changeArticle(tx, id, article.latestVersion, { status: 'submitted', updatedAt: now }));
        const change = { before: version.status, after: 'submitted' };
        await deps.audit.record(tx, entry('articles.submit', by, version, change));
      });
    },
    approve: (by, id, order) => decide(deps, by, id, order),
    reject: async (by, id, reason) => {
      const { article, version } = await load(deps, id);
      const now = deps.clock.now();
      await transact(async (tx) => {
        const rejection = verdict(by, now, reason);
        await moved(store.moveVersion(tx, version.id, 'reject', { rejection }), '只有待审核的文章可以退回。');
        await latest(store.changeArticle(tx, id, article.latestVersion, { status: 'rejected', updatedAt: now }));
        const change = { before: 'submitted', after: 'rejected', reason };
        await deps.audit.record(tx, entry('articles.reject', by, version, change));
      });
    },
    withdraw: (by, id, reason) => takeAway(deps, by, id, reason),
  };
}

const NO_MORE_EDITS = '已撤回的文章不能再改，请另写一篇。';

async function saveEdit(
  deps: ServiceDeps,
  by: ActingStaff,
  id: string,
  baseVersion: number,
  edit: Edit,
): Promise<Saved> {
  const { store } = deps;
  const { article, version: base } = await load(deps, id);
  if (article.status === 'withdrawn') throw new AppError('wrong_state', { message: NO_MORE_EDITS });
  if (article.latestVersion !== baseVersion) throw new AppError('stale_version');
  const { publishWith = base.publishWith, ...texts } = edit;
  const composed = await compose(deps.rules, { ...base, coverMediaId: base.cover?.mediaId ?? null, ...texts });
  const unchanged = composed.contentHash === base.contentHash && publishWith === base.publishWith;
  // Saving without a change must not take an approval away.
  if (unchanged) return { id, droppedImages: composed.droppedImages };
  const authors = [...new Set([...base.authors, by.id])];
  const version = newVersion(deps, by, { articleId: id, version: baseVersion + 1, publishWith, authors, composed });
  const words = wordsOf(deps.rules, composed.content);
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
  return { id, droppedImages: composed.droppedImages };
}

async function decide(deps: ServiceDeps, by: ActingStaff, id: string, order: ApprovalOrder): Promise<void> {
  const { store } = deps;
  const { version } = await load(deps, id);
  if (version.status !== 'submitted') throw new AppError('wrong_state', { message: '只有待审核的文章可以审核。' });
  if (!mayApprove(version, by.id)) throw new AppError('self_approval');
  if (order.contentHash !== version.contentHash) throw new AppError('hash_mismatch');
  await deps.verifier.contentAsHashed(version);
  checkDecision(version, order.collectiveDecision, deps.clock.now());
  const places = await scanVersion(deps.rules.files, version);
  if (places.length > 0 && order.personalDataBasis === null) {
    throw new AppError('personal_data_found', {
      details: { places: places.map((found) => ({ ...found, name: PERSONAL_DATA_NAMES[found.kind] })) },
    });
  }
  const now = deps.clock.now();
  const approval = {
    by: by.id,
    byName: by.name,
    at: now,
    contentHash: version.contentHash,
    collectiveDecision: version.majorDecision ? order.collectiveDecision : null,
    personalDataBasis: places.length > 0 ? order.personalDataBasis : null,
  };
  const goesPublic = version.publishWith === 'approval';
  await deps.transact(async (tx) => {
    const { article } = await loadUnchanged(deps, tx, id, version.version);
    // The old one leaves first: the database allows one public version of an article.
    const old = [article.approvedVersionId, goesPublic ? article.publicVersionId : null].filter(
      (each) => each !== null,
    );
    for (const versionId of old) await moved(store.moveVersion(tx, versionId, 'replace'));
    const done = goesPublic
      ? store.approveVersion(tx, version.id, 'approve_public', { approval, publishedAt: now })
      : store.approveVersion(tx, version.id, 'approve', { approval });
    await moved(done);
    const change = goesPublic ? publicNow(article, version, now) : waitingNow(version, now);
    await latest(store.changeArticle(tx, id, version.version, change));
    await deps.audit.record(tx, {
      ...entry('articles.approve', by, version, { before: 'submitted', after: goesPublic ? 'published' : 'approved' }),
      ...(approval.personalDataBasis === null ? {} : { reason: approval.personalDataBasis }),
      facts: {
        ...factsOf(version),
        personalDataPlaces: places.length,
        minutesNo: approval.collectiveDecision?.minutesNo ?? null,
        meetingDate: approval.collectiveDecision?.date ?? null,
      },
    });
  });
}

/** What the article says once this version is the public one. */
export function publicNow(article: Article, version: { readonly id: string; readonly version: number }, now: Date) {
  return {
    ...(version.version === article.latestVersion ? { status: 'published' as const } : {}),
    approvedVersionId: null,
    publicVersionId: version.id,
    publicVersion: version.version,
    firstPublishedAt: article.firstPublishedAt ?? now,
    updatedAt: now,
  };
}

function waitingNow(version: ArticleVersion, now: Date) {
  return { status: 'approved', approvedVersionId: version.id, updatedAt: now } as const;
}

const NOT_APPROVED = '只有已审核或已公开的文章可以撤回。';

async function takeAway(deps: ServiceDeps, by: ActingStaff, id: string, reason: string): Promise<void> {
  const { store } = deps;
  if (findPersonalData(reason, '理由').length > 0) {
    throw new AppError('invalid_input', { message: '撤回理由会公开，请不要写个人信息。' });
  }
  const now = deps.clock.now();
  await deps.transact(async (tx) => {
    const { article, version: newest } = await load(deps, id, tx);
    const approved = [article.publicVersionId, article.approvedVersionId].filter((each) => each !== null);
    if (approved.length === 0) throw new AppError('wrong_state', { message: NOT_APPROVED });
    const change = {
      status: 'withdrawn',
      approvedVersionId: null,
      publicVersionId: null,
      publicVersion: null,
    } as const;
    await latest(store.changeArticle(tx, id, article.latestVersion, { ...change, updatedAt: now }));
    for (const versionId of approved) {
      await moved(store.moveVersion(tx, versionId, 'withdraw', { withdrawal: verdict(by, now, reason) }));
    }
    if (newest.approval === null) await moved(store.moveVersion(tx, newest.id, 'replace'));
    const audited = entry('articles.withdraw', by, newest, { before: article.status, after: 'withdrawn', reason });
    await deps.audit.record(tx, audited);
  });
}

interface Loaded {
  readonly article: Article;
  readonly version: ArticleVersion;
}

/** The article with its newest version. */
async function load(deps: ServiceDeps, id: string, tx?: Tx): Promise<Loaded> {
  const article = await deps.store.article(id, tx);
  const version = article && (await deps.store.version(article.latestVersionId, tx));
  if (!article || !version) throw new AppError('not_found');
  return { article, version };
}

/** As it is inside the transaction: what was read before may have been approved, pushed or withdrawn meanwhile. */
async function loadUnchanged(deps: ServiceDeps, tx: Tx, id: string, latestVersion: number): Promise<Loaded> {
  const loaded = await load(deps, id, tx);
  if (loaded.article.status === 'withdrawn') throw new AppError('wrong_state', { message: NO_MORE_EDITS });
  if (loaded.article.latestVersion !== latestVersion) throw new AppError('stale_version');
  return loaded;
}

/** 三重一大 needs the record of the meeting, which lies in the past. */
function checkDecision(version: ArticleVersion, decision: CollectiveDecision | null, now: Date): void {
  if (!version.majorDecision) return;
  if (decision === null) {
    throw new AppError('invalid_input', {
      message: '重大事项（三重一大）须填写集体研究的日期和会议纪要编号。',
      details: [{ path: 'collectiveDecision', problem: 'required' }],
    });
  }
  if (decision.date > chinaDate(now)) {
    throw new AppError('invalid_input', {
      message: '集体研究的日期不能晚于今天。',
      details: [{ path: 'collectiveDecision.date', problem: 'in the future' }],
    });
  }
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

function verdict(by: ActingStaff, at: Date, reason: string): Verdict {
  return { by: by.id, byName: by.name, at, reason };
}

function factsOf(version: Pick<ArticleVersion, 'version' | 'contentHash' | 'publishWith'>) {
  return { version: version.version, contentHash: version.contentHash, publishWith: version.publishWith };
}

function entry(
  action: string,
  by: ActingStaff,
  version: ArticleVersion,
  change: Pick<AuditEntry, 'before' | 'after' | 'reason'>,
): AuditEntry {
  const target = { kind: 'article', id: version.articleId };
  return { action, actor: staffActor(by), target, ...change, facts: factsOf(version) };
}

async function moved(done: Promise<boolean>, message?: string): Promise<void> {
  if (!(await done)) throw new AppError('wrong_state', message === undefined ? {} : { message });
}

async function latest(done: Promise<boolean>): Promise<void> {
  if (!(await done)) throw new AppError('stale_version');
}
