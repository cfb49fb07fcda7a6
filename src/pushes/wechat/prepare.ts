import { AppError } from '../../kernel/index.ts';
import type { FrozenArticle } from '../approved.ts';
import type { Job, Setback } from '../carrier.ts';
import type { ExactArticle } from '../ports.ts';
import type { MassSendDeps } from './deps.ts';
import { bodyImageIds, checkBodyLength, coverOf, draftArticle, imageBytes, imageName } from './draft.ts';

/** The push waits this long for followers' tags to be given (docs/promises.md#p4), looking this often. */
const TAG_WAIT_MS = 10 * 60_000;
const TAG_LOOK_MS = 15_000;

/** Tag and head count, found once and kept: never everybody where a village was meant. Null where it is fixed. */
export async function fixAudience(
  { subscribers, clock, log }: Pick<MassSendDeps, 'subscribers' | 'clock' | 'log'>,
  job: Job,
): Promise<Setback | null> {
  const { prepared, content } = job;
  const { audience } = content;
  if (prepared.audience !== null) return null;
  if (audience.kind === 'all') {
    await job.remember({ ...prepared, audience: { tagId: null, headCount: await subscribers.headCount(audience) } });
    return null;
  }
  const target = await subscribers.pushTarget(audience);
  if (target.kind === 'all') throw new Error('a village or topic cannot become everybody');
  if (target.headCount === 0) return never('没有关注者选择了这个村或主题，没有推送。');
  const waited = clock.now().getTime() - prepared.since.getTime();
  if (waited < TAG_WAIT_MS && (target.kind === 'gone' || target.unsynced > 0)) {
    const error = new AppError('platform_retry', { message: '正在等平台上的标签同步，最多等10分钟。' });
    return { is: 'not_ready', waitMs: TAG_LOOK_MS, error };
  }
  if (target.kind === 'gone') {
    return never('平台上没有这个村或主题的标签，或标签里没有人，没有推送。请稍后重新排期。');
  }
  if (target.unsynced > 0) log.warn('pushes.tag_not_synced', { unsynced: target.unsynced });
  await job.remember({ ...prepared, audience: { tagId: target.tagId, headCount: target.headCount } });
  return null;
}

const never = (message: string): Setback => ({
  is: 'refused',
  code: 'wrong_state',
  error: new AppError('wrong_state', { message }),
});

/** Pictures and covers uploaded, then the draft; each result on record before the next call. */
export async function makeDraft(deps: Pick<MassSendDeps, 'client' | 'publicUrl'>, job: Job): Promise<void> {
  const { client, publicUrl } = deps;
  const articles = job.content.articles.map((article, at) => ({ article, text: textAt(job, at) }));
  for (const { article, text } of articles) {
    checkBodyLength(article.title, text.bodyHtml);
    await uploadCover(client, job, article, text);
    await uploadImages(client, job, article, text);
  }
  const { covers, images } = job.prepared;
  const urlOf = (mediaId: string) => images.find((image) => image.mediaId === mediaId)?.url;
  const draft = articles.map(({ article, text }) => {
    const cover = coverOf(article, text).mediaId;
    const thumbMediaId = covers.find(({ mediaId }) => mediaId === cover)?.thumbMediaId ?? '';
    return draftArticle(article, text, { publicUrl, thumbMediaId, urlOf });
  });
  await job.confirm();
  const { mediaId } = await client.addDraft(draft);
  await job.remember({ ...job.prepared, draft: mediaId });
}

async function uploadCover(
  client: MassSendDeps['client'],
  job: Job,
  article: FrozenArticle,
  text: ExactArticle,
): Promise<void> {
  const cover = coverOf(article, text);
  if (job.prepared.covers.some(({ mediaId }) => mediaId === cover.mediaId)) return;
  const bytes = await cover.bytes();
  await job.confirm();
  const { mediaId } = await client.uploadPermanentImage(bytes, imageName(cover.mediaId, bytes));
  const covers = [...job.prepared.covers, { mediaId: cover.mediaId, thumbMediaId: mediaId }];
  await job.remember({ ...job.prepared, covers });
}

async function uploadImages(
  client: MassSendDeps['client'],
  job: Job,
  article: FrozenArticle,
  text: ExactArticle,
): Promise<void> {
  for (const mediaId of bodyImageIds(text.bodyHtml)) {
    if (job.prepared.images.some((image) => image.mediaId === mediaId)) continue;
    const bytes = imageBytes(article, text, mediaId);
    await job.confirm();
    const { url } = await client.uploadBodyImage(bytes, imageName(mediaId, bytes));
    await job.remember({ ...job.prepared, images: [...job.prepared.images, { mediaId, url }] });
  }
}

function textAt({ texts }: Job, at: number): ExactArticle {
  const text = texts[at];
  if (text === undefined) throw new Error('an article without text');
  return text;
}
