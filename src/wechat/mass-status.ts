import type { CopyrightResult, MassResult } from './messages.types.ts';

const failed = (zh: string): MassResult => ({ outcome: 'failed', zh });
const judged = (what: string): MassResult =>
  failed(`平台判定涉嫌${what}，没有群发。请改内容后重新送审，或在公众平台申诉。`);

const NOT_SENT = '平台没有发出这次群发，请到公众平台查看原因。';

/** The one table of finish statuses, by their letters and digits only; of the event and of the query alike. */
const RESULTS: ReadonlyMap<string, MassResult> = new Map([
  ['sendsuccess', { outcome: 'delivered', zh: '推送成功' }],
  ['success', { outcome: 'delivered', zh: '推送成功' }],
  ['sending', { outcome: 'sending', zh: '平台正在群发' }],
  ['delete', { outcome: 'taken_back', zh: '已从群众手机上删除' }],
  ['deleted', { outcome: 'taken_back', zh: '已从群众手机上删除' }],
  ['sendfail', failed(NOT_SENT)],
  ['sendfailed', failed(NOT_SENT)],
  ['fail', failed(NOT_SENT)],
  ['failed', failed(NOT_SENT)],
  ['err10001', judged('广告')],
  ['err20001', judged('政治内容')],
  ['err20002', judged('色情')],
  ['err20004', judged('社会内容')],
  ['err20006', judged('违法犯罪')],
  ['err20008', judged('欺诈')],
  ['err20013', judged('侵权')],
  ['err21000', judged('其他违规')],
  ['err22000', judged('互推')],
  ['err30001', failed('原创校验出错，平台没有群发。请稍后重新排期。')],
  ['err30002', failed('原创校验判定不能群发。请拿掉这篇，或改成自己写的内容后重新送审。')],
  ['err30003', failed('原创校验判定为转载，平台没有群发。请拿掉这篇，或改成自己写的内容后重新送审。')],
  ['err40001', failed('公众号管理员拒绝了这次群发。请和管理员说好后重新排期。')],
  ['err40002', failed('公众号管理员30分钟内没有确认这次群发。请和管理员说好时间后重新排期，管理员要在手机上点确认。')],
]);

/** What a finish status means, in whatever spelling: `send success`, `sendsuccess`, `SEND_SUCCESS`, `err(10001)` … */
export function massResultOf(status: string): MassResult {
  const letters = lettersOf(status);
  const known = RESULTS.get(letters);
  if (known !== undefined) return known;
  const said = status.trim().slice(0, 60);
  if (/^err\d+$/.test(letters)) return failed(`平台没有发出这次群发（平台的说法：${said}），请到公众平台查看原因。`);
  return { outcome: 'unclear', zh: `平台返回：${said || '（空）'}` };
}

/**
 * The words of a finish event, with the title and the original's address of each article that the platform took for a
 * reprint. `titles` in the order of the push.
 */
export function finishWords(
  event: { readonly status: string; readonly copyright?: readonly CopyrightResult[] },
  titles: readonly string[],
): string {
  const { zh } = massResultOf(event.status);
  if (!REPRINT.test(lettersOf(event.status))) return zh;
  const reprints = (event.copyright ?? []).filter(isReprint).map((found) => reprintWords(found, titles));
  return `${zh}${reprints.join('')}`;
}

const REPRINT = /^err3000\d$/;

function lettersOf(status: string): string {
  return status
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

/** AuditState 2 and 3 are the platform's judgement that the text is somebody else's; the address alone says so too. */
function isReprint({ auditState, originalUrl }: CopyrightResult): boolean {
  return auditState === 2 || auditState === 3 || originalUrl !== undefined;
}

function reprintWords({ index, originalUrl, canReprint }: CopyrightResult, titles: readonly string[]): string {
  const title = titles[index - 1];
  const which = title === undefined ? `第${index}篇` : `第${index}篇《${title}》`;
  const original = originalUrl === undefined ? '' : `，原文：${originalUrl}`;
  return `${which}与已有的原创文章相同${original}${canReprint ? '（原作者允许转载）' : ''}。`;
}
