import { countChars, utf8Bytes } from '../../kernel/index.ts';
import type { CardArticle } from '../contract.ts';
import { Refusal } from '../errcodes.ts';
import { isJsonObject, type JsonObject, listAt, objectAt, stringAt } from '../json.ts';
import type { PushContent } from '../mass-job.ts';
import { showPush } from '../mass-jobs.ts';
import type { MediaType } from '../media.ts';
import type { World } from '../world.ts';
import { type ApiTable, ok, requiredText } from './api.ts';
import { cardsOf } from './cards.ts';

/** Bytes of a text message (docs/wechat-platform.md#customer-service, and the passive reply's limit). */
const TEXT_BYTES = 2_048;

type Reader = (world: World, body: JsonObject) => PushContent;

function part(body: JsonObject, type: string): JsonObject {
  const found = objectAt(body, type);
  if (found === undefined) throw new Refusal(47001);
  return found;
}

/** Text of a message to residents: 44004 where it is empty, 45002 above 2,048 bytes. */
export function checkedText(from: JsonObject): string {
  const text = requiredText(from, 'content', 44004);
  if (utf8Bytes(text) > TEXT_BYTES) throw new Refusal(45002);
  return text;
}

/** Media of this type by id, temporary or permanent; 41006 without an id, 40007 for any other. */
export function checkedMedia(world: World, from: JsonObject, type: MediaType, key = 'media_id') {
  const media = world.media.get(requiredText(from, key, 41006));
  if (media?.type !== type) throw new Refusal(40007);
  return { mediaId: media.mediaId, mediaUrl: `${world.site.url}${world.media.pathOf(media)}` };
}

function newsArticle(given: unknown): CardArticle {
  if (!isJsonObject(given)) throw new Refusal(47001);
  const title = requiredText(given, 'title', 40227);
  const url = stringAt(given, 'url') ?? '';
  if (countChars(title) > 64) throw new Refusal(45003);
  if (utf8Bytes(url) > 1_024) throw new Refusal(45005);
  return {
    title,
    description: stringAt(given, 'description') ?? '',
    url,
    picUrl: stringAt(given, 'picurl') ?? '',
  };
}

function news(_world: World, body: JsonObject): PushContent {
  const articles = listAt(part(body, 'news'), 'articles') ?? [];
  if (articles.length === 0) throw new Refusal(44003);
  if (articles.length > 1) throw new Refusal(45008);
  return { msgtype: 'news', articles: articles.map(newsArticle) };
}

function mpnews(world: World, body: JsonObject): PushContent {
  const draft = world.drafts.get(requiredText(part(body, 'mpnews'), 'media_id', 41006));
  if (draft === undefined) throw new Refusal(40007);
  return { msgtype: 'mpnews', articles: cardsOf(world, draft.articles) };
}

function msgmenu(_world: World, body: JsonObject): PushContent {
  const menu = part(body, 'msgmenu');
  const items = (listAt(menu, 'list') ?? []).map((item) =>
    isJsonObject(item) ? requiredText(item, 'content', 44004) : '',
  );
  if (items.length === 0 || items.includes('')) throw new Refusal(44004);
  const lines = [stringAt(menu, 'head_content') ?? '', ...items, stringAt(menu, 'tail_content') ?? ''];
  return { msgtype: 'msgmenu', text: lines.filter((line) => line !== '').join('\n') };
}

const READERS: Readonly<Record<string, Reader>> = {
  text: (_world, body) => ({ msgtype: 'text', text: checkedText(part(body, 'text')) }),
  image: (world, body) => ({ msgtype: 'image', ...checkedMedia(world, part(body, 'image'), 'image') }),
  voice: (world, body) => ({ msgtype: 'voice', ...checkedMedia(world, part(body, 'voice'), 'voice') }),
  video: (world, body) => ({ msgtype: 'video', ...checkedMedia(world, part(body, 'video'), 'video') }),
  music: (world, body) => {
    checkedMedia(world, part(body, 'music'), 'thumb', 'thumb_media_id');
    return { msgtype: 'music', text: stringAt(part(body, 'music'), 'title') ?? '' };
  },
  news,
  mpnews,
  mpnewsarticle: () => {
    throw new Refusal(53600);
  },
  msgmenu,
};

/** Messages outside the passive reply, with the platform's ledger of what a resident's own acts allow. */
export const customerServiceApis: ApiTable = {
  '/cgi-bin/message/custom/send': {
    method: 'POST',
    right: 'verified',
    daily: { limit: 500_000 },
    handle: ({ world, body }) => {
      const resident = world.residents.get(stringAt(body, 'touser') ?? '');
      if (resident === undefined) throw new Refusal(40003);
      const type = stringAt(body, 'msgtype') ?? '';
      const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
      if (reader === undefined) throw new Refusal(40008);
      const content = reader(world, body);
      const spent = world.residents.spend(resident);
      if (spent !== 'spent') throw new Refusal(spent === 'none_left' ? 45047 : 45015);
      showPush(world, resident, content, { via: 'customer_service' });
      return ok();
    },
  },
};
