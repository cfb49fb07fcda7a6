import { chinaDate, formatChinaDate } from '../kernel/index.ts';
import type { Articles } from '../articles/index.ts';
import type { Complaints } from '../complaints/index.ts';
import type { Category, ChatKey } from '../platform/config/index.ts';
import type { Reply } from '../wechat/index.ts';
import type { Speech } from './speech.ts';

export interface QueriesDeps {
  readonly speech: Speech;
  readonly categories: readonly Category[];
  readonly publicUrl: string;
  readonly articles: Pick<Articles, 'searchPublic' | 'latestPublic'>;
  readonly complaints: Pick<Complaints, 'mine' | 'ofResident' | 'linkFor'>;
}

/** Replies that only read. */
export interface Queries {
  search(words: string): Promise<string[]>;
  latest(): Promise<Reply>;
  category(code: string): Promise<Reply | undefined>;
  mine(openid: string): Promise<Reply>;
  ticket(openid: string, ticket: string): Promise<Reply>;
}

/** An answer lists at most this many: five titles with links fill an old phone's screen. */
const LISTED = 5;

const STATUS_KEYS: Readonly<Record<string, ChatKey>> = {
  received: 'statusReceived',
  accepted: 'statusAccepted',
  refused: 'statusRefused',
  assigned: 'statusAssigned',
  answered: 'statusAnswered',
  closed: 'statusClosed',
  reopened: 'statusReopened',
};
const KIND_NAMES: Readonly<Record<string, string>> = {
  consult: '咨询',
  help: '求助',
  complain: '投诉',
  suggest: '建议',
};

export function createQueries(deps: QueriesDeps): Queries {
  const { speech, articles, complaints, publicUrl } = deps;
  const { say } = speech;

  const lines = (items: readonly { id: string; title: string; publishedAt: Date }[]): string =>
    items
      .map((item, i) =>
        say('listLine', {
          n: i + 1,
          title: item.title,
          date: formatChinaDate(chinaDate(item.publishedAt), false),
          url: `${publicUrl}/articles/${item.id}`,
        }),
      )
      .join('\n');
  const statusWord = (status: string): string => say((STATUS_KEYS[status] ?? 'statusReceived') as 'statusReceived');
  const kindName = (kind: string | null): string => (kind ? (KIND_NAMES[kind] ?? kind) : say('kindUnset'));

  return {
    search: async (words) => {
      const found = await articles.searchPublic({ words, limit: LISTED });
      if (found.items.length === 0) return [say('nothingFound', { words: words.slice(0, 40) })];
      const header = say('searchHeader', { words: words.slice(0, 40), count: found.items.length });
      const more = say('searchMore', { url: `${publicUrl}/search?q=${encodeURIComponent(words.slice(0, 40))}` });
      return [`${header}\n${lines(found.items)}`, ...(found.nextCursor ? [more] : [])];
    },
    latest: async () => {
      const { items } = await articles.latestPublic({ limit: LISTED });
      return speech.reply(
        items.length === 0 ? [say('latestEmpty')] : [`${say('latestHeader')}\n${lines(items)}`],
        publicUrl,
      );
    },
    category: async (code) => {
      const category = deps.categories.find((candidate) => candidate.code === code);
      if (!category) return undefined;
      const { items } = await articles.latestPublic({ limit: LISTED, categoryCode: code });
      const header = say('categoryHeader', { category: category.name });
      if (items.length === 0) return speech.reply([say('categoryEmpty', { category: category.name })]);
      return speech.reply([`${header}\n${lines(items)}`], `${publicUrl}/categories/${code}`);
    },
    mine: async (openid) => {
      const tickets = await complaints.mine(openid, LISTED);
      if (tickets.length === 0) return speech.reply([say('mineNone')]);
      const rows = tickets.map((item) =>
        say('mineLine', {
          ticket: item.ticket,
          kind: kindName(item.kind),
          status: statusWord(item.status),
          date: formatChinaDate(chinaDate(item.receivedAt), false),
        }),
      );
      return speech.reply([`${say('mineHeader')}\n${rows.join('\n')}`, say('mineHint')]);
    },
    ticket: async (openid, ticket) => {
      const found = await complaints.ofResident(openid, ticket);
      if (!found) return speech.reply([say('ticketUnknown')]);
      const url = complaints.linkFor(ticket);
      const detail = say('ticketDetail', {
        ticket,
        kind: kindName(found.kind),
        status: statusWord(found.status),
        unit: found.unitName ?? say('unitUnset'),
        due: speech.day(found.dueAt),
        url,
      });
      const answers = found.answers.map((answer) =>
        say('ticketDetailAnswer', { date: formatChinaDate(chinaDate(answer.at), false), text: answer.text }),
      );
      return speech.reply([detail, ...(answers.length > 0 ? answers : [say('ticketNoAnswer')])], url);
    },
  };
}
