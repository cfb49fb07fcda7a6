import { z } from 'zod';
import { AppError, type Clock, firstChars } from '../kernel/index.ts';
import type { Articles } from '../articles/index.ts';
import type { Complaints } from '../complaints/index.ts';
import { alwaysWell, type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import { defineRoute, objectId, type RawAnswer, type Route } from '../http/index.ts';
import type { Config } from '../platform/config/index.ts';
import { aboutPage, privacyPage } from './about-pages.ts';
import { createArticlePages } from './article-pages.ts';
import { complaintPage } from './complaint-page.ts';
import { feed, robots, sitemap } from './machines.ts';
import { type Reader, readerOf, sizeAnswer } from './reader.ts';

export { createErrorPage } from './error-page.ts';

const code = z.strictObject({ code: z.string().regex(/^[a-z0-9_]{1,32}$/) });
// Links are shared with parameters of other people's counters: unknown ones are ignored on public pages.
const ticket = z.string().regex(/^\d{8}-\d{4,10}$/);
const signed = z.object({ k: z.string().max(100).default('') });
const cursorQuery = z.object({ cursor: z.string().max(200).optional() });
/** Longer questions are cut, not refused: nobody who pastes a sentence should read of a mistake. */
const ASKED_CHARS = 100;
const searchQuery = cursorQuery.extend({
  q: z
    .string()
    .default('')
    .transform((asked) => firstChars(asked.trim(), ASKED_CHARS)),
});
const article = z.strictObject({ id: objectId });
/** Nobody who follows a shared link should read of a mistake in its number. */
const partQuery = z.object({ part: z.coerce.number().int().min(1).max(10_000).catch(1).default(1) });
const FEED_ITEMS = 30;
/** What is older is reached through the lists. */
const SITEMAP_ITEMS = 2_000;

/** The place in a search, older pages too. */
const searchPath = ({ q, cursor }: { q: string; cursor?: string | undefined }): string =>
  `/search?q=${encodeURIComponent(q)}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;

const reading = (request: { header(name: string): string | undefined }, here: string): Reader =>
  readerOf(request.header('cookie'), here);

export interface PagesDeps {
  config: Config;
  articles: Pick<Articles, 'latestPublic' | 'searchPublic' | 'publicView'>;
  complaints: Pick<Complaints, 'byLink' | 'mediaOf' | 'mediumByLink'>;
  clock: Clock;
}

/** The residents' web pages: server-rendered, no script. */
export function createPages(deps: PagesDeps): Feature {
  return {
    name: 'pages',
    api: {},
    routes: pageRoutes(deps),
    sweeps: [],
    collections: [],
    health: alwaysWell,
    // What they show belongs to others.
    personal: NOTHING_PERSONAL,
  };
}

function pageRoutes(deps: PagesDeps): Route[] {
  const { config, articles, complaints, clock } = deps;
  const { town, categories } = config;
  const publicUrl = config.env.PUBLIC_URL;
  const frame = { town: town.name, account: town.account, office: town.office, hotline: town.hotline };
  const about = { town, limits: config.limits, publicUrl };
  const pages = createArticlePages({ frame, town, categories, articles, publicUrl });
  const found = (answer: RawAnswer | null): RawAnswer => {
    if (!answer) throw new AppError('not_found');
    return answer;
  };
  const shared = { method: 'get', allow: 'public' } as const;
  const lists = (['categories', 'villages'] as const).flatMap((kind) => [
    defineRoute({
      ...shared,
      path: `/${kind}/:code`,
      summary: kind === 'categories' ? 'Articles of a category' : 'Articles of a village',
      params: code,
      query: cursorQuery,
      handler: async ({ params, query, request }) => {
        const path = `/${kind}/${params.code}`;
        const reader = reading(request, query.cursor === undefined ? path : `${path}?cursor=${query.cursor}`);
        return found(await pages.list(reader, { kind, code: params.code }, query.cursor));
      },
    }),
    defineRoute({
      ...shared,
      path: `/${kind}/:code/print`,
      summary: 'The same as an A4 sheet',
      params: code,
      handler: async ({ params }) => found(await pages.printList({ kind, code: params.code })),
    }),
  ]);
  return [
    ...lists,
    defineRoute({
      ...shared,
      path: '/',
      summary: 'Home',
      query: cursorQuery,
      handler: ({ query, request }) => {
        const here = query.cursor === undefined ? '/' : `/?cursor=${query.cursor}`;
        return pages.home(reading(request, here), query.cursor);
      },
    }),
    defineRoute({
      ...shared,
      path: '/articles/:id',
      summary: 'One public article; 410 where it was withdrawn',
      params: article,
      query: partQuery,
      handler: ({ params, query, request }) => {
        const here = query.part === 1 ? `/articles/${params.id}` : `/articles/${params.id}?part=${query.part}`;
        return pages.article(reading(request, here), params.id, query.part);
      },
    }),
    defineRoute({
      ...shared,
      path: '/articles/:id/print',
      summary: 'The same as an A4 sheet',
      params: article,
      handler: ({ params, request }) => pages.printArticle(reading(request, `/articles/${params.id}`), params.id),
    }),
    defineRoute({
      ...shared,
      path: '/search',
      summary: 'Search',
      query: searchQuery,
      handler: ({ query, request }) => pages.search(reading(request, searchPath(query)), query.q, query.cursor),
    }),
    defineRoute({
      ...shared,
      path: '/about',
      summary: 'Who makes this page, how to complain, whom to call',
      handler: async ({ request }) => aboutPage(frame, reading(request, '/about'), about),
    }),
    defineRoute({
      ...shared,
      path: '/privacy',
      summary: 'What is kept about residents, how long, who sees it',
      handler: async ({ request }) => privacyPage(frame, reading(request, '/privacy'), about),
    }),
    defineRoute({
      ...shared,
      path: '/text-size/:size',
      summary: 'Large or normal text from now on, and back to the page',
      params: z.strictObject({ size: z.enum(['large', 'normal']) }),
      query: z.object({ back: z.string().max(2_000).default('/') }),
      handler: async ({ params, query }) => sizeAnswer(params.size, query.back, publicUrl),
    }),
    defineRoute({
      ...shared,
      path: '/complaints/:ticket',
      summary: 'A complaint, for whoever holds its signed link',
      params: z.strictObject({ ticket }),
      query: signed,
      handler: async ({ params, query, request }) => {
        const view = await complaints.byLink(params.ticket, query.k);
        const village = town.villages.find((candidate) => candidate.code === view.villageCode)?.name ?? '';
        const media = await complaints.mediaOf(params.ticket);
        const reader = reading(request, `/complaints/${params.ticket}?k=${encodeURIComponent(query.k)}`);
        return complaintPage(frame, reader, view, { villageName: village, media, k: query.k });
      },
    }),
    defineRoute({
      ...shared,
      path: '/complaints/:ticket/media/:id',
      summary: 'A photo, recording or video of a complaint, for whoever holds its signed link',
      params: z.strictObject({ ticket, id: objectId }),
      query: signed,
      handler: ({ params, query }) => complaints.mediumByLink(params.ticket, params.id, query.k),
    }),
    defineRoute({
      ...shared,
      path: '/feed.xml',
      summary: 'The newest articles as Atom',
      handler: async () => {
        const { items } = await articles.latestPublic({ limit: FEED_ITEMS });
        return feed(frame, publicUrl, items, clock.now());
      },
    }),
    defineRoute({
      ...shared,
      path: '/sitemap.xml',
      summary: 'Addresses for search engines',
      handler: async () => {
        const { items } = await articles.latestPublic({ limit: SITEMAP_ITEMS });
        return sitemap(publicUrl, { town, categories }, items);
      },
    }),
    defineRoute({
      ...shared,
      path: '/robots.txt',
      summary: 'What search engines should leave alone',
      handler: async () => robots(publicUrl),
    }),
  ];
}
