export { createSay, type Say } from './chat.ts';
export { answerByKeyword, type Keyword } from './keywords.ts';
export type { ChatKey } from './chat-sentences.ts';
export type { Env } from './env.ts';
export type { Category, ClockRule, Clocks, Limits, Town, YearCalendar } from './files.ts';
export { ConfigError, loadConfig, type Config } from './load.ts';
export { printableConfig } from './print.ts';
