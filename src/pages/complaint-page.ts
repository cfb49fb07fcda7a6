import { chinaDate, escapeMarkup, formatChinaDate, formatChinaMinute } from '../kernel/index.ts';
import { KIND_NAMES, type ComplaintStatus, type ResidentView } from '../complaints/index.ts';
import type { RawAnswer } from '../http/index.ts';
import { page, type PageFrame } from './layout.ts';

/** The words of design §4. */
const STATUS_WORDS: Readonly<Record<ComplaintStatus, string>> = {
  received: '已收到',
  accepted: '已受理',
  refused: '不予受理',
  assigned: '已交办',
  answered: '已答复',
  closed: '已办结',
  reopened: '重新办理',
};
const TYPE_WORDS: Readonly<Record<string, string>> = { image: '照片', voice: '语音', video: '视频', location: '位置' };

/** A complaint as its resident sees it, for whoever holds the signed link. */
export function complaintPage(frame: PageFrame, view: ResidentView, villageName: string): RawAnswer {
  const facts = [view.kind ? KIND_NAMES[view.kind] : '', villageName, view.unitName ?? ''].filter(Boolean).join(' · ');
  const said = view.messages
    .map(
      (message) =>
        `<div class="said">${escapeMarkup(message.text ?? `（${TYPE_WORDS[message.type] ?? '附件'}）`)}</div>`,
    )
    .join('');
  const answers = view.answers
    .map(
      (answer) =>
        `<div class="said"><span class="meta">${formatChinaMinute(answer.at)} ${escapeMarkup(answer.unit)}</span>\n${escapeMarkup(answer.text)}</div>`,
    )
    .join('');
  const steps = view.history
    .filter((step) => step.move !== 'called')
    .map((step) => {
      const reason = step.reason === undefined ? '' : `（${escapeMarkup(step.reason)}）`;
      return `<li>${formatChinaMinute(step.at)} ${stepWord(step)}${reason}</li>`;
    })
    .join('');
  const body = `<h1>诉求 ${escapeMarkup(view.ticket)}</h1><p class="meta">${escapeMarkup(facts)}</p>
<p class="note">现在：<strong>${STATUS_WORDS[view.status]}</strong>。答复期限：${formatChinaDate(chinaDate(view.dueAt))}前</p>
<h2>答复</h2>${answers === '' ? '<p>还没有答复。</p>' : answers}<h2>您说的</h2>${said}<h2>办理过程</h2><ol class="steps">${steps}</ol>`;
  return page(frame, { title: `诉求 ${view.ticket}`, body, personal: true });
}

function stepWord(step: ResidentView['history'][number]): string {
  if (step.move === 'extend') return '延长期限';
  if (step.move === 'rate') return '您已评价';
  if (step.move === 'return') return '退回，重新交办';
  return STATUS_WORDS[step.status];
}
