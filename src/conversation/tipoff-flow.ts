import type { TipoffPart, Tipoffs } from '../tipoffs/index.ts';
import { chinaDate, formatChinaDate, tidyTyped } from '../kernel/index.ts';
import type { Town } from '../platform/config/index.ts';
import { MAX_PARTS, partName, partOf } from './what-was-said.ts';
import { read, talk, type Changed, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import type { Part, TipoffFlow } from './state.ts';
import { parseChoice } from './numbers.ts';
import { tidied, type Understanding } from './understanding/index.ts';

/** 举报: kind 5 goes its own way (docs/promises.md#p8). The conversation hands over and never looks inside. */
export interface TipoffTalk {
  /** Kind 5 was chosen; what was said before it goes into the draft. */
  begin(turn: Turn, before: readonly Part[]): Plan;
  /** The next message of a running flow; 取消 is handled before. */
  advance(turn: Turn, flow: TipoffFlow): Plan | Promise<Plan>;
  /** The question that the flow is waiting on. */
  question(flow: TipoffFlow): string;
  /** A voice or photo that came right after 确认 joins the tipoff with this code; `otherwise` where there is none such. */
  late(turn: Turn, code: string, otherwise: () => Changed): Plan;
  /** `查询 <code>`: the state of a tipoff, for its holder only. */
  query(turn: Turn, code: string): Promise<Plan>;
}

export interface TipoffFlowDeps {
  readonly speech: Speech;
  readonly town: Town;
  readonly understanding: Pick<Understanding, 'read' | 'readEdge'>;
  readonly tipoffs: Pick<Tipoffs, 'addToDraft' | 'readDraft' | 'submit' | 'query' | 'addLate'>;
  /** How long after 确认 media still join (`conversation.lateMediaSeconds`). */
  readonly lateMs: number;
}

/**
 * The talk of kind 5 (docs/promises.md#p8): first what is kept and who reads it, then any number of messages, then 确认
 * gives a code. No name, no village, no phone is asked. Every plan is `apart`: no other part keeps anything of it.
 */
export function createTipoffTalk(deps: TipoffFlowDeps): TipoffTalk {
  const { speech, town, tipoffs } = deps;
  const { say } = speech;
  const number = town.disciplineHotline.number;

  const apart = (plan: Plan): Plan => ({ ...plan, apart: true });
  const tell = (flow: TipoffFlow, ...paragraphs: string[]): Plan => apart(talk(speech.reply(paragraphs), flow));

  const keep = (turn: Turn, flow: TipoffFlow): Plan => {
    const { openid } = turn.message;
    // More than was asked for belongs to the tipoff too: whoever goes on after 完成 is asked for 完成 again.
    const touched: TipoffFlow = { ...flow, step: 'collect', touchedAt: turn.at };
    const part = partOf(turn.message, turn.at);
    if (!part) return tell(touched, say('unknownType'), say('tipoffGot'));
    if (tipoffs.readDraft(openid, flow.draft).length >= MAX_PARTS) {
      return tell(touched, say('complaintFull', { max: MAX_PARTS }));
    }
    const kept = { ...touched, draft: tipoffs.addToDraft(openid, flow.draft, part satisfies TipoffPart).sealed };
    if (turn.limited) return tell(kept, say('busyKept'));
    return tell(kept, part.type === 'text' ? say('tipoffGot') : say('complaintGotMedia', { what: partName(part) }));
  };

  const done = (turn: Turn, flow: TipoffFlow): Plan => {
    const touched: TipoffFlow = { ...flow, touchedAt: turn.at };
    if (flow.draft === null) return tell(touched, say('complaintEmpty'));
    return tell({ ...touched, step: 'confirm' }, say('tipoffConfirm'));
  };

  const submit = (turn: Turn, flow: TipoffFlow): Plan => ({
    kind: 'change',
    apart: true,
    run: async (tx) => {
      const { openid } = turn.message;
      const code = await tipoffs.submit(tx, { sourceKey: turn.key, openid, draft: flow.draft, at: turn.at });
      const recent = { ticket: code, until: new Date(turn.at.getTime() + deps.lateMs), tipoff: true };
      return { reply: speech.reply([say('tipoffDone', { code, number })]), flow: null, recent };
    },
  });

  /**
   * What a text does: `done` asks whether to hand it in, and so does what might mean to stop; only 取消 itself deletes
   * what was said.
   */
  const answer = (flow: TipoffFlow, text: string): 'done' | 'submit' | 'last' | 'content' => {
    const { read, readEdge } = deps.understanding;
    if (flow.step === 'confirm') {
      if (parseChoice(text) === 1) return 'submit';
      const reading = read(text, ['confirm', 'okay', 'done', 'cancel', 'wrong', 'confused', 'thanks']);
      if (reading === 'confirm' || reading === 'okay') return 'submit';
      if (reading !== undefined || tidied(text).whole === '') return 'done';
    }
    const reading = read(text, ['cancel', 'done', 'doneMaybe', 'confirm']);
    if (reading !== undefined || (tidied(text).whole === '' && text.trim() !== '')) return 'done';
    return readEdge(text, 'last', ['done']) === 'done' ? 'last' : 'content';
  };

  /** Its own last words say that it is all: kept, and asked whether to hand it in. */
  const last = (turn: Turn, flow: TipoffFlow): Plan => {
    const kept = keep(turn, flow);
    return kept.kind === 'talk' && kept.flow?.name === 'tipoff' ? done(turn, kept.flow) : kept;
  };

  return {
    begin: (turn, before) => {
      const { openid } = turn.message;
      const draft = before.reduce<string | null>(
        (sealed, part) => tipoffs.addToDraft(openid, sealed, part satisfies TipoffPart).sealed,
        null,
      );
      const carried = before.length > 0 ? [say('tipoffCarried', { count: before.length })] : [];
      const flow = { name: 'tipoff', step: 'collect', draft, touchedAt: turn.at } as const;
      return tell(flow, say('tipoffIntro', { number }), ...carried);
    },
    advance: (turn, flow) => {
      const said = turn.message.type === 'text' ? answer(flow, turn.message.text) : 'content';
      switch (said) {
        case 'done':
          return done(turn, flow);
        case 'submit':
          return submit(turn, flow);
        case 'last':
          return last(turn, flow);
        default:
          return keep(turn, flow);
      }
    },
    late: (turn, code, otherwise) => ({
      kind: 'change',
      apart: true,
      run: async (tx) => {
        const { openid } = turn.message;
        const part = partOf(turn.message, turn.at);
        const joined = part !== undefined && (await tipoffs.addLate(tx, { openid, code, part }));
        return joined ? { reply: speech.reply([say('tipoffLate')]), flow: turn.conversation.flow } : otherwise();
      },
    }),
    question: (flow) => (flow.step === 'confirm' ? say('tipoffConfirm') : say('tipoffIntro', { number })),
    query: async (turn, code) => {
      const found = await tipoffs.query(turn.message.openid, tidyTyped(code).toUpperCase());
      if (!found) return apart(read(speech.reply([say('tipoffUnknown')])));
      const status = say(found.status === 'answered' ? 'statusAnswered' : 'statusReceived');
      const answers = found.answers.map(({ at, text }) =>
        say('ticketDetailAnswer', { date: formatChinaDate(chinaDate(at), false), text }),
      );
      const told = answers.length > 0 ? answers.toReversed().join('\n\n') : say('ticketNoAnswer');
      return apart(read(speech.reply([say('tipoffDetail', { status, answers: told })])));
    },
  };
}
