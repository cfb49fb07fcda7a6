import { api } from '../api.ts';
import type { Page } from '../types.ts';

/** One thing that waits, with the list that shows it. */
export interface Waiting {
  readonly title: string;
  /** How many; `99+` where the list is longer than a page. */
  readonly count: string;
  readonly to: string;
  /** `over` = too late, `soon` = today. */
  readonly level: 'none' | 'plain' | 'soon' | 'over';
}

interface Question {
  readonly title: string;
  readonly action: string;
  readonly api: string;
  readonly query: Record<string, string>;
  readonly to: string;
  readonly level: Waiting['level'];
}

const QUESTIONS: readonly Question[] = [
  {
    title: '等我审核的信息',
    action: 'articles.approve',
    api: '/articles',
    query: { status: 'submitted' },
    to: '/articles?status=submitted',
    level: 'soon',
  },
  {
    title: '等我审核的简报',
    action: 'briefings.approve',
    api: '/briefings',
    query: { status: 'submitted' },
    to: '/briefings?status=submitted',
    level: 'soon',
  },
  {
    title: '退回给我的信息',
    action: 'articles.write',
    api: '/articles',
    query: { status: 'rejected', mine: 'true' },
    to: '/articles?status=rejected&mine=true',
    level: 'soon',
  },
  {
    title: '新来的诉求，等受理',
    action: 'complaints.triage',
    api: '/complaints',
    query: { status: 'received' },
    to: '/complaints?status=received',
    level: 'soon',
  },
  {
    title: '已受理，等交办',
    action: 'complaints.triage',
    api: '/complaints',
    query: { status: 'accepted' },
    to: '/complaints?status=accepted',
    level: 'plain',
  },
  {
    title: '交办给本站所的诉求',
    action: 'complaints.handle',
    api: '/complaints',
    query: { status: 'assigned' },
    to: '/complaints?status=assigned',
    level: 'plain',
  },
  {
    title: '要打电话告知的群众',
    action: 'complaints.handle',
    api: '/complaints',
    query: { callNeeded: 'true' },
    to: '/complaints?callNeeded=true',
    level: 'soon',
  },
  {
    title: '超期的诉求',
    action: 'complaints.read',
    api: '/complaints',
    query: { overdue: 'true' },
    to: '/complaints?overdue=true',
    level: 'over',
  },
  {
    title: '排好时间的简报',
    action: 'briefings.schedule',
    api: '/briefings',
    query: { status: 'scheduled' },
    to: '/briefings?status=scheduled',
    level: 'plain',
  },
  {
    title: '推送结果不明，要您决定',
    action: 'briefings.resolve',
    api: '/briefings',
    query: { status: 'unknown' },
    to: '/briefings?status=unknown',
    level: 'over',
  },
];

const COUNTED = 99;

/** What waits for a person who may do these actions, most urgent first. */
export async function waitingFor(may: (action: string) => boolean, signal: AbortSignal): Promise<Waiting[]> {
  const mine = QUESTIONS.filter((question) => may(question.action));
  const answers = await Promise.all(
    mine.map(async (question): Promise<Waiting> => {
      const query = { ...question.query, limit: COUNTED };
      const { items, nextCursor } = await api<Page<unknown>>('GET', question.api, { query, signal });
      const count = nextCursor === null ? String(items.length) : `${COUNTED}+`;
      return { title: question.title, count, to: question.to, level: items.length === 0 ? 'none' : question.level };
    }),
  );
  const order = ['over', 'soon', 'plain', 'none'];
  return answers.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}
