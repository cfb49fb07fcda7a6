import { escapeMarkup } from '../kernel/index.ts';
import type { ErrorPage } from '../http/index.ts';
import type { Town } from '../platform/config/index.ts';
import { page } from './layout.ts';
import { readerOf } from './reader.ts';

/** What a resident sees where a page cannot be shown: the reason, and the way back. */
export function createErrorPage(town: Town): ErrorPage {
  const frame = { town: town.name, account: town.account, office: town.office, hotline: town.hotline };
  return ({ status, message, requestId, cookies }) => {
    const number = requestId === null ? '' : `<p class="meta">编号 ${escapeMarkup(requestId)}</p>`;
    const body = `<h1>${escapeMarkup(message)}</h1><p>${status >= 500 ? '请过几分钟再打开一次。' : '地址可能写错了，或者内容已经移走。'}</p>
<p><a class="next" href="/">回到首页</a></p><p><a class="next" href="/search">查找信息</a></p>${number}`;
    // Not back to what failed: the switch leads to the first page.
    const reader = readerOf(cookies, '/');
    const answer = page(frame, reader, { title: status >= 500 ? '暂时打不开' : '没能打开', body, personal: true });
    return answer.body as string;
  };
}
