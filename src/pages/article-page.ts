import { chinaDate, escapeMarkup, formatChinaDate } from '../kernel/index.ts';
import type { Articles, Tombstone } from '../articles/index.ts';
import { timeTag, type Words } from './words.ts';

type PublicArticle = Awaited<ReturnType<Articles['publicView']>>;

/** Which part of a long article is shown. */
export interface ShownPart {
  readonly html: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** The article with what a reader needs to trust it: from where, of which day, approved by whom, corrected or not. */
export function articleBody(found: PublicArticle, words: Words, part: ShownPart): string {
  const village =
    found.villageCode === null ? '' : linkTo(`/villages/${found.villageCode}`, words.village(found.villageCode));
  const category = linkTo(`/categories/${found.categoryCode}`, words.category(found.categoryCode));
  const corrected = found.publishedAt.getTime() > found.firstPublishedAt.getTime();
  const facts = [
    `来源：${escapeMarkup(words.unit(found.unitCode))}`,
    timeTag(found.firstPublishedAt),
    category,
    village,
  ];
  return `<nav class="trail" aria-label="位置"><a href="/">首页</a>› ${category}</nav>
<article><h1>${escapeMarkup(found.title)}</h1><p class="meta">${facts.filter(Boolean).join(' · ')}</p>
${corrected ? `<p class="note">这条信息已更正：${timeTag(found.publishedAt)}换成了下面的新内容。</p>` : ''}${partWords(part)}${readable(part.html)}${partLinks(found.id, part)}
<p class="meta approval">${approvalWords(found)}</p></article>
<p><a class="next" href="/articles/${found.id}/print">打印张贴（A4）</a></p>`;
}

/** A name list of a whole town is more than an old phone should load at once. */
function partWords({ number, of }: ShownPart): string {
  return of === 1 ? '' : `<p class="meta">内容较长，分 ${of} 页，这是第 ${number} 页。</p>`;
}

function partLinks(id: string, { number, of }: ShownPart): string {
  if (of === 1) return '';
  const link = (to: number, rel: string, name: string): string =>
    to < 1 || to > of ? '' : `<a class="next" rel="${rel}" href="/articles/${id}?part=${to}">${name}</a>`;
  return `<p class="turn">${link(number - 1, 'prev', '上一页')}<span>第 ${number} / ${of} 页</span>${link(number + 1, 'next', '下一页')}</p>`;
}

export function approvalWords({ approvedAt, majorDecision, collectiveDecision }: PublicArticle): string {
  const decision =
    majorDecision && collectiveDecision
      ? `重大事项，${formatChinaDate(collectiveDecision.date)}集体研究（会议纪要：${escapeMarkup(collectiveDecision.minutesNo)}）。`
      : '';
  return `${decision}本文已经分管领导审核（${timeTag(approvedAt)}）。`;
}

/** Wide tables scroll by themselves and images load as they come into sight. */
function readable(bodyHtml: string): string {
  return bodyHtml
    .replaceAll(/<table(?=[ >])/g, '<div class="scroll" tabindex="0"><table')
    .replaceAll('</table>', '</table></div>')
    .replaceAll(/<img(?=[ >])/g, '<img loading="lazy"');
}

/** What stands in the place of an article that was taken back. `details` as AppError `withdrawn` carries them. */
export function tombstoneBody(details: unknown): string {
  const { withdrawnAt = '', reason = '', replacement } = (details ?? {}) as Partial<Tombstone>;
  const day = withdrawnAt === '' ? '' : formatChinaDate(chinaDate(new Date(withdrawnAt)));
  const instead =
    replacement === undefined
      ? ''
      : `<p>新的信息：<a class="next" href="/articles/${replacement.id}">${escapeMarkup(replacement.title)}</a></p>`;
  const head = replacement === undefined ? '这条信息已撤回' : '这条信息已由新的信息代替';
  return `<h1>${head}</h1><p class="note">${escapeMarkup(day)}撤回。原因：${escapeMarkup(reason)}</p>${instead}<p><a class="next" href="/">看其他信息</a></p>`;
}

function linkTo(path: string, name: string): string {
  return name === '' ? '' : `<a href="${escapeMarkup(path)}">${escapeMarkup(name)}</a>`;
}
