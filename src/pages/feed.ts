import { escapeMarkup } from '../kernel/index.ts';
import type { PublicItem } from '../articles/index.ts';
import { RawAnswer } from '../http/index.ts';
import type { PageFrame } from './layout.ts';

/** The newest articles as Atom (RFC 4287). */
export function feed(frame: PageFrame, publicUrl: string, items: readonly PublicItem[], now: Date): RawAnswer {
  const updated = (items[0]?.publishedAt ?? now).toISOString();
  const entries = items
    .map((item) => {
      const url = `${publicUrl}/articles/${item.id}`;
      const time = item.publishedAt.toISOString();
      return `<entry><id>${escapeMarkup(url)}</id><title>${escapeMarkup(item.title)}</title><link href="${escapeMarkup(url)}"/><published>${time}</published><updated>${time}</updated><summary>${escapeMarkup(item.summary)}</summary></entry>`;
    })
    .join('');
  const body = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN"><id>${escapeMarkup(publicUrl)}/</id><title>${escapeMarkup(frame.account)}</title><link href="${escapeMarkup(publicUrl)}/"/><link rel="self" href="${escapeMarkup(publicUrl)}/feed.xml"/><author><name>${escapeMarkup(frame.office)}</name></author><updated>${updated}</updated>${entries}</feed>`;
  return new RawAnswer({
    type: 'application/atom+xml; charset=utf-8',
    body,
    headers: { 'Cache-Control': 'public, max-age=300' },
  });
}
