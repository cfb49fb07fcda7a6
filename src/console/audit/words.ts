const THINGS: Readonly<Record<string, string>> = {
  articles: '信息',
  briefings: '简报',
  complaints: '诉求',
  tipoffs: '举报',
  staff: '账号',
  media: '图片',
  menu: '菜单',
  subscribers: '关注者',
  privacy: '个人信息',
  calendar: '日历',
};

const DONE: Readonly<Record<string, string>> = {
  create: '新建',
  write: '修改',
  edit: '修改',
  change: '修改',
  submit: '提交',
  approve: '审核通过',
  reject: '退回',
  publish: '公开',
  withdraw: '撤回',
  compose: '编排',
  schedule: '排时间',
  cancel: '取消',
  claim: '开始推送',
  finish_well: '平台报告发完',
  finish_badly: '平台报告没有发成',
  failed: '推送失败',
  hold: '推迟',
  lose: '结果不明',
  resolve: '确认结果',
  preview: '手机预览',
  delete_pushed: '删除推送',
  enter: '登记',
  accept: '受理',
  refuse: '不予受理',
  assign: '交办',
  return: '退回',
  answer: '答复',
  note: '备注',
  close: '办结',
  extend: '延期',
  called: '打电话',
  rate: '评价',
  reopen: '重办',
  login: '登录',
  login_failed: '登录失败',
  locked: '登录被锁',
  logout: '退出',
  password: '改密码',
  bind: '绑定手机',
  upload: '上传',
  import: '导入',
  view: '查看',
  export: '导出',
  forget: '删除',
};

const STATES: Readonly<Record<string, string>> = {
  draft: '草稿',
  submitted: '等待审核',
  rejected: '已退回',
  approved: '已审核',
  published: '已公开',
  withdrawn: '已撤回',
  scheduled: '已排时间',
  pushing: '正在推送',
  submitted_to_platform: '平台已接收',
  delivered: '已送达',
  failed: '没有推成',
  cancelled: '已取消',
  unknown: '结果不明',
  received: '已收到',
  accepted: '已受理',
  refused: '不予受理',
  assigned: '已交办',
  answered: '已答复',
  closed: '已办结',
  reopened: '重新办理',
};

/** Who works where no person does. */
const PARTS: Readonly<Record<string, string>> = {
  briefings: '推送',
  login: '登录',
  retention: '到期清理',
  'command line': '命令行',
  'complaints.close': '到期办结',
  'complaints.recount': '重算期限',
};

const TARGETS: Readonly<Record<string, string>> = {
  article: '信息',
  briefing: '简报',
  complaint: '诉求',
  tipoff: '举报',
  staff: '账号',
  media: '图片',
  menu: '菜单',
};

/** Screens that show what an entry speaks of. */
const SCREENS: Readonly<Record<string, string>> = {
  article: '/articles/',
  briefing: '/briefings/',
  complaint: '/complaints/',
};

/** Actions that people look for; every other one is found by person, number or day. */
export const ACTIONS = [
  'articles.submit',
  'articles.approve',
  'articles.reject',
  'articles.publish',
  'articles.withdraw',
  'briefings.approve',
  'briefings.schedule',
  'briefings.cancel',
  'briefings.resolve',
  'complaints.accept',
  'complaints.refuse',
  'complaints.assign',
  'complaints.answer',
  'complaints.extend',
  'complaints.close',
  'staff.login',
  'staff.login_failed',
  'staff.create',
  'staff.change',
  'menu.edit',
  'menu.publish',
] as const;

/** `articles.approve` → `信息：审核通过`; an action that has no words yet shows itself. */
export function actionText(action: string): string {
  const [thing = '', done = ''] = action.split('.');
  return `${THINGS[thing] ?? thing}：${DONE[done] ?? done}`;
}

/** A number of 24 hexadecimal digits is no use to a reader: its last six are enough to tell two apart. */
export function targetText(target: { kind: string; id: string } | null): string {
  if (target === null) return '';
  const id = /^[0-9a-f]{24}$/.test(target.id) ? `…${target.id.slice(-6)}` : target.id;
  return `${TARGETS[target.kind] ?? target.kind} ${id}`;
}

/** Where the thing itself can be seen; empty where it has no screen. */
export function targetPath(target: { kind: string; id: string } | null): string {
  const screen = target === null ? undefined : SCREENS[target.kind];
  return screen === undefined || target === null ? '' : screen + target.id;
}

/** `leader2（分管领导）`, `系统（推送）`, `群众`. */
export function actorText(
  actor: { kind: string; name: string; role: string | null },
  roleName: (role: string | null) => string,
): string {
  if (actor.kind === 'resident') return '群众';
  if (actor.kind === 'system') return `系统（${PARTS[actor.name] ?? actor.name}）`;
  return `${actor.name}（${roleName(actor.role)}）`;
}

/** `draft`, `submitted` → `草稿 → 等待审核`; empty where nothing moved. */
export function moveText(before: string | null, after: string | null): string {
  if (before === null || after === null) return '';
  return `${STATES[before] ?? before} → ${STATES[after] ?? after}`;
}
