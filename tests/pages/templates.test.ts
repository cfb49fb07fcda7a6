import { describe, expect, it } from 'vitest';
import { AppError, systemClock } from '../../src/kernel/index.ts';
import { RawAnswer, type Route } from '../../src/http/index.ts';
import { createErrorPage, createPages } from '../../src/pages/index.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { environment } from '../support/office.ts';

/**
 * Every page with markup in every field that it is made of. Each field has a mark of its own, so that a field which
 * nobody shows any more is noticed too.
 */
const marks: string[] = [];
function mark(field: string): string {
  marks.push(field);
  return `<b id="${field}">&`;
}
const bare = (field: string) => `<b id="${field}"`;
const escaped = (field: string) => `&lt;b id=&quot;${field}&quot;&gt;&amp;`;

const DAY = new Date('2026-03-11T02:00:00Z');
const ID = 'a'.repeat(24);
const TICKET = '20260311-0001';

const base = loadConfig(environment({ PUBLIC_URL: 'https://town.example' }));
const config = {
  ...base,
  town: {
    ...base.town,
    name: mark('town'),
    account: mark('account'),
    office: mark('office'),
    county: mark('county'),
    contact: { address: mark('address'), hours: mark('hours'), phone: mark('phone') },
    disciplineHotline: { name: mark('discipline-name'), number: mark('discipline-number') },
    hotline: { ...base.town.hotline, name: mark('hotline-name'), number: mark('hotline-number') },
    villages: [{ ...base.town.villages[0]!, code: 'v01', name: mark('village') }],
    units: [{ ...base.town.units[0]!, code: 'u01', name: mark('unit') }],
  },
  categories: [{ ...base.categories[0]!, code: 'c01', name: mark('category') }],
};

const item = {
  id: ID,
  title: mark('title'),
  summary: mark('summary'),
  categoryCode: 'c01',
  villageCode: 'v01',
  coverMediaId: null,
  publishedAt: DAY,
};
const article = {
  ...item,
  versionId: ID,
  version: 2,
  contentHash: 'f'.repeat(64),
  shortTitle: null,
  unitCode: 'u01',
  approvedAt: DAY,
  majorDecision: true,
  collectiveDecision: { date: '2026-03-01', minutesNo: mark('minutes') },
  bodyHtml: '<p>正文</p>',
  firstPublishedAt: DAY,
};
const GONE = 'b'.repeat(24);
const tombstone = {
  withdrawnAt: DAY.toISOString(),
  reason: mark('withdrawal'),
  replacement: { id: ID, title: mark('replacement') },
};
const complaint = {
  ticket: TICKET,
  kind: 'help',
  status: 'answered',
  villageCode: 'v01',
  unitName: mark('unit-name'),
  receivedAt: DAY,
  dueAt: DAY,
  messages: [
    { at: DAY, from: 'resident', type: 'text', text: mark('said') },
    { at: DAY, from: 'resident', type: 'location', location: { lat: 35, lng: 106, label: mark('place') } },
    { at: DAY, from: 'resident', type: 'image', mediaRef: ID },
  ],
  answers: [{ at: DAY, text: mark('answer'), unit: mark('answering-unit') }],
  history: [{ at: DAY, move: 'extend', status: 'assigned', by: 'mzb', reason: mark('reason') }],
  overdue: false,
  rating: null,
} as const;

const { routes } = createPages({
  config,
  articles: {
    latestPublic: async () => ({ items: [item], nextCursor: '">next' }),
    searchPublic: async () => ({ items: [item], nextCursor: null, words: [], partial: false }),
    publicView: async (id) => {
      if (id === GONE) throw new AppError('withdrawn', { details: tombstone });
      return article;
    },
  },
  complaints: {
    byLink: async () => complaint,
    mediaOf: async () => [{ id: ID, state: 'missing', contentType: null, note: mark('missing-medium') }],
    mediumByLink: async () => new RawAnswer({ type: 'image/png', body: '' }),
  },
  clock: systemClock,
});

/** Routes that are no template. */
const NO_TEMPLATE = ['/text-size/:size', '/complaints/:ticket/media/:id', '/robots.txt'];
const templates = routes.filter(({ path }) => !NO_TEMPLATE.includes(path));

/** The answer of a route, to a reader who sends this Cookie header. */
async function rendered(route: Route, { id = ID, cookie }: { id?: string; cookie?: string } = {}): Promise<RawAnswer> {
  const params = { id, ticket: TICKET, code: route.path.startsWith('/villages') ? 'v01' : 'c01' };
  const answer = await route.handler({
    params,
    query: route.query?.parse({ q: mark('asked'), k: mark('key') }) ?? {},
    body: {},
    caller: null,
    file: null,
    request: { id: 'r', ip: '127.0.0.1', sessionToken: null, header: () => cookie },
  });
  if (!(answer instanceof RawAnswer)) throw new Error(`${route.path} is no page`);
  return answer;
}
function textOf({ body }: RawAnswer): string {
  if (typeof body !== 'string') throw new Error('no page of text');
  return body;
}

describe('every template', () => {
  it('shows markup in any field as text, and shows every field somewhere', async () => {
    const pages = new Map<string, string>();
    for (const route of templates) pages.set(route.path, textOf(await rendered(route)));
    const articlePage = templates.find(({ path }) => path === '/articles/:id')!;
    pages.set('withdrawn', textOf(await rendered(articlePage, { id: GONE })));
    const error = createErrorPage(config.town);
    pages.set(
      'error',
      error({ status: 404, message: mark('message'), requestId: mark('request'), cookies: undefined }),
    );
    expect(pages.size).toBeGreaterThan(13);
    const fields = [...new Set(marks)];
    for (const [path, text] of pages)
      expect(
        fields.filter((field) => text.includes(bare(field))),
        path,
      ).toEqual([]);
    const all = [...pages.values()].join('\n');
    const shown = fields.filter((field) => all.includes(escaped(field)));
    // The key of a link stands in addresses, percent-encoded.
    expect(fields.filter((field) => !shown.includes(field))).toEqual(['key']);
  });

  it('that has a text size tells caches that it differs by cookie', async () => {
    const differing: string[] = [];
    for (const route of templates) {
      const plain = await rendered(route);
      const large = await rendered(route, { cookie: 'xy_text=large' });
      const differs = textOf(plain) !== textOf(large);
      if (differs) differing.push(route.path);
      const mayBeKept = String(plain.headers['Cache-Control']).startsWith('public');
      expect([route.path, plain.headers['Vary']]).toEqual([route.path, differs && mayBeKept ? 'Cookie' : undefined]);
    }
    expect(differing.length).toBeGreaterThan(6);
  });
});
