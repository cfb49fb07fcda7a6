import { escapeMarkup } from '../kernel/index.ts';
import type { ErrorPage } from '../http/index.ts';
import type { Town } from '../platform/config/index.ts';
import { page } from './layout.ts';

/** What a resident sees where a page cannot be shown: the reason, and the way back. */
export function createErrorPage(town: Town): ErrorPage {
  const frame = { town: town.name, account: town.account, office: town.office, hotline: town.hotline };
  return ({ status, message, requestId }) => {
    const number = requestId === null ? '' : `<p class="meta">编号 ${escapeMarkup(requestId)}</p>`;
    const body = `<h1>${escapeMarkup(message)}</h1><p><a href="/">回到首页</a></p>${number}`;
    const answer = page(frame, { title: status >= 500 ? '暂时打不开' : '没能打开', body, personal: true });
    return answer.body as string;
  };
}
