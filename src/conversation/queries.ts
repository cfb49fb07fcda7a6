import { chinaDate, firstChars, formatChinaDate } from '../kernel/index.ts';
import type { Articles } from '../articles/index.ts';
import { KIND_NAMES, type ComplaintStatus, type Complaints } from '../complaints/index.ts';
import type { Category, ChatKey } from '../platform/config/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Listing, Speech } from './speech.ts';

export interface QueriesDeps {
  readonly speech: Speech;
  readonly categories: readonly Category[];
  readonly publicUrl: string;
  readonly articles: Pick<Articles, 'searchPublic' | 'latestPublic'>;
  readonly complaints: Pick<Complaints, 'mine' | 'ofResident' | 'linkFor'>;
}

/** Replies that only read. */
export interface Queries {
  /** What was found, or the sentences that say that nothing was. */
  search(words: string): Promise<Listing | string[]>;
  latest(): Promise<Reply>;
  category(code: string): Promise<Reply | undefined>;
  mine(openid: string): Promise<Reply>;
  ticket(openid: string, ticket: string): Promise<Reply>;
}

/** An answer lists at most this many: five titles with links fill an old phone's screen. */
const LISTED = 5;
/** A title in a list; the whole one stands on the page. */
const TITLE_CHARS = 32;
/** As much of a long question as is looked for and said back. */
const ASKED_CHARS = 40;

const STATUS_KEYS = {
  received: 'statusReceived',
  accepted: 'statusAccepted',
  refused: 'statusRefused',
  assigned: 'statusAssigned',
  answered: 'statusAnswered',
  closed: 'statusClosed',
  reopened: 'statusReopened',
} as const satisfies Readonly<Record<ComplaintStatus, ChatKey>>;

export function createQueries(deps: QueriesDeps): Queries {
  const { speech, articles, complaints, publicUrl } = deps;
  const { say } = speech;

  const lines = (items: readonly { id: string; title: string; publishedAt: Date }[]): string[] =>
    items.map((item, i) =>
      say('listLine', {
        n: i + 1,
        title: shortened(item.title),
        date: formatChinaDate(chinaDate(item.publishedAt), false),
        url: `${publicUrl}/articles/${item.id}`,
      }),
    );
  const kindName = (kind: keyof typeof KIND_NAMES | null): string => (kind ? KIND_NAMES[kind] : say('kindUnset'));

  return {
    search: async (words) => {
      const asked = firstChars(words, ASKED_CHARS);
      const found = await articles.searchPublic({ words: asked, limit: LISTED });
      if (found.items.length === 0) return [say('nothingFound', { words: asked })];
      return {
        header: say('searchHeader', { words: asked }),
        lines: lines(found.items),
        moreUrl: `${publicUrl}/search?q=${encodeURIComponent(asked)}`,
        more: found.nextCursor !== null,
      };
    },
    latest: async () => {
      const { items, nextCursor } = await articles.latestPublic({ limit: LISTED });
      if (items.length === 0) return speech.reply([say('latestEmpty')]);
      const more = nextCursor !== null;
      return speech.listing({ header: say('latestHeader'), lines: lines(items), moreUrl: publicUrl, more });
    },
    category: async (code) => {
      const category = deps.categories.find((candidate) => candidate.code === code);
      if (!category) return undefined;
      const { items, nextCursor } = await articles.latestPublic({ limit: LISTED, categoryCode: code });
      if (items.length === 0) return speech.reply([say('categoryEmpty', { category: category.name })]);
      const header = say('categoryHeader', { category: category.name });
      const moreUrl = `${publicUrl}/categories/${code}`;
      return speech.listing({ header, lines: lines(items), moreUrl, more: nextCursor !== null });
    },
    mine: async (openid) => {
      const tickets = await complaints.mine(openid, LISTED);
      if (tickets.length === 0) return speech.reply([say('mineNone')]);
      const rows = tickets.map((item) =>
        say('mineLine', {
          ticket: item.ticket,
          kind: kindName(item.kind),
          status: say(STATUS_KEYS[item.status]),
          date: formatChinaDate(chinaDate(item.receivedAt), false),
        }),
      );
      const hint = say('mineHint', { ticket: tickets[0]?.ticket ?? '' });
      return speech.reply([`${say('mineHeader')}\n${rows.join('\n')}`, hint]);
    },
    ticket: async (openid, ticket) => {
      const found = await complaints.ofResident(openid, ticket);
      if (!found) return speech.reply([say('ticketUnknown', { ticket })]);
      const url = complaints.linkFor(ticket);
      const detail = say('ticketDetail', {
        ticket,
        kind: kindName(found.kind),
        status: say(STATUS_KEYS[found.status]),
        unit: found.unitName ?? say('unitUnset'),
        due: speech.day(found.dueAt),
        url,
      });
      const answers = found.answers.map((answer) =>
        say('ticketDetailAnswer', { date: formatChinaDate(chinaDate(answer.at), false), text: answer.text }),
      );
      // The newest answer first: where the reply must be cut, the oldest goes.
      return speech.reply([detail, ...(answers.length > 0 ? answers.reverse() : [say('ticketNoAnswer')])], url);
    },
  };
}

function shortened(title: string): string {
  const start = firstChars(title, TITLE_CHARS);
  return start === title ? title : `${start}…`;
}
