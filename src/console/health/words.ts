/** What each sweep does, as the office says it; a new one shows its own name until it has words. */
const SWEEPS: Readonly<Record<string, string>> = {
  'inbox.abandoned': '接着办没办完的消息',
  'inbox.late': '收下迟到的照片和语音',
  'inbox.spool': '处理暂存在本机的消息',
  'inbox.anonymise': '到期抹去消息里的个人信息',
  'audit.seal': '封存审计记录',
  'subscribers.tags': '把村和专题同步到微信',
  'subscribers.import': '导入关注者',
  'subscribers.growth': '数每周新关注和离开的人数',
  'notices.send': '发告知',
  'notices.call': '找出要打电话告知的',
  'notices.staff': '提醒工作群',
  'complaints.media': '取群众发来的照片和语音',
  'complaints.close': '到期自动办结',
  'complaints.recount': '按新日历重算答复期限',
  'complaints.due_tomorrow': '提醒明天到期的诉求',
  'complaints.forget_persons': '到期删除诉求人的联系方式',
  'conversation.drop': '清理放下很久的对话',
  'tipoffs.tell': '告知举报人有答复',
  'tipoffs.media': '取举报的照片和语音',
  'tipoffs.forget': '到期删除举报',
  'pushes.send': '推送简报',
  'pushes.ask': '向微信平台查推送结果',
  'people.expire': '到期删除不再关注的人的信息',
};

export function sweepText(name: string): string {
  return SWEEPS[name] ?? name;
}
