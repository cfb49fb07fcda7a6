import { AppError, isAppError } from '../kernel/index.ts';
import type { MassAudience, MassContent } from '../wechat/index.ts';
import type { Batch, Briefing } from './briefing.ts';
import {
  bodyImageIds,
  checkBodyLength,
  coverOf,
  draftArticle,
  type ExactArticle,
  type FrozenArticle,
  frozenHash,
  imageBytes,
  imageName,
  textContent,
} from '../pushes/index.ts';
import { assertStillCurrent } from './briefings.service.ts';
import type { Hold, PushContext } from './push.context.ts';

/** Our own reason not to go on: for good, or for `waitMs`. */
export class Stop extends Error {
  readonly error: AppError;
  readonly waitMs: number | null;

  constructor(code: ConstructorParameters<typeof AppError>[0], message: string, waitMs: number | null = null) {
    super(message);
    this.name = 'Stop';
    this.error = new AppError(code, { message });
    this.waitMs = waitMs;
  }
}

export interface PreparedPush {
  readonly audience: MassAudience;
  readonly content: MassContent;
}

/** The push waits this long for followers' tags to be given (P4), looking this often. */
const TAG_WAIT_MS = 10 * 60_000;
const TAG_LOOK_MS = 15_000;

/**
 * Everything before the mass send: hashes recomputed, audience fixed, pictures uploaded, draft made. Each result is
 * stored before the next call. Throws Stop, the client's AppErrors, or LostHold.
 */
export async function preparePush(context: PushContext, hold: Hold, leaseMs: number): Promise<PreparedPush> {
  const exact = await readExactly(context, hold.briefing);
  if (!context.client.rights.massSend) {
    throw new Stop('manual_push_needed', '这个公众号没有群发接口权限，请按简报页面上的步骤手工群发。');
  }
  const audience = await fixAudience(context, hold);
  const batch = current(hold);
  if (batch.asText) {
    return { audience, content: { type: 'text', text: textContent(frozenOf(hold.briefing), context.publicUrl) } };
  }
  if (batch.draftMediaId !== null) return { audience, content: { type: 'mpnews', mediaId: batch.draftMediaId } };
  const mediaId = await makeDraft(context, hold, exact, leaseMs);
  // Uploading may have taken minutes: what was withdrawn meanwhile does not go out.
  await readExactly(context, hold.briefing);
  return { audience, content: { type: 'mpnews', mediaId } };
}

/**
 * The frozen articles with their texts, after recomputing every hash: the approval's over the frozen content, and
 * each article's over what is stored. A difference, or an article that was withdrawn or approved anew since, stops the
 * push and is named.
 */
export async function readExactly(
  { articles }: Pick<PushContext, 'articles'>,
  briefing: Briefing,
): Promise<ExactArticle[]> {
  const { frozen, approval } = briefing;
  if (frozen === null || approval === null || frozenHash(frozen) !== approval.contentHash) {
    throw new Stop('content_mismatch', '简报的内容与审核时不一致，已停止推送，请重新提交审核。');
  }
  const exact: ExactArticle[] = [];
  for (const article of frozen.articles) {
    try {
      exact.push(await articles.readExact({ versionId: article.versionId, contentHash: article.contentHash }));
    } catch (error) {
      throw stopFor(error, article);
    }
  }
  try {
    await assertStillCurrent(articles, frozen.articles);
  } catch (error) {
    throw isAppError(error, 'wrong_state') ? new Stop('wrong_state', `${error.message}已停止推送。`) : error;
  }
  return exact;
}

function stopFor(error: unknown, { title }: FrozenArticle): unknown {
  if (!isAppError(error)) return error;
  if (error.code === 'content_mismatch') return new Stop(error.code, `《${title}》的内容与审核时不一致，已停止推送。`);
  if (error.code === 'withdrawn') return new Stop(error.code, `《${title}》已撤回，已停止推送。`);
  const gone = error.code === 'wrong_state' || error.code === 'not_found';
  return gone ? new Stop('wrong_state', `《${title}》已不是审核通过的版本，已停止推送。`) : error;
}

