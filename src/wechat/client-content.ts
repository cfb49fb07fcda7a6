import { AppError } from '../kernel/index.ts';
import { type AnswerRecord, recordOf, recordsOf, textIn } from './answers.ts';
import type { Caller, CallSpec } from './calls.ts';
import type { DraftArticle, StoredDraftArticle, WechatClient } from './client.types.ts';
import { INVALID_MEDIA_ID, NO_MENU } from './errcodes.ts';
import { imageTypeOf } from './image-type.ts';

const GET_MENU: CallSpec = { api: 'menu.get', effect: 'read', timeout: 'read', right: 'menu', accepts: [NO_MENU] };
const CREATE_MENU: CallSpec = { api: 'menu.create', effect: 'change', timeout: 'change', right: 'menu' };
const DELETE_MENU: CallSpec = { api: 'menu.delete', effect: 'change', timeout: 'change', right: 'menu' };
/** A draft carries up to 1 MB of text an article, so it gets the time of an upload. */
const ADD_DRAFT: CallSpec = { api: 'draft.add', effect: 'change', timeout: 'media' };
const GET_DRAFT: CallSpec = { api: 'draft.get', effect: 'read', timeout: 'media', accepts: [INVALID_MEDIA_ID] };
const DELETE_DRAFT: CallSpec = {
  api: 'draft.delete',
  effect: 'change',
  timeout: 'change',
  accepts: [INVALID_MEDIA_ID],
};
const UPLOAD_BODY_IMAGE: CallSpec = { api: 'media.uploadimg', effect: 'change', timeout: 'media' };
const UPLOAD_MATERIAL: CallSpec = { api: 'material.add', effect: 'change', timeout: 'media' };

/** docs/wechat-platform.md#media: `uploadimg` takes less than 1 MB, a thumb at most 64 KB, an image at most 10 MB. */
const MAX_BODY_IMAGE_BYTES = 1_024 * 1_024 - 1;
const MAX_THUMB_BYTES = 64 * 1_024;
const MAX_IMAGE_BYTES = 10 * 1_024 * 1_024;

type ContentCalls = Pick<
  WechatClient,
  | 'getMenu'
  | 'createMenu'
  | 'deleteMenu'
  | 'addDraft'
  | 'getDraft'
  | 'deleteDraft'
  | 'uploadBodyImage'
  | 'uploadPermanentImage'
>;

/** The menu, drafts and the images in them. */
export function contentCalls(caller: Caller): ContentCalls {
  return { ...menuCalls(caller), ...draftCalls(caller), ...imageCalls(caller) };
}

function menuCalls({ ask, act }: Caller): Pick<WechatClient, 'getMenu' | 'createMenu' | 'deleteMenu'> {
  return {
    getMenu: () =>
      ask(
        GET_MENU,
        (api, done) => api.getMenu(done),
        (answer) => {
          if (errcodeIs(answer, NO_MENU)) return null;
          const menu = recordOf(recordOf(answer)['menu']);
          return Array.isArray(menu['button']) ? { button: menu['button'] } : undefined;
        },
      ),
    createMenu: (menu) => act(CREATE_MENU, (api, done) => api.createMenu(menu, done)),
    deleteMenu: () => act(DELETE_MENU, (api, done) => api.removeMenu(done)),
  };
}

function draftCalls({ ask }: Caller): Pick<WechatClient, 'addDraft' | 'getDraft' | 'deleteDraft'> {
  return {
    addDraft: (articles) => {
      const body = { articles: articles.map(draftBody) };
      return ask(ADD_DRAFT, (api, done) => api.postJson('/cgi-bin/draft/add', body, done), mediaIdOf);
    },
    getDraft: (mediaId) =>
      ask(
        GET_DRAFT,
        (api, done) => api.postJson('/cgi-bin/draft/get', { media_id: mediaId }, done),
        (answer) => {
          if (errcodeIs(answer, INVALID_MEDIA_ID)) return null;
          const items = recordOf(answer)['news_item'];
          return Array.isArray(items) ? recordsOf(items).map(storedArticle) : undefined;
        },
      ),
    deleteDraft: (mediaId) =>
      ask(
        DELETE_DRAFT,
        (api, done) => api.postJson('/cgi-bin/draft/delete', { media_id: mediaId }, done),
        (answer) => (errcodeIs(answer, 0) ? true : errcodeIs(answer, INVALID_MEDIA_ID) ? false : undefined),
      ),
  };
}

function imageCalls({ ask }: Caller): Pick<WechatClient, 'uploadBodyImage' | 'uploadPermanentImage'> {
  return {
    uploadBodyImage: async (bytes, filename) => {
      checkBytes(bytes, MAX_BODY_IMAGE_BYTES);
      const file = { bytes, filename, contentType: imageTypeOf(bytes) };
      return ask(
        UPLOAD_BODY_IMAGE,
        (api, done) => api.postFile('/cgi-bin/media/uploadimg', file, done),
        (answer) => {
          const url = textIn(recordOf(answer)['url']);
          return url === undefined ? undefined : { url };
        },
      );
    },
    uploadPermanentImage: async (bytes, filename, type = 'image') => {
      checkBytes(bytes, type === 'thumb' ? MAX_THUMB_BYTES : MAX_IMAGE_BYTES);
      const file = { bytes, filename, contentType: imageTypeOf(bytes) };
      return ask(
        UPLOAD_MATERIAL,
        (api, done) => api.postFile(`/cgi-bin/material/add_material?type=${type}`, file, done),
        (answer) => {
          const stored = mediaIdOf(answer);
          const url = textIn(recordOf(answer)['url']);
          return stored === undefined || url === undefined ? stored : { ...stored, url };
        },
      );
    },
  };
}

function errcodeIs(answer: unknown, errcode: number): boolean {
  return Number(recordOf(answer)['errcode']) === errcode;
}

function mediaIdOf(answer: unknown): { mediaId: string } | undefined {
  const mediaId = textIn(recordOf(answer)['media_id']);
  return mediaId === undefined ? undefined : { mediaId };
}

function draftBody(article: DraftArticle): AnswerRecord {
  return {
    article_type: 'news',
    title: article.title,
    author: article.author ?? '',
    digest: article.digest ?? '',
    content: article.content,
    content_source_url: article.sourceUrl ?? '',
    thumb_media_id: article.thumbMediaId,
    need_open_comment: 0,
    only_fans_can_comment: 0,
  };
}

function storedArticle(item: AnswerRecord): StoredDraftArticle {
  const url = textIn(item['url']);
  return {
    title: textIn(item['title']) ?? '',
    content: textIn(item['content']) ?? '',
    digest: textIn(item['digest']) ?? '',
    thumbMediaId: textIn(item['thumb_media_id']) ?? '',
    ...(url === undefined ? {} : { url }),
  };
}

function checkBytes(bytes: Uint8Array, max: number): void {
  if (bytes.length === 0) throw new AppError('invalid_input', { message: '图片是空的，请重新选择。' });
  if (bytes.length > max) throw new AppError('too_large', { details: { bytes: bytes.length, max } });
}
