import { chinaDate, escapeMarkup, formatChinaDate, formatChinaMinute } from '../kernel/index.ts';
import { KIND_NAMES, type ResidentMedium, type ResidentView } from '../complaints/index.ts';
import type { RawAnswer } from '../http/index.ts';
import { stepLine } from './complaint-steps.ts';
import { page, type PageFrame } from './layout.ts';
import type { Reader } from './reader.ts';
import { STATUS_WORDS } from './words.ts';

const TYPE_WORDS: Readonly<Record<string, string>> = { image: '照片', voice: '语音', video: '视频', location: '位置' };

/** Reasons that the resident was told, or gave; why a unit returned a ticket stays among staff. */
const TOLD_REASONS = new Set(['refuse', 'extend', 'reopen', 'recount']);

interface Beside {
  readonly villageName: string;
  readonly media: readonly ResidentMedium[];
  /** The link's signature: what the page refers to needs it too. */
  readonly k: string;
}

/** A complaint as its resident sees it, for whoever holds the signed link. */
export function complaintPage(frame: PageFrame, reader: Reader, view: ResidentView, beside: Beside): RawAnswer {
  const { villageName } = beside;
  const facts = [view.kind ? KIND_NAMES[view.kind] : '', villageName, view.unitName ?? ''].filter(Boolean).join(' · ');
  const said = view.messages.map((message) => saidBox(view.ticket, message, beside)).join('');
  const answers = view.answers
    .map(
      (answer) =>
        `<div class="said"><span class="meta">${formatChinaMinute(answer.at)} ${escapeMarkup(answer.unit)}</span>\n${escapeMarkup(answer.text)}</div>`,
    )
    .join('');
  const steps = view.history
    .filter((step) => step.move !== 'called')
    .map((step) => {
      const told = TOLD_REASONS.has(step.move) && step.reason !== undefined;
      const reason = told ? `（${escapeMarkup(step.reason)}）` : '';
      return `<li>${formatChinaMinute(step.at)} ${stepWord(step)}${reason}</li>`;
    })
    .join('');
  const body = `<h1>诉求 ${escapeMarkup(view.ticket)}</h1><p class="meta">${escapeMarkup(facts)}</p>
${stepLine(view)}<p class="note">现在：<strong>${STATUS_WORDS[view.status]}</strong>。${whatNext(view)}</p>
<h2>答复</h2>${answers === '' ? '<p>还没有答复。</p>' : answers}<h2>您说的</h2>${said}<h2>办理过程</h2><ol class="steps">${steps}</ol>`;
  return page(frame, reader, { title: `诉求 ${view.ticket}`, body, personal: true });
}

/** What comes next, and what the resident can do. */
function whatNext({ status, dueAt, overdue, ticket }: ResidentView): string {
  if (status === 'refused') return '原因写在下面的办理过程里。';
  if (status === 'closed') return '有不满意的，可以在公众号里回复“重办”。';
  if (status === 'answered')
    return `看看下面的答复，在公众号里回复“评价 ${escapeMarkup(ticket)} 5”打分，不满意回复“重办”。`;
  if (overdue) return '已经过了原定答复的日子，我们会尽快答复您。';
  return `最晚 ${formatChinaDate(chinaDate(dueAt))} 答复您。`;
}

function stepWord(step: ResidentView['history'][number]): string {
  if (step.move === 'extend') return '延长期限';
  if (step.move === 'recount') return '期限有变';
  if (step.move === 'rate') return '您已评价';
  if (step.move === 'return') return '退回，重新交办';
  return STATUS_WORDS[step.status];
}

/** One thing that the resident said: its text, the photo itself, or what became of it. */
function saidBox(ticket: string, message: ResidentView['messages'][number], { media, k }: Beside): string {
  const { type, text, location, mediaRef } = message;
  const words = [text, location?.label].filter(Boolean).join(' ');
  const medium = media.find(({ id }) => id === mediaRef);
  const shown = medium ? mediumBox(ticket, type, medium, k) : '';
  const place = type === 'location' && words === '' ? '（位置）' : '';
  return `<div class="said">${shown}${shown !== '' && words !== '' ? '\n' : ''}${escapeMarkup(words)}${place}</div>`;
}

function mediumBox(ticket: string, type: string, medium: ResidentMedium, k: string): string {
  const name = TYPE_WORDS[type] ?? '附件';
  if (medium.state === 'waiting') return `（${name}正在接收，请稍后再看）`;
  if (medium.state === 'missing') return `（${escapeMarkup(medium.note ?? `${name}没能取到`)}）`;
  const url = escapeMarkup(`/complaints/${ticket}/media/${medium.id}?k=${encodeURIComponent(k)}`);
  if (medium.contentType?.startsWith('image/')) return `<img src="${url}" alt="${name}" loading="lazy">`;
  return `<a href="${url}">打开${name}</a>`;
}
