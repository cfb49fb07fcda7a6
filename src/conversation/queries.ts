import { chinaDate, firstChars, formatChinaDate } from '../kernel/index.ts';
import type { Articles } from '../articles/index.ts';
import { KIND_NAMES, type ComplaintStatus, type Complaints, type ResidentView } from '../complaints/index.ts';
import type { Category, ChatKey, Town } from '../platform/config/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Listing, Speech } from './speech.ts';

export interface QueriesDeps {
  readonly speech: Speech;
  readonly categories: readonly Category[];
  readonly publicUrl: string;
  readonly town: Town;
  readonly articles: Pick<Articles, 'searchPublic' | 'latestPublic'>;
  readonly subscribers: Pick<SubscribersApi, 'choiceOf'>;
  readonly complaints: Pick<Complaints, 'mine' | 'ofResident' | 'linkFor'>;
}

/** Replies that only read. */
export interface Queries {
  /** What was found, or the sentences that say that nothing was. */
  search(openid: string, words: string): Promise<Listing | string[]>;
  /** The resident's own village first, where we know it. */
  latest(openid: string): Promise<Reply>;
  /** Of the resident's village alone; undefined where we do not know it. */
  ownVillage(openid: string): Promise<Reply | undefined>;
  category(code: string): Promise<Reply | undefined>;
  mine(openid: string): Promise<Reply>;
  ticket(openid: string, ticket: string): Promise<Reply>;
}

/** An answer lists at most this many: five titles with links fill an old phone's screen. */
const LISTED = 5;
/** Of the own village, before the others. */
const OWN_FIRST = 3;
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
        title: titleInTag(shortened(item.title)),
        date: formatChinaDate(chinaDate(item.publishedAt), false),
        url: `${publicUrl}/articles/${item.id}`,
      }),
    );
  const villageOf = async (openid: string): Promise<Town['villages'][number] | undefined> => {
    const { villageCode } = await deps.subscribers.choiceOf(openid);
    return deps.town.villages.find(({ code }) => code === villageCode);
  };
  /** The newest answer first: where the reply must be cut, the oldest goes. */
  const answersOf = ({ answers }: Pick<ResidentView, 'answers'>): string[] =>
    answers.length === 0
      ? [say('ticketNoAnswer')]
      : answers
          .map(({ at, text }) => say('ticketDetailAnswer', { date: formatChinaDate(chinaDate(at), false), text }))
          .toReversed();
  const kindName = (kind: keyof typeof KIND_NAMES | null): string => (kind ? KIND_NAMES[kind] : say('kindUnset'));

  return {
    search: async (openid, words) => {
      const asked = firstChars(words, ASKED_CHARS);
      const village = await villageOf(openid);
      const found = await articles.searchPublic({ words: asked, limit: LISTED, villageCode: village?.code });
      if (found.items.length === 0) return [say('nothingFound', { words: asked })];
      return {
        header: say('searchHeader', { words: asked }),
        lines: lines(found.items),
        moreUrl: `${publicUrl}/search?q=${encodeURIComponent(asked)}`,
        more: found.nextCursor !== null,
      };
    },
    latest: async (openid) => {
      const village = await villageOf(openid);
      const [own, { items, nextCursor }] = await Promise.all([
        village ? articles.latestPublic({ limit: OWN_FIRST, villageCode: village.code }) : { items: [] },
        articles.latestPublic({ limit: LISTED + OWN_FIRST }),
      ]);
      if (village && own.items.length > 0) {
        const others = items
          .filter(({ id }) => own.items.every((one) => one.id !== id))
          .slice(0, LISTED - own.items.length);
        const all = lines([...own.items, ...others]);
        const header = say('latestOwnHeader', { village: village.name });
        const rest = all.slice(own.items.length);
        const shown =
          rest.length === 0
            ? all
            : [...all.slice(0, own.items.length), `\n${say('latestOthersHeader')}\n${rest[0]}`, ...rest.slice(1)];
        return speech.listing({ header, lines: shown, moreUrl: publicUrl, more: true }, [say('latestOwnHint')]);
      }
      if (items.length === 0) return speech.reply([say('latestEmpty')]);
      const more = nextCursor !== null || items.length > LISTED;
      const shown = lines(items.slice(0, LISTED));
      return speech.listing({ header: say('latestHeader'), lines: shown, moreUrl: publicUrl, more });
    },
    ownVillage: async (openid) => {
      const village = await villageOf(openid);
      if (!village) return undefined;
      const { items, nextCursor } = await articles.latestPublic({ limit: LISTED, villageCode: village.code });
      if (items.length === 0) return speech.reply([say('latestOwnEmpty', { village: village.name })]);
      const header = say('latestOwnHeader', { village: village.name });
      const moreUrl = `${publicUrl}/villages/${village.code}`;
      return speech.listing({ header, lines: lines(items), moreUrl, more: nextCursor !== null });
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
      const [only] = tickets;
      if (only && tickets.length === 1) {
        const url = complaints.linkFor(only);
        const unit = only.unitName ?? say('unitUnset');
        const told = say('mineOnly', {
          line: rows[0] ?? '',
          unit,
          due: only.overdue ? say('dueOver') : speech.day(only.dueAt),
          url,
        });
        return speech.reply([told, ...answersOf(only)], url);
      }
      const hint = say('mineHint', { ticket: tickets[0]?.ticket ?? '' });
      return speech.reply([`${say('mineHeader')}\n${rows.join('\n')}`, hint]);
    },
    ticket: async (openid, ticket) => {
      const found = await complaints.ofResident(openid, ticket);
      if (!found) return speech.reply([say('ticketUnknown', { ticket })]);
      const url = complaints.linkFor(found);
      const detail = say('ticketDetail', {
        ticket,
        kind: kindName(found.kind),
        status: say(STATUS_KEYS[found.status]),
        unit: found.unitName ?? say('unitUnset'),
        due: found.overdue ? say('dueOver') : speech.day(found.dueAt),
        url,
      });
      return speech.reply([detail, ...answersOf(found)], url);
    },
  };
}

function shortened(title: string): string {
  const start = firstChars(title, TITLE_CHARS);
  return start === title ? title : `${start}…`;
}

/** Inside a link of a reply the phone knows no escapes: what would end the tag is written in its full-width form. */
function titleInTag(title: string): string {
  return title.replaceAll('<', '＜').replaceAll('>', '＞');
}
