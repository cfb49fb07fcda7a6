import type { Changed, Plan, Turn } from './plan.ts';
import type { TipoffFlow } from './state.ts';

/** 举报: kind 5 goes its own way (P8). The conversation hands over and never looks inside. */
export interface TipoffTalk {
  /** Kind 5 was chosen. Nothing that was said before is carried over: those rows are ordinary ones. */
  begin(at: Date): Plan;
  /** The next message of a running flow; 取消 is handled before. */
  advance(turn: Turn, flow: TipoffFlow): Plan | Promise<Plan>;
  /** The question that the flow is waiting on. */
  question(flow: TipoffFlow): string;
  /** A voice or photo that came right after 确认 joins the tipoff with this code; `otherwise` where there is none such. */
  late(turn: Turn, code: string, otherwise: () => Changed): Plan;
  /** `查询 <code>`: the state of a tipoff, for its holder only. */
  query(turn: Turn, code: string): Promise<Plan>;
}
