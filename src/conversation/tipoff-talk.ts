import type { Town } from '../platform/config/index.ts';
import { read, talk, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import type { TipoffFlow } from './state.ts';

/** 举报: kind 5 goes its own way (P8). The conversation hands over and never looks inside. */
export interface TipoffTalk {
  /** Kind 5 was chosen. Nothing that was said before is carried over: those rows are ordinary ones. */
  begin(at: Date): Plan;
  /** The next message of a running flow; 取消 is handled before. */
  advance(turn: Turn, flow: TipoffFlow): Plan | Promise<Plan>;
  /** The question that the flow is waiting on. */
  question(flow: TipoffFlow): string;
  /** `查询 <code>`: the state of a tipoff, for its holder only. */
  query(turn: Turn, code: string): Promise<Plan>;
}

/** Where a town takes no 举报 in chat: the number of the discipline office, and nothing is kept. */
export function createOfficeOnlyTipoffTalk(deps: { speech: Speech; town: Town }): TipoffTalk {
  const { speech, town } = deps;
  const office = (): string => speech.say('tipoffByPhone', { number: town.disciplineHotline.number });
  return {
    begin: () => talk(speech.reply([office()]), null),
    advance: () => talk(speech.reply([office()]), null),
    question: office,
    query: async () => read(speech.reply([speech.say('tipoffUnknown')])),
  };
}
