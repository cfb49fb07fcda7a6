import { escapeMarkup } from '../kernel/index.ts';
import type { PublicItem } from '../articles/index.ts';
import type { RawAnswer } from '../http/index.ts';
import type { Category, Town } from '../platform/config/index.ts';
import { kept, type PageFrame } from './layout.ts';

/** Feed readers and search engines come again and again; what is withdrawn leaves them after this, seconds. */
const FEED_SECONDS = 300;
const SITEMAP_SECONDS = 3_600;
const ROBOTS_SECONDS = 86_400;
const XML = '<?xml version="1.0" encoding="utf-8"?>\n';

/** The newest articles as Atom (RFC 4287). */
export function feed(frame: PageFrame, publicUrl: string, items: readonly PublicItem[], now: Date): RawAnswer {
  const newest = Math.max(...items.map((item) => item.publishedAt.getTime()));
  const updated = (items.length === 0 ? now : new Date(newest)).toISOString();
  const entries = items
    .map((item) => {
      const url = escapeMarkup(`${publicUrl}/articles/${item.id}`);
      const time = item.publishedAt.toISOString();
      return `<entry><id>${url}</id><title>${escapeMarkup(item.title)}</title><link href="${url}"/><updated>${time}</updated><summary>${escapeMarkup(item.summary)}</summary></entry>`;
    })
    .join('');
  const home = escapeMarkup(`${publicUrl}/`);
  const body = `${XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN"><id>${home}</id><title>${escapeMarkup(frame.account)}</title><link href="${home}"/><link rel="self" type="application/atom+xml" href="${home}feed.xml"/><author><name>${escapeMarkup(frame.office)}</name></author><updated>${updated}</updated>${entries}</feed>`;
  return kept({ type: 'application/atom+xml; charset=utf-8', body, seconds: FEED_SECONDS });
}

/** The lists and the newest articles for search engines (sitemaps.org 0.9, at most 50,000 addresses). */
export function sitemap(
  publicUrl: string,
  { town, categories }: { town: Town; categories: readonly Category[] },
  items: readonly PublicItem[],
): RawAnswer {
  const lists = [
    '/',
    '/about',
    '/privacy',
    ...categories.map(({ code }) => `/categories/${code}`),
    ...town.villages.map(({ code }) => `/villages/${code}`),
  ].map((path) => `<url><loc>${escapeMarkup(publicUrl + path)}</loc></url>`);
  const articles = items.map(
    ({ id, publishedAt }) =>
      `<url><loc>${escapeMarkup(`${publicUrl}/articles/${id}`)}</loc><lastmod>${publishedAt.toISOString()}</lastmod></url>`,
  );
  const body = `${XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${[...lists, ...articles].join('')}</urlset>`;
  return kept({ type: 'application/xml; charset=utf-8', body, seconds: SITEMAP_SECONDS });
}

/** Public information is for everybody; residents' own pages and the office's are not. */
export function robots(publicUrl: string): RawAnswer {
  const closed = ['/api/', '/complaints/', '/console/', '/search', '/text-size/', '/wechat'];
  const body = `User-agent: *\n${closed.map((path) => `Disallow: ${path}\n`).join('')}Sitemap: ${publicUrl}/sitemap.xml\n`;
  return kept({ type: 'text/plain; charset=utf-8', body, seconds: ROBOTS_SECONDS });
}
