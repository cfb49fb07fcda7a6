import { fileTypeFromBuffer } from 'file-type';
import { Refusal } from '../errcodes.ts';
import type { UploadForm } from '../http.ts';
import { integerAt, isJsonObject, stringAt } from '../json.ts';
import type { Media, MediaType } from '../media.ts';
import type { World } from '../world.ts';
import { type ApiAnswer, type ApiCall, type ApiTable, json, ok, requiredText } from './api.ts';

const MB = 1_048_576;
/** Largest image that the platform takes, bytes (docs/wechat-platform.md#media); a phone sends none that is larger. */
export const PHOTO_BYTES = 10 * MB;

/** What each type takes, by content, and the refusal of a larger one (docs/wechat-platform.md#media). */
const RULES: Readonly<Record<MediaType, { mimes: readonly string[]; bytes: number; tooLarge: number }>> = {
  image: { mimes: ['image/jpeg', 'image/png', 'image/gif', 'image/bmp'], bytes: PHOTO_BYTES, tooLarge: 40009 },
  voice: {
    mimes: ['audio/mpeg', 'audio/amr', 'audio/wav', 'audio/vnd.wave', 'audio/x-ms-asf', 'video/x-ms-asf'],
    bytes: 2 * MB,
    tooLarge: 40010,
  },
  video: { mimes: ['video/mp4'], bytes: 10 * MB, tooLarge: 40011 },
  thumb: { mimes: ['image/jpeg'], bytes: 64 * 1_024, tooLarge: 40012 },
};
const BODY_IMAGE = { mimes: ['image/jpeg', 'image/png'], bytes: MB, tooLarge: 40009 };
/** A name without one of these is refused whatever the content is. */
const KNOWN_NAME = /\.(jpe?g|png|gif|bmp|mp3|wma|wav|amr|mp4)$/i;

const isMediaType = (type: string): type is MediaType => Object.hasOwn(RULES, type);

function typeOf({ query, form }: ApiCall): MediaType {
  const type = query.get('type') ?? form?.fields['type'] ?? '';
  if (!isMediaType(type)) throw new Refusal(40004);
  return type;
}

async function checkedFile(
  form: UploadForm | undefined,
  rule: { mimes: readonly string[]; bytes: number; tooLarge: number },
  wrongType: number,
): Promise<{ bytes: Buffer; mime: string; name: string }> {
  const file = form?.file;
  if (file === undefined || file.field !== 'media' || file.bytes.length === 0) throw new Refusal(41005);
  const mime = (await fileTypeFromBuffer(file.bytes))?.mime ?? '';
  if (!rule.mimes.includes(mime) || !KNOWN_NAME.test(file.name)) throw new Refusal(wrongType);
  if (file.bytes.length >= rule.bytes) throw new Refusal(rule.tooLarge);
  return { bytes: file.bytes, mime, name: file.name };
}

const EXTENSION: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'audio/amr': 'amr',
  'audio/mpeg': 'mp3',
};

function download(media: Media): ApiAnswer {
  const filename = `${media.mediaId}.${EXTENSION[media.mime] ?? 'bin'}`;
  return { file: { bytes: media.bytes, mime: media.mime, filename } };
}

const urlOf = (world: World, media: Media) => `${world.site.url}${world.media.pathOf(media)}`;

async function upload(call: ApiCall): Promise<ApiAnswer> {
  const type = typeOf(call);
  const file = await checkedFile(call.form, RULES[type], 40005);
  const media = call.world.media.add({ type, permanent: false, ...file });
  return json({
    type,
    [type === 'thumb' ? 'thumb_media_id' : 'media_id']: media.mediaId,
    created_at: media.createdAt,
  });
}

/** A permanent video says in `description` what it is called. */
function describedVideo(form: UploadForm | undefined): { title: string; introduction: string } {
  try {
    const described: unknown = JSON.parse(form?.fields['description'] ?? '');
    if (!isJsonObject(described)) throw new Refusal(47001);
    return { title: requiredText(described, 'title', 47001), introduction: stringAt(described, 'introduction') ?? '' };
  } catch {
    throw new Refusal(47001);
  }
}

