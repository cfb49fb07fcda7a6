import { AppError, type Log } from '../../kernel/index.ts';
import type { WechatClient } from '../../wechat/index.ts';
import { pushTitle } from '../approved.ts';
import type { HandPackage, Shown } from '../carrier.ts';
import { bodyImageIds, checkBodyLength, coverOf, draftArticle, imageBytes, imageName, withImagesAt } from './draft.ts';

export type PreviewClient = Pick<
  WechatClient,
  'rights' | 'preview' | 'addDraft' | 'deleteDraft' | 'uploadBodyImage' | 'uploadPermanentImage'
>;

/** Shows articles on one phone as followers would see them. The draft made for it is removed again. */
export async function previewOn(
  { client, log, publicUrl }: { readonly client: PreviewClient; readonly log: Log; readonly publicUrl: string },
  phone: string,
  shown: Shown,
): Promise<void> {
  if (!client.rights.massSend) {
    throw new AppError('manual_push_needed', {
      message: '这个公众号没有认证，平台不提供预览，请在公众平台网页上预览。',
    });
  }
  const draft = [];
  for (const { article, text } of shown) {
    checkBodyLength(article.title, text.bodyHtml);
    const cover = coverOf(article, text);
    const bytes = await cover.bytes();
    const thumb = await client.uploadPermanentImage(bytes, imageName(cover.mediaId, bytes));
    const urls = new Map<string, string>();
    for (const id of bodyImageIds(text.bodyHtml)) {
      const image = imageBytes(article, text, id);
      urls.set(id, (await client.uploadBodyImage(image, imageName(id, image))).url);
    }
    draft.push(draftArticle(article, text, { publicUrl, thumbMediaId: thumb.mediaId, urlOf: (id) => urls.get(id) }));
  }
  const { mediaId } = await client.addDraft(draft);
  try {
    await client.preview(phone, { mediaId });
  } finally {
    await client.deleteDraft(mediaId).catch((err: unknown) => log.warn('pushes.draft_left', { err }));
  }
}

/** What a person needs to push by hand on the platform's own site. */
export function handPackage(shown: Shown, publicUrl: string): HandPackage {
  const articles = shown.map(({ article, text }) => {
    const images = bodyImageIds(text.bodyHtml);
    const cover = article.coverMediaId ?? images[0];
    const urlOf = (mediaId: string) => `${publicUrl}/media/${mediaId}`;
    return {
      title: pushTitle(article) ?? article.title,
      digest: article.summary,
      // Pasted elsewhere, an address without a host would lead nowhere.
      bodyHtml: withImagesAt(text.bodyHtml, urlOf),
      sourceUrl: `${publicUrl}${article.publicPath}`,
      coverUrl: cover === undefined ? null : urlOf(cover),
      imageUrls: images.map(urlOf),
    };
  });
  return { steps: MANUAL_STEPS, articles };
}

const MANUAL_STEPS = [
  '登录 mp.weixin.qq.com，打开“草稿箱”，点“新的创作”，选“写新图文”。',
  '按下面的顺序逐篇粘贴标题、摘要和正文，上传封面，在“原文链接”里填写链接。正文里的图片显示不出来的，请先从这里另存，再逐张上传。',
  '先发送预览到自己的手机，看清楚后再点“群发”。',
  '发出后回到这里，请分管领导在公众平台的发表记录里核对，再认定为“已发出”，文章才会在本平台公开。',
];
