import { addChinaDays, chinaDate, startOfChinaDate, type Clock } from '../kernel/index.ts';
import { defineRoute, type Route } from '../http/index.ts';
import type { Category } from '../platform/config/index.ts';
import { articleFiguresQuery, articleFiguresView, countsView } from './figures.contract.ts';
import type { ArticleFiguresStore } from './figures.store.ts';

/** A government account that publishes nothing for two weeks counts as silent (国办秘函〔2019〕19号). */
const SILENT_AFTER_DAYS = 14;

/** Numbers about articles: what waits at the desk, and what became public by category. */
export function articleFigureRoutes(deps: {
  readonly store: ArticleFiguresStore;
  readonly categories: readonly Category[];
  readonly clock: Clock;
}): Route[] {
  const { store, clock } = deps;
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/articles/counts',
      allow: { action: 'articles.read' },
      summary: 'How many articles wait for review and came back to the caller; how long the account has been silent',
      response: countsView,
      handler: async ({ caller }) => {
        const [{ submitted, returned }, lastAt] = await Promise.all([store.waiting(caller.id), store.lastPublished()]);
        return {
          submitted,
          returnedToMe: returned,
          ...since(lastAt, clock.now()),
          silentAfterDays: SILENT_AFTER_DAYS,
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/figures/articles',
      allow: { action: 'figures.read' },
      summary: 'Articles that became public in a period, by category, and days since each category’s last',
      query: articleFiguresQuery,
      response: articleFiguresView,
      handler: async ({ query }) => {
        const now = clock.now();
        const from = startOfChinaDate(query.from);
        const to = startOfChinaDate(addChinaDays(query.to, 1));
        const found = new Map((await store.byCategory({ from, to, now })).map((row) => [row.categoryCode, row]));
        // A category that the town has dropped keeps its row while something stands in it.
        const codes = new Set([...deps.categories.map(({ code }) => code), ...found.keys()]);
        const rows = [...codes].map((code) => ({
          code,
          published: found.get(code)?.published ?? 0,
          lastAt: found.get(code)?.lastAt ?? null,
        }));
        const times = rows.flatMap(({ lastAt }) => (lastAt === null ? [] : [lastAt.getTime()]));
        const newest = times.length === 0 ? null : new Date(Math.max(...times));
        return {
          all: { published: rows.reduce((sum, row) => sum + row.published, 0), ...since(newest, now) },
          categories: rows.map(({ code, published, lastAt }) => ({ code, published, ...since(lastAt, now) })),
        };
      },
    }),
  ];
}

/** Days are China's: published last evening is one day ago this morning. */
function since(lastAt: Date | null, now: Date): { lastAt: string | null; daysSince: number | null } {
  if (lastAt === null) return { lastAt: null, daysSince: null };
  const day = (at: Date): number => Date.parse(chinaDate(at)) / 86_400_000;
  return { lastAt: lastAt.toISOString(), daysSince: Math.max(0, day(now) - day(lastAt)) };
}