async function addMaterial(call: ApiCall): Promise<ApiAnswer> {
  const type = typeOf(call);
  const file = await checkedFile(call.form, RULES[type], 40113);
  const words = type === 'video' ? describedVideo(call.form) : {};
  const media = call.world.media.add({ type, permanent: true, ...file, ...words });
  const isPicture = type === 'image' || type === 'thumb';
  return json({ media_id: media.mediaId, ...(isPicture ? { url: urlOf(call.world, media) } : {}) });
}

function materialOf({ world, body }: ApiCall): Media {
  const media = world.media.get(requiredText(body, 'media_id', 40007));
  if (media?.permanent !== true) throw new Refusal(40007);
  return media;
}

const PAGE = 20;

function listMaterial({ world, body }: ApiCall): ApiAnswer {
  const type = stringAt(body, 'type') ?? '';
  const offset = integerAt(body, 'offset');
  const count = integerAt(body, 'count');
  if (offset === undefined || count === undefined || count < 1 || count > PAGE) throw new Refusal(40097);
  if (type !== 'image' && type !== 'voice' && type !== 'video') throw new Refusal(40004);
  const all = world.media.permanentOf(type);
  const item = all.slice(offset, offset + count).map((media) => ({
    media_id: media.mediaId,
    name: media.name,
    update_time: media.createdAt,
    ...(type === 'image' ? { url: urlOf(world, media) } : {}),
  }));
  return json({ total_count: all.length, item_count: item.length, item });
}

const RETIRED = {
  method: 'POST',
  handle: () => {
    throw new Refusal(45106);
  },
} as const;

/** Temporary media, permanent material, and images for article bodies. */
export const mediaApis: ApiTable = {
  '/cgi-bin/media/upload': { method: 'POST', upload: true, daily: { limit: 100_000 }, handle: upload },
  '/cgi-bin/media/get': {
    method: 'GET',
    right: 'verified',
    daily: { limit: 200_000 },
    plainErrors: true,
    handle: ({ world, query }) => {
      const media = world.media.get(query.get('media_id') ?? '');
      if (media === undefined || media.permanent) throw new Refusal(40007);
      return media.type === 'video' ? json({ video_url: urlOf(world, media) }) : download(media);
    },
  },
  '/cgi-bin/media/uploadimg': {
    method: 'POST',
    upload: true,
    handle: async ({ world, form }) => {
      const { bytes, mime } = await checkedFile(form, BODY_IMAGE, 40005);
      return json({ url: `${world.site.url}${world.media.addBodyImage(bytes, mime)}` });
    },
  },
  '/cgi-bin/material/add_material': { method: 'POST', upload: true, handle: addMaterial },
  '/cgi-bin/material/get_material': {
    method: 'POST',
    handle: (call) => {
      const media = materialOf(call);
      if (media.type !== 'video') return download(media);
      return json({ title: media.title, description: media.introduction, down_url: urlOf(call.world, media) });
    },
  },
  '/cgi-bin/material/del_material': {
    method: 'POST',
    handle: (call) => {
      call.world.media.remove(materialOf(call).mediaId);
      return ok();
    },
  },
  '/cgi-bin/material/get_materialcount': {
    method: 'GET',
    handle: ({ world }) => {
      const of = (type: MediaType) => world.media.permanentOf(type).length;
      return json({
        voice_count: of('voice'),
        video_count: of('video'),
        image_count: of('image') + of('thumb'),
        news_count: 0,
      });
    },
  },
  '/cgi-bin/material/batchget_material': { method: 'POST', handle: listMaterial },
  // The news of the time before drafts.
  '/cgi-bin/material/add_news': RETIRED,
  '/cgi-bin/material/update_news': RETIRED,
  '/cgi-bin/media/uploadnews': RETIRED,
};
