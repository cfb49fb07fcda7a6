import { z } from 'zod';
import { AppError, type Clock, firstChars } from '../kernel/index.ts';
import type { Articles } from '../articles/index.ts';
import type { Complaints } from '../complaints/index.ts';
import { defineRoute, objectId, type RawAnswer, type Route } from '../http/index.ts';
import type { Config } from '../platform/config/index.ts';
import { createArticlePages } from './article-pages.ts';
import { complaintPage } from './complaint-page.ts';
import { feed, robots, sitemap } from './machines.ts';

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
const FEED_ITEMS = 30;
/** What is older is reached through the lists. */
const SITEMAP_ITEMS = 2_000;

/** The residents' web pages: server-rendered, no script. */
export function createPages(deps: {
  config: Config;
  articles: Pick<Articles, 'latestPublic' | 'searchPublic' | 'publicView'>;
  complaints: Pick<Complaints, 'byLink' | 'mediaOf' | 'mediumByLink'>;
  clock: Clock;
}): Route[] {
  const { config, articles, complaints, clock } = deps;
  const { town, categories } = config;
  const publicUrl = config.env.PUBLIC_URL;
  const frame = { town: town.name, account: town.account, office: town.office, hotline: town.hotline };
  const pages = createArticlePages({ frame, town, categories, articles, publicUrl });
  const found = (answer: RawAnswer | null): RawAnswer => {
    if (!answer) throw new AppError('not_found');
    return answer;
  };
  const shared = { method: 'get', allow: 'public' } as const;
  return [
    defineRoute({
      ...shared,
      path: '/',
      summary: 'Home',
      query: cursorQuery,
      handler: ({ query }) => pages.home(query.cursor),
    }),
    defineRoute({
      ...shared,
      path: '/articles/:id',
      summary: 'One public article; 410 where it was withdrawn',
      params: z.strictObject({ id: objectId }),
      handler: ({ params }) => pages.article(params.id),
    }),
    defineRoute({
      ...shared,
      path: '/categories/:code',
      summary: 'Articles of a category',
      params: code,
      query: cursorQuery,
      handler: async ({ params, query }) => found(await pages.category(params.code, query.cursor)),
    }),
    defineRoute({
      ...shared,
      path: '/villages/:code',
      summary: 'Articles of a village',
      params: code,
      query: cursorQuery,
      handler: async ({ params, query }) => found(await pages.village(params.code, query.cursor)),
    }),
    defineRoute({
      ...shared,
      path: '/search',
      summary: 'Search',
      query: searchQuery,
      handler: ({ query }) => pages.search(query.q, query.cursor),
    }),
    defineRoute({
      ...shared,
      path: '/complaints/:ticket',
      summary: 'A complaint, for whoever holds its signed link',
      params: z.strictObject({ ticket }),
      query: signed,
      handler: async ({ params, query }) => {
        const view = await complaints.byLink(params.ticket, query.k);
        const village = town.villages.find((candidate) => candidate.code === view.villageCode)?.name ?? '';
        const media = await complaints.mediaOf(params.ticket);
        return complaintPage(frame, view, { villageName: village, media, k: query.k });
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
