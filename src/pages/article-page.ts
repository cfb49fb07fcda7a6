import { chinaDate, escapeMarkup, formatChinaDate } from '../kernel/index.ts';
import type { Articles } from '../articles/index.ts';
import { timeTag, type Words } from './words.ts';

type PublicArticle = Awaited<ReturnType<Articles['publicView']>>;

/** The article with what a reader needs to trust it: from where, of which day, approved by whom, corrected or not. */
export function articleBody(found: PublicArticle, words: Words): string {
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
${corrected ? `<p class="note">这条信息已更正：${timeTag(found.publishedAt)}换成了下面的新内容。</p>` : ''}${readable(found.bodyHtml)}
<p class="meta approval">${approvalWords(found)}</p></article>`;
}

function approvalWords({ approvedAt, majorDecision, collectiveDecision }: PublicArticle): string {
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
  const { withdrawnAt = '', reason = '' } = (details ?? {}) as { withdrawnAt?: string; reason?: string };
  const day = withdrawnAt === '' ? '' : formatChinaDate(chinaDate(new Date(withdrawnAt)));
  return `<h1>这条信息已撤回</h1><p class="note">${escapeMarkup(day)}撤回。原因：${escapeMarkup(reason)}</p><p><a class="next" href="/">看其他信息</a></p>`;
}

function linkTo(path: string, name: string): string {
  return name === '' ? '' : `<a href="${escapeMarkup(path)}">${escapeMarkup(name)}</a>`;
}
