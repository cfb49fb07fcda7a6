import { type Caller, defineRoute, RawAnswer, type Route } from '../http/index.ts';
import { type Action, AppError, type Role } from '../kernel/index.ts';
import type { z } from 'zod';
import {
  approveBody,
  articleParams,
  articlesPage,
  articleView,
  cleanBodyRequest,
  cleanBodyView,
  createBody,
  diffQuery,
  diffView,
  editBody,
  emptyBody,
  listQuery,
  mediaView,
  rejectBody,
  scanRequest,
  scanView,
  versionsPage,
  versionsQuery,
  withdrawBody,
  withdrawnView,
} from './articles.contract.ts';
import type { ArticlesService, Edit } from './articles.service.ts';
import type { Desk } from './desk.ts';
import type { Papers } from './papers.ts';
import { viewFinding, viewStretches } from './views.ts';
import { type CheckedImage, MAX_UPLOAD_BYTES, type Uploader } from './media.ts';

/** A briefing that a withdrawn article was pushed with. */
export interface PushedBriefing {
  readonly id: string;
  readonly title: string;
}

export interface RoutesDeps {
  readonly service: ArticlesService;
  readonly desk: Desk;
  readonly papers: Papers;
  readonly upload: (file: { bytes: Buffer; filename: string; by: Uploader }) => Promise<{ id: string; url: string }>;
  /** AppError not_found where no published version shows it. */
  readonly publicImage: (id: string) => Promise<CheckedImage>;
  /** Null where there is none. */
  readonly anyImage: (id: string) => Promise<CheckedImage | null>;
  readonly pushedWith: (articleId: string) => Promise<readonly PushedBriefing[]>;
  readonly may: (role: Role, action: Action) => boolean;
}

/** A withdrawn article's image leaves caches this soon, seconds. */
const PUBLIC_IMAGE_SECONDS = 300;

const PATH = '/api/v1/articles';
const write = { action: 'articles.write' } as const;
const read = { action: 'articles.read' } as const;

export function articlesRoutes(deps: RoutesDeps): Route[] {
  return [...preparing(deps), ...writing(deps), ...decisions(deps), ...reading(deps), ...media(deps)];
}

/** A notice holds a few hundred rows; five thousand freeze the browser and are read by nobody. */
const PASTED_ROWS = 500;

/** What an editor asks for while somebody writes; nothing is stored. */
function preparing({ papers }: RoutesDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${PATH}/clean`,
      allow: write,
      summary: 'Clean what was pasted, as a save would: hidden things and office machinery out, and told',
      body: cleanBodyRequest,
      response: cleanBodyView,
      handler: async ({ body: { bodyHtml } }) => {
        const { html, cleaned, missingPictures } = await papers.clean(bodyHtml, {
          maxRows: PASTED_ROWS,
          markMissing: true,
        });
        return { bodyHtml: html, cleaned, missingPictures };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/scan`,
      allow: write,
      summary: 'Personal data in a text that is being written, with the characters that it stands at',
      body: scanRequest,
      response: scanView,
      handler: async ({ body }) => {
        const found = await papers.scan({ ...body, imageNames: [] }, null);
        return { personalData: found.map(viewFinding), personalDataAt: found.map(viewStretches) };
      },
    }),
  ];
}

