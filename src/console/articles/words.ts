/** Status words of articles and versions, as staff read them. */
export const ARTICLE_WORDS = {
  draft: { text: '草稿', tone: 'quiet' },
  submitted: { text: '等待审核', tone: 'warn' },
  rejected: { text: '已退回', tone: 'bad' },
  approved: { text: '已审核，等推送', tone: 'main' },
  published: { text: '已公开', tone: 'main' },
  withdrawn: { text: '已撤回', tone: 'quiet' },
  replaced: { text: '被新版本代替', tone: 'quiet' },
} as const;

export const FIELD_WORDS: Readonly<Record<string, string>> = {
  title: '标题',
  shortTitle: '推送短标题',
  summary: '摘要',
  categoryCode: '公开目录',
  villageCode: '行政村',
  unitCode: '来源',
  majorDecision: '三重一大',
  cover: '封面',
  body: '正文',
  images: '图片',
};
