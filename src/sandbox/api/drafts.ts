import { countChars, utf8Bytes } from '../../kernel/index.ts';
import type { Draft, DraftArticle } from '../drafts.ts';
import { Refusal } from '../errcodes.ts';
import { integerAt, isJsonObject, type JsonObject, listAt, objectAt, stringAt } from '../json.ts';
import type { World } from '../world.ts';
import { type ApiCall, type ApiTable, json, ok, requiredText } from './api.ts';
import { cleanContent, plainText } from './content.ts';

/** Limits of docs/wechat-platform.md#drafts: characters, and UTF-8 bytes for content and address. */
const MAX_ARTICLES = 8;
const TITLE_CHARS = 32;
const AUTHOR_CHARS = 16;
const DIGEST_CHARS = 128;
const DEFAULT_DIGEST_CHARS = 54;
const CONTENT_CHARS = 20_000;
const CONTENT_BYTES = 1_048_576;
const SOURCE_URL_BYTES = 1_024;
const NEWSPIC_IMAGES = 20;
const PAGE = 20;

function permanentImage(world: World, mediaId: string | undefined): string {
  const media = mediaId === undefined ? undefined : world.media.get(mediaId);
  const usable = media?.permanent === true && (media.type === 'image' || media.type === 'thumb');
  if (!usable) throw new Refusal(40007);
  return media.mediaId;
}

function newspicImages(world: World, given: JsonObject): string[] {
  const list = listAt(objectAt(given, 'image_info') ?? {}, 'image_list') ?? [];
  if (list.length === 0 || list.length > NEWSPIC_IMAGES) throw new Refusal(40007);
  return list.map((item) => permanentImage(world, isJsonObject(item) ? stringAt(item, 'image_media_id') : undefined));
}

function checkedContent(world: World, given: JsonObject): string {
  const content = stringAt(given, 'content') ?? '';
  if (content.trim() === '') throw new Refusal(44004);
  if (countChars(content) >= CONTENT_CHARS || utf8Bytes(content) >= CONTENT_BYTES) throw new Refusal(45002);
  const clean = cleanContent(content, world.site.url);
  if (clean.trim() === '') throw new Refusal(45166);
  return clean;
}

function checkedArticle(world: World, given: unknown): DraftArticle {
  if (!isJsonObject(given)) throw new Refusal(47001);
  const type = stringAt(given, 'article_type') ?? 'news';
  if (type !== 'news' && type !== 'newspic') throw new Refusal(40035);
  const title = requiredText(given, 'title', 40227);
  const author = stringAt(given, 'author') ?? '';
  const digest = stringAt(given, 'digest') ?? '';
  const source = stringAt(given, 'content_source_url') ?? '';
  if (countChars(title) > TITLE_CHARS) throw new Refusal(45003);
  if (countChars(author) > AUTHOR_CHARS) throw new Refusal(45110);
  if (countChars(digest) > DIGEST_CHARS) throw new Refusal(45004);
  if (utf8Bytes(source) > SOURCE_URL_BYTES) throw new Refusal(45005);
  const images = type === 'newspic' ? newspicImages(world, given) : [];
  const thumb = type === 'news' ? permanentImage(world, stringAt(given, 'thumb_media_id')) : (images[0] ?? '');
  const content = checkedContent(world, given);
  return {
    article_type: type,
    title,
    author,
    digest: digest === '' ? Array.from(plainText(content)).slice(0, DEFAULT_DIGEST_CHARS).join('') : digest,
    content,
    content_source_url: source,
    thumb_media_id: thumb,
    show_cover_pic: integerAt(given, 'show_cover_pic') ?? 0,
    need_open_comment: integerAt(given, 'need_open_comment') ?? 0,
    only_fans_can_comment: integerAt(given, 'only_fans_can_comment') ?? 0,
    images,
  };
}

function draftOf({ world, body }: ApiCall): Draft {
  const draft = world.drafts.get(requiredText(body, 'media_id', 40007));
  if (draft === undefined) throw new Refusal(40007);
  return draft;
}

function itemsOf(world: World, draft: Draft, withContent: boolean): JsonObject[] {
  return draft.articles.map((article, index) => {
    const { content, images, ...rest } = article;
    const thumb = world.media.get(article.thumb_media_id);
    return {
      ...rest,
      ...(withContent ? { content } : {}),
      ...(images.length === 0 ? {} : { image_info: { image_list: images.map((id) => ({ image_media_id: id })) } }),
      url: `${world.site.url}/s/tmp/${draft.mediaId}/${index}`,
      thumb_url: thumb === undefined ? '' : `${world.site.url}${world.media.pathOf(thumb)}`,
    };
  });
}

const times = (draft: Draft) => ({ create_time: draft.createdAt, update_time: draft.updatedAt });

/** The draft box. A draft leaves it when it is mass-sent. */
export const draftApis: ApiTable = {
  '/cgi-bin/draft/add': {
    method: 'POST',
    daily: { limit: 1_000 },
    handle: ({ world, body }) => {
      const articles = listAt(body, 'articles');
      if (articles === undefined || articles.length === 0) throw new Refusal(44003);
      if (articles.length > MAX_ARTICLES) throw new Refusal(45008);
      const draft = world.drafts.add(articles.map((article) => checkedArticle(world, article)));
      return json({ media_id: draft.mediaId });
    },
  },
  '/cgi-bin/draft/get': {
    method: 'POST',
    daily: { limit: 500 },
    handle: (call) => {
      const draft = draftOf(call);
      return json({ news_item: itemsOf(call.world, draft, true), ...times(draft) });
    },
  },
  '/cgi-bin/draft/update': {
    method: 'POST',
    daily: { limit: 1_000 },
    handle: (call) => {
      const draft = draftOf(call);
      const index = integerAt(call.body, 'index');
      if (index === undefined || index >= draft.articles.length) throw new Refusal(40114);
      const article = objectAt(call.body, 'articles');
      if (article === undefined) throw new Refusal(47001);
      draft.articles = draft.articles.with(index, checkedArticle(call.world, article));
      draft.updatedAt = call.world.time.seconds();
      return ok();
    },
  },
  '/cgi-bin/draft/delete': {
    method: 'POST',
    daily: { limit: 1_000 },
    handle: (call) => {
      call.world.drafts.remove(draftOf(call).mediaId);
      return ok();
    },
  },
  '/cgi-bin/draft/count': {
    method: 'GET',
    daily: { limit: 1_000 },
    handle: ({ world }) => json({ total_count: world.drafts.all().length }),
  },
  '/cgi-bin/draft/batchget': {
    method: 'POST',
    daily: { limit: 1_000 },
    handle: ({ world, body }) => {
      const offset = integerAt(body, 'offset');
      const count = integerAt(body, 'count');
      if (offset === undefined || count === undefined || count < 1 || count > PAGE) throw new Refusal(40097);
      const all = world.drafts.all();
      const item = all.slice(offset, offset + count).map((draft) => ({
        media_id: draft.mediaId,
        content: { news_item: itemsOf(world, draft, integerAt(body, 'no_content') !== 1), ...times(draft) },
        update_time: draft.updatedAt,
      }));
      return json({ total_count: all.length, item_count: item.length, item });
    },
  },
};