/** Tag and head count, found once and kept: never everybody where a village was meant. */
async function fixAudience({ subscribers, clock, log }: PushContext, hold: Hold): Promise<MassAudience> {
  const { dispatch, audience, id } = hold.briefing;
  if (dispatch === null) throw new Error('a briefing at work has no dispatch');
  if (audience.kind === 'all') {
    if (dispatch.headCount === null) {
      await hold.save({ dispatch: { ...dispatch, headCount: await subscribers.headCount(audience) } });
    }
    return { kind: 'all' };
  }
  if (dispatch.tagId !== null) return { kind: 'tag', tagId: dispatch.tagId };
  const target = await subscribers.pushTarget(audience);
  if (target.kind === 'all') throw new Error('a village or topic cannot become everybody');
  if (target.headCount === 0) throw new Stop('wrong_state', '没有关注者选择了这个村或主题，没有推送。');
  const waited = clock.now().getTime() - dispatch.startedAt.getTime();
  if (waited < TAG_WAIT_MS && (target.kind === 'gone' || target.unsynced > 0)) {
    throw new Stop('platform_retry', '正在等平台上的标签同步，最多等10分钟。', TAG_LOOK_MS);
  }
  if (target.kind === 'gone') {
    throw new Stop('wrong_state', '平台上没有这个村或主题的标签，或标签里没有人，没有推送。请稍后重新排期。');
  }
  if (target.unsynced > 0) log.warn('briefings.tag_not_synced', { briefingId: id, unsynced: target.unsynced });
  await hold.save({ dispatch: { ...dispatch, tagId: target.tagId, headCount: target.headCount } });
  return { kind: 'tag', tagId: target.tagId };
}

async function makeDraft(
  context: PushContext,
  hold: Hold,
  exact: readonly ExactArticle[],
  leaseMs: number,
): Promise<string> {
  const { client, publicUrl } = context;
  const frozen = frozenOf(hold.briefing);
  for (const [at, article] of frozen.entries()) {
    const text = exact[at];
    if (text === undefined) throw new Error('an article without text');
    checkBodyLength(article.title, text.bodyHtml);
    await uploadCover(context, hold, article, text, leaseMs);
    await uploadImages(context, hold, article, text, leaseMs);
  }
  const { covers, images } = dispatchOf(hold);
  await hold.save({ lease: renewed(context, hold, leaseMs) });
  const draft = frozen.flatMap((article, at) => {
    const text = exact[at];
    if (text === undefined) return [];
    const cover = coverOf(article, text).mediaId;
    const thumbMediaId = covers.find(({ mediaId }) => mediaId === cover)?.thumbMediaId ?? '';
    const urlOf = (mediaId: string) => images.find((image) => image.mediaId === mediaId)?.url;
    return [draftArticle(article, text, { publicUrl, thumbMediaId, urlOf })];
  });
  const { mediaId } = await client.addDraft(draft);
  await hold.save({ batch: { ...current(hold), draftMediaId: mediaId } });
  return mediaId;
}

async function uploadCover(
  context: PushContext,
  hold: Hold,
  article: FrozenArticle,
  exact: ExactArticle,
  leaseMs: number,
): Promise<void> {
  const cover = coverOf(article, exact);
  const dispatch = dispatchOf(hold);
  if (dispatch.covers.some(({ mediaId }) => mediaId === cover.mediaId)) return;
  const bytes = await cover.bytes();
  await hold.save({ lease: renewed(context, hold, leaseMs) });
  const { mediaId } = await context.client.uploadPermanentImage(bytes, imageName(cover.mediaId, bytes));
  const covers = [...dispatch.covers, { mediaId: cover.mediaId, thumbMediaId: mediaId }];
  await hold.save({ dispatch: { ...dispatch, covers } });
}

async function uploadImages(
  context: PushContext,
  hold: Hold,
  article: FrozenArticle,
  exact: ExactArticle,
  leaseMs: number,
): Promise<void> {
  for (const mediaId of bodyImageIds(exact.bodyHtml)) {
    const dispatch = dispatchOf(hold);
    if (dispatch.images.some((image) => image.mediaId === mediaId)) continue;
    const bytes = imageBytes(article, exact, mediaId);
    await hold.save({ lease: renewed(context, hold, leaseMs) });
    const { url } = await context.client.uploadBodyImage(bytes, imageName(mediaId, bytes));
    await hold.save({ dispatch: { ...dispatch, images: [...dispatch.images, { mediaId, url }] } });
  }
}

/** The lease for the next call. Saving it fails where another worker has taken over: the lease is read again. */
export function renewed({ clock }: Pick<PushContext, 'clock'>, hold: Hold, leaseMs: number): Briefing['lease'] {
  const until = new Date(clock.now().getTime() + leaseMs);
  return hold.briefing.lease === null ? null : { by: hold.briefing.lease.by, until };
}

function current(hold: Hold): Batch {
  const { batch } = hold.briefing;
  if (batch === null) throw new Error('a briefing at work has no batch');
  return batch;
}

function dispatchOf(hold: Hold): NonNullable<Briefing['dispatch']> {
  const { dispatch } = hold.briefing;
  if (dispatch === null) throw new Error('a briefing at work has no dispatch');
  return dispatch;
}

function frozenOf(briefing: Briefing): readonly FrozenArticle[] {
  if (briefing.frozen === null) throw new Error('a briefing at work is not frozen');
  return briefing.frozen.articles;
}
