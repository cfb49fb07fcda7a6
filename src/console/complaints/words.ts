export const COMPLAINT_WORDS = {
  received: { text: '新来的', tone: 'warn' },
  accepted: { text: '已受理，等交办', tone: 'warn' },
  refused: { text: '不予受理', tone: 'quiet' },
  assigned: { text: '已交办', tone: 'main' },
  answered: { text: '已答复', tone: 'main' },
  closed: { text: '已办结', tone: 'quiet' },
  reopened: { text: '要求重办', tone: 'bad' },
} as const;

export const SOURCE_WORDS: Readonly<Record<string, string>> = {
  chat: '公众号',
  phone: '来电',
  box: '意见箱',
  visit: '来访',
};

export const MOVE_WORDS: Readonly<Record<string, string>> = {
  receive: '收到',
  enter: '登记',
  accept: '受理',
  refuse: '不予受理',
  assign: '交办',
  return: '退回',
  answer: '答复',
  close: '办结',
  extend: '延期',
  reopen: '群众要求重办',
  rate: '群众评价',
  called: '打过电话',
};

export const NOTICE_STATE_WORDS: Readonly<Record<string, string>> = {
  owed: '正在发送',
  sent: '已发到群众微信',
  failed: '没有发出去',
  call_needed: '微信发不出，请打电话告知',
  seen: '群众已看到',
};
