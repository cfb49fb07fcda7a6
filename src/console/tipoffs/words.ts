export const TIPOFF_WORDS = {
  received: { text: '新来的', tone: 'warn' },
  answered: { text: '已答复', tone: 'main' },
} as const;
