import { api } from '../api.ts';
import { counted } from '../complaints/counted.ts';
import { minuteText } from '../times.ts';
import type { ArticleCounts, Briefing, ComplaintCounts, Page, Quota } from '../types.ts';

/** One thing that waits, with the list that shows it. */
export interface Waiting {
  readonly title: string;
  readonly count: string;
  readonly to: string;
  /** `over` = too late, `soon` = look at it today, `none` = nothing waits. */
  readonly level: 'none' | 'plain' | 'soon' | 'over';
}

/** What the desk shows; a part that the role may not see is null. */
export interface Desk {
  readonly tiles: readonly Waiting[];
  readonly pushes: readonly { readonly id: string; readonly title: string; readonly when: string }[] | null;
  readonly quota: Quota | null;
  /** How long the account has been silent, in words. */
  readonly silence: { readonly text: string; readonly level: Waiting['level'] } | null;
}

type May = (action: string) => boolean;

/** A list's page; briefings and tipoffs that wait are fewer than it holds. */
const PAGE = 100;

/** What waits for a person who may do these actions, most urgent first. One question a kind of thing. */
export async function deskOf(may: May, signal: AbortSignal): Promise<Desk> {
  const ask = <T>(action: string, path: string, query: Record<string, string> = {}): Promise<T | null> =>
    may(action) ? api<T>('GET', path, { query, signal }) : Promise.resolve(null);
  const briefings = (action: string, status: string): Promise<Page<Briefing> | null> =>
    ask<Page<Briefing>>(action, '/briefings', { status, limit: String(PAGE) });
  const [articles, complaints, quota, scheduled, submitted, unknown, tipoffs] = await Promise.all([
    ask<ArticleCounts>('articles.read', '/articles/counts'),
    ask<ComplaintCounts>('complaints.read', '/complaints/counts'),
    ask<Quota>('briefings.read', '/briefings/quota'),
    briefings('briefings.read', 'scheduled'),
    briefings('briefings.approve', 'submitted'),
    briefings('briefings.resolve', 'unknown'),
    ask<Page<unknown>>('tipoffs.handle', '/tipoffs', { status: 'received', limit: String(PAGE) }),
  ]);
  const tiles = [
    ...complaintTiles(may, complaints),
    ...articleTiles(may, articles),
    ...pageTile('推送结果不明，要您决定', '/briefings?status=unknown', 'over', unknown),
    ...pageTile('等我审核的简报', '/briefings?status=submitted', 'soon', submitted),
    ...pageTile('新来的举报', '/tipoffs?status=received', 'soon', tipoffs),
  ];
  const order = ['over', 'soon', 'plain', 'none'];
  return {
    tiles: tiles.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level)),
    pushes: scheduled && nextPushes(scheduled.items),
    quota,
    silence: articles && silenceOf(articles),
  };
}

function tile(title: string, count: number, to: string, level: Waiting['level']): Waiting {
  return { title, count: String(count), to, level: count === 0 ? 'none' : level };
}

function pageTile(title: string, to: string, level: Waiting['level'], page: Page<unknown> | null): Waiting[] {
  if (page === null) return [];
  const one = tile(title, page.items.length, to, level);
  return [page.nextCursor === null ? one : { ...one, count: `${PAGE}+` }];
}

function articleTiles(may: May, counts: ArticleCounts | null): Waiting[] {
  if (counts === null) return [];
  return [
    ...(may('articles.approve')
      ? [tile('等我审核的信息', counts.submitted, '/articles?status=submitted', 'soon')]
      : []),
    ...(may('articles.write')
      ? [tile('退回给我的信息', counts.returnedToMe, '/articles?status=rejected&mine=true', 'soon')]
      : []),
  ];
}

function complaintTiles(may: May, counts: ComplaintCounts | null): Waiting[] {
  if (counts === null) return [];
  const { statuses, countedUpTo } = counts;
  const some = (title: string, count: number, to: string, level: Waiting['level']): Waiting => ({
    ...tile(title, count, to, level),
    count: counted(count, countedUpTo),
  });
  const triage = may('complaints.triage');
  const handle = may('complaints.handle');
  return [
    some('超期的诉求', counts.overdue, '/complaints?overdue=true', 'over'),
    some('今明两天到期的诉求', counts.dueSoon, '/complaints?dueSoon=true', 'soon'),
    ...(triage
      ? [
          some('新来的诉求，等受理', statuses.received, '/complaints?status=received', 'soon'),
          some('要求重办，等交办', statuses.reopened, '/complaints?status=reopened', 'soon'),
          some('已受理，等交办', statuses.accepted, '/complaints?status=accepted', 'plain'),
          // What a unit holds is the unit's call.
          some(
            '要打电话告知的群众（没有站所的）',
            counts.callNeededNoUnit,
            '/complaints?callNeeded=true&unit=-',
            'soon',
          ),
        ]
      : []),
    ...(handle
      ? [
          some('交办给本站所的诉求', statuses.assigned, '/complaints?status=assigned', 'plain'),
          some('要打电话告知的群众', counts.callNeeded, '/complaints?callNeeded=true', 'soon'),
        ]
      : []),
    ...(triage || handle ? [] : [some('新来的诉求', statuses.received, '/complaints?status=received', 'plain')]),
  ];
}

/** In the order in which they go out. */
function nextPushes(items: readonly Briefing[]): { id: string; title: string; when: string }[] {
  return items
    .toSorted((a, b) => (a.sendAt ?? '').localeCompare(b.sendAt ?? ''))
    .slice(0, 5)
    .map(({ id, title, sendAt, overdue }) => ({
      id,
      title,
      when: `${minuteText(sendAt)}${overdue ? '（该发还没有发）' : ''}`,
    }));
}

function silenceOf({ daysSince, silentAfterDays }: ArticleCounts): { text: string; level: Waiting['level'] } {
  const rule = `检查标准：${silentAfterDays} 天没有更新就不合格。`;
  if (daysSince === null) return { text: `还没有公开过信息。${rule}`, level: 'soon' };
  const last = daysSince === 0 ? '今天公开过信息。' : `最近一次公开信息是 ${daysSince} 天前。`;
  const left = silentAfterDays - daysSince;
  if (left <= 0) return { text: `${last}${rule}已经到了，请尽快发布。`, level: 'over' };
  return { text: `${last}${rule}还有 ${left} 天。`, level: left <= 4 ? 'soon' : 'plain' };
}
