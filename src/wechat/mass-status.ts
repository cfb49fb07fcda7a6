/** What a mass send's finish status means, in words for staff (wechat-protocol §1.1). */
const STATUS_TEXT: Readonly<Record<string, string>> = {
  'send success': '推送成功',
  'send fail': '推送失败',
  'err(10001)': '未通过：涉嫌广告',
  'err(20001)': '未通过：涉嫌政治',
  'err(20002)': '未通过：涉嫌色情',
  'err(20004)': '未通过：涉嫌社会',
  'err(20006)': '未通过：涉嫌违法犯罪',
  'err(20008)': '未通过：涉嫌欺诈',
  'err(20013)': '未通过：涉嫌版权',
  'err(21000)': '未通过：涉嫌其他',
  'err(22000)': '未通过：涉嫌互推',
  'err(30001)': '未推送：原创校验系统出错',
  'err(30002)': '未推送：原创校验判定不能群发',
  'err(30003)': '未推送：原创校验判定为转载',
  'err(40001)': '未推送：公众号管理员拒绝',
  'err(40002)': '未推送：公众号管理员 30 分钟内没有确认',
};

/** The status in Chinese; an unknown one is quoted. */
export function massStatusText(status: string): string {
  return Object.hasOwn(STATUS_TEXT, status) ? (STATUS_TEXT[status] ?? status) : `平台返回：${status || '（空）'}`;
}
