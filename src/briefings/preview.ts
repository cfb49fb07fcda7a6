import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, isAppError, type Log } from '../kernel/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { ArticlesDoor, PushClient, StaffDoor } from './briefing.ports.ts';
import type { Briefing } from './briefing.ts';
import type { ManualPush } from './briefings.contract.ts';
import {
  bodyImageIds,
  checkBodyLength,
  coverOf,
  draftArticle,
  imageBytes,
  imageName,
  pushTitle,
  withImagesAt,
} from '../pushes/index.ts';

export interface PreviewDeps {
  readonly articles: ArticlesDoor;
  readonly staff: StaffDoor;
  readonly client: PushClient;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly log: Log;
  readonly publicUrl: string;
}

/**
 * Shows the briefing on one phone as followers would see it: the given openid's, else the caller's bound one. The
 * draft made for it is removed again.
 */
export async function previewBriefing(
  deps: PreviewDeps,
  caller: Caller,
  seen: Briefing,
  openid?: string,
): Promise<void> {
  const { staff, client, transact, audit, log } = deps;
  const phone = openid ?? (await staff.boundOpenidOf(caller.id));
  if (phone === null) {
    throw new AppError('invalid_input', {
      message: '您还没有绑定微信：请先在账号页取绑定码，在公众号里发送“绑定 <码>”。',
    });
  }
  if (!client.rights.massSend) {
    throw new AppError('manual_push_needed', {
      message: '这个公众号没有认证，平台不提供预览，请在公众平台网页上预览。',
    });
  }
  const mediaId = await previewDraft(deps, seen);
  try {
    await client.preview(phone, { mediaId });
  } finally {
    await client.deleteDraft(mediaId).catch((err: unknown) => log.warn('briefings.draft_left', { err }));
  }
  await transact(async (tx) => {
    await audit.record(tx, {
      action: 'briefings.preview',
      actor: staffActor(caller),
      target: { kind: 'briefing', id: seen.id },
    });
  });
}

async function previewDraft({ articles, client, publicUrl }: PreviewDeps, seen: Briefing): Promise<string> {
  const frozen = seen.frozen?.articles ?? (await articles.freezeApproved(seen.articleIds));
  const draft = [];
  for (const article of frozen) {
    const exact = await articles.readExact(article);
    checkBodyLength(article.title, exact.bodyHtml);
    const cover = coverOf(article, exact);
    const bytes = await cover.bytes();
    const thumb = await client.uploadPermanentImage(bytes, imageName(cover.mediaId, bytes));
    const urls = new Map<string, string>();
    for (const id of bodyImageIds(exact.bodyHtml)) {
      const image = imageBytes(article, exact, id);
      urls.set(id, (await client.uploadBodyImage(image, imageName(id, image))).url);
    }
    draft.push(draftArticle(article, exact, { publicUrl, thumbMediaId: thumb.mediaId, urlOf: (id) => urls.get(id) }));
  }
  return (await client.addDraft(draft)).mediaId;
}

/** What a person needs to push by hand on the platform's own site; undefined where a text may not go out any more. */
export async function manualPushOf(
  { articles, publicUrl }: Pick<PreviewDeps, 'articles' | 'publicUrl'>,
  briefing: Briefing,
): Promise<ManualPush | undefined> {
  if (briefing.failure?.code !== 'manual_push_needed' || briefing.frozen === null) return undefined;
  try {
    const packed = [];
    for (const article of briefing.frozen.articles) {
      const { bodyHtml } = await articles.readExact(article);
      const images = bodyImageIds(bodyHtml);
      const cover = article.coverMediaId ?? images[0];
      const urlOf = (mediaId: string) => `${publicUrl}/media/${mediaId}`;
      packed.push({
        title: pushTitle(article) ?? article.title,
        digest: article.summary,
        // Pasted elsewhere, an address without a host would lead nowhere.
        bodyHtml: withImagesAt(bodyHtml, urlOf),
        sourceUrl: `${publicUrl}${article.publicPath}`,
        coverUrl: cover === undefined ? null : urlOf(cover),
        imageUrls: images.map(urlOf),
      });
    }
    return { steps: MANUAL_STEPS, articles: packed };
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

const MANUAL_STEPS = [
  '登录 mp.weixin.qq.com，打开“草稿箱”，点“新的创作”，选“写新图文”。',
  '按下面的顺序逐篇粘贴标题、摘要和正文，上传封面，在“原文链接”里填写链接。正文里的图片显示不出来的，请先从这里另存，再逐张上传。',
  '先发送预览到自己的手机，看清楚后再点“群发”。',
  '发出后回到这里，请分管领导在公众平台的发表记录里核对，再认定为“已发出”，文章才会在本平台公开。',
];