function writing({ service, desk }: RoutesDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: PATH,
      allow: write,
      status: 201,
      summary: 'Write an article; a draft until a leader approves it',
      body: createBody,
      response: articleView,
      handler: async ({ body: { publishWith, clientKey, ...text }, caller }) => {
        const { id, droppedImages, cleaned, repeated } = await service.create(caller, text, publishWith, clientKey);
        return { ...(await desk.one(id)), droppedImages, cleaned, ...(repeated ? { repeated } : {}) };
      },
    }),
    defineRoute({
      method: 'patch',
      path: `${PATH}/:id`,
      allow: write,
      summary: 'Edit: a new version without approval; the approved one stays public',
      params: articleParams,
      body: editBody,
      response: articleView,
      handler: async ({ params, body: { baseVersion, ...edit }, caller }) => {
        const saved = await service.edit(caller, params.id, baseVersion, given(edit));
        const { droppedImages, cleaned } = saved;
        return { ...(await desk.one(saved.id)), droppedImages, cleaned };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/submit`,
      allow: { action: 'articles.submit' },
      summary: 'Submit the newest version for approval',
      params: articleParams,
      body: emptyBody,
      response: articleView,
      handler: async ({ params, caller }) => {
        await service.submit(caller, params.id);
        return desk.one(params.id);
      },
    }),
  ];
}

function decisions({ service, desk, pushedWith }: RoutesDeps): Route[] {
  const decide = <B extends z.ZodType>(spec: {
    step: string;
    action: Action;
    summary: string;
    body: B;
    work: (caller: Caller, id: string, body: z.output<B>) => Promise<void>;
  }): Route =>
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/${spec.step}`,
      allow: { action: spec.action },
      summary: spec.summary,
      params: articleParams,
      body: spec.body,
      response: articleView,
      handler: async ({ params, body, caller }) => {
        await spec.work(caller, params.id, body);
        return desk.one(params.id);
      },
    });
  return [
    decide({
      step: 'approve',
      action: 'articles.approve',
      summary: 'Approve exactly this contentHash; by a leader who neither wrote nor submitted it',
      body: approveBody,
      work: (caller, id, body) => service.approve(caller, id, body),
    }),
    decide({
      step: 'reject',
      action: 'articles.approve',
      summary: 'Return it to the writer with a reason',
      body: rejectBody,
      work: (caller, id, body) => service.reject(caller, id, body),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:id/withdraw`,
      allow: { action: 'articles.withdraw' },
      summary: 'Take it back from the public for good; names the pushed briefings that may be taken off the phones',
      params: articleParams,
      body: withdrawBody,
      response: withdrawnView,
      handler: async ({ params, body, caller }) => {
        await service.withdraw(caller, params.id, body);
        return { ...(await desk.one(params.id)), pushedBriefings: await pushedWith(params.id) };
      },
    }),
  ];
}

function reading({ desk }: RoutesDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: PATH,
      allow: read,
      summary: 'List articles, last changed first',
      query: listQuery,
      response: articlesPage,
      handler: ({ query: { mine, ...query }, caller }) =>
        desk.list({ ...query, author: mine === 'true' ? caller.id : undefined }),
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/:id`,
      allow: read,
      summary: 'One article: its newest version, with the personal data found in it',
      params: articleParams,
      response: articleView,
      handler: ({ params }) => desk.one(params.id),
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/:id/versions`,
      allow: read,
      summary: 'All versions, newest first',
      params: articleParams,
      query: versionsQuery,
      response: versionsPage,
      handler: ({ params, query }) => desk.versions(params.id, query),
    }),
    defineRoute({
      method: 'get',
      path: `${PATH}/:id/diff`,
      allow: read,
      summary: 'What changed between two versions, by words; by default the newest against the public one',
      params: articleParams,
      query: diffQuery,
      response: diffView,
      handler: ({ params, query }) => desk.diff(params.id, query),
    }),
  ];
}

function media(deps: RoutesDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/media',
      allow: { action: 'media.upload' },
      status: 201,
      summary: 'Upload an image; stored as JPEG or PNG under 1 MB without EXIF',
      upload: { maxBytes: MAX_UPLOAD_BYTES },
      response: mediaView,
      handler: async ({ file, caller }) => {
        if (!file) throw new AppError('invalid_input', { message: '请选一个文件再上传。' });
        return deps.upload({ bytes: file.bytes, filename: file.filename, by: caller });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/media/:id',
      allow: 'public',
      summary: 'An image of a public article; staff who may read articles see every image',
      params: articleParams,
      handler: async ({ params, caller }) => {
        if (!caller || !deps.may(caller.role, 'articles.read')) return served(await deps.publicImage(params.id), true);
        const image = await deps.anyImage(params.id);
        if (!image) throw new AppError('not_found');
        return served(image, false);
      },
    }),
  ];
}

function served(image: CheckedImage, toAll: boolean): RawAnswer {
  return new RawAnswer({
    type: image.contentType,
    body: image.bytes,
    headers: {
      ETag: `"${image.sha256}"`,
      'Cache-Control': toAll ? `public, max-age=${PUBLIC_IMAGE_SECONDS}` : 'private, no-store',
      'Content-Disposition': 'inline',
      // The same address answers staff, who see every image, and the public.
      Vary: 'Cookie',
    },
  });
}

/** Fields that were left out stay out, so that they do not overwrite what is there. */
function given(edit: { [K in keyof Edit]?: Edit[K] | undefined }): Edit {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined)) as Edit;
}
