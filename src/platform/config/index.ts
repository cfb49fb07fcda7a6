export { createSay, type Say } from './chat.ts';
export { answerByKeyword, type Keyword } from './keywords.ts';
export type { ChatKey } from './chat-sentences.ts';
export type { Env } from './env.ts';
export type { Category, ClockRule, Clocks, Limits, Town, YearCalendar } from './files.ts';
export { ConfigError, loadConfig, shippedUnderstanding, type Config } from './load.ts';
export { CATEGORY_KEY, type Menu, MENU_KEYS, MENU_LIMITS, menuSchemaIn } from './menu.ts';
export { printableConfig } from './print.ts';
export { compileSayings, type Sayings } from './sayings.ts';
export {
  KIND_INTENTS,
  type EmergencyName,
  type Intent,
  type KindIntent,
  type UnderstandingTexts,
} from './understanding.ts';
