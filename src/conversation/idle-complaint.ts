import type { ComplaintTalk } from './complaint-flow.ts';
import type { RunCommand } from './commands.ts';
import { parseChoice, parseStars } from './numbers.ts';
import type { Offers } from './offers.ts';
import { MAX_PARTS, partOf } from './what-was-said.ts';
import { read, talk, withReply, type Plan, type Turn } from './plan.ts';
import type { Ratings } from './ratings.ts';
import type { Speech } from './speech.ts';
import type { ComplaintFlow } from './state.ts';
import type { Understanding } from './understanding/index.ts';
import type { Command } from './words.ts';

interface IdleComplaintDeps {
  readonly speech: Speech;
  readonly complaintTalk: ComplaintTalk;
  readonly command: RunCommand;
  readonly ratings: Ratings;
  readonly offers: Pick<Offers, 'answer' | 'cancelled'>;
  readonly understanding: Pick<Understanding, 'read'>;
}

/**
 * A resident comes back to a complaint that was left lying: it is offered again. An answer to its question goes on at
 * once; anything else gets its own answer, and what may belong to the complaint waits in `held` until they say so.
 */
export type InIdleComplaint = (turn: Turn, flow: ComplaintFlow, wanted: Command | undefined) => Promise<Plan>;

export function createIdleComplaint(deps: IdleComplaintDeps): InIdleComplaint {
  const { speech, complaintTalk, command } = deps;
  const { say } = speech;

  const awake = (turn: Turn, flow: ComplaintFlow): ComplaintFlow => ({
    ...flow,
    parts: [...flow.parts, ...flow.held].slice(0, MAX_PARTS),
    held: [],
    offeredAt: null,
    wrong: 0,
    touchedAt: turn.at,
  });

  const resume = (turn: Turn, flow: ComplaintFlow): Plan => {
    const going = awake(turn, flow);
    return talk(speech.reply([say('flowResumed'), complaintTalk.question(going)]), going);
  };

  /** Remembers that it was offered; `touchedAt` stays, so that offering it does not keep it from being dropped. */
  const offered = (turn: Turn, flow: ComplaintFlow): ComplaintFlow => ({
    ...flow,
    offeredAt: flow.offeredAt ?? turn.at,
  });

  const reminding = (plan: Plan, turn: Turn, flow: ComplaintFlow): Plan => {
    const reminded = withReply(plan, (reply) => speech.after(reply, [say('flowAsleep')]));
    if (reminded.kind !== 'read') return reminded;
    return { ...talk(reminded.reply, offered(turn, flow)), apart: plan.apart ?? false };
  };

  const hold = async (turn: Turn, flow: ComplaintFlow): Promise<Plan> => {
    const { message } = turn;
    const part = partOf(message, turn.at);
    if (!part) return reminding(read(speech.reply([say('unknownType')])), turn, flow);
    const room = flow.parts.length + flow.held.length < MAX_PARTS;
    const held = { ...offered(turn, flow), held: room ? [...flow.held, part] : flow.held };
    const words = [say('flowAsleepHeld')];
    if (message.type !== 'text' || speech.isEmergency(message.text)) return talk(speech.reply(words), held);
    return talk(await deps.offers.answer(message.openid, message.text, words), held);
  };

  const isYes = (text: string): boolean =>
    parseChoice(text) === 1 ||
    ['resume', 'yes', 'okay'].includes(deps.understanding.read(text, ['resume', 'yes', 'okay']) ?? '');

  /** Days later 好 or 没有 may answer anything: what hands it in or skips a question must be said in so many words. */
  const answersPlainly = (flow: ComplaintFlow, text: string): boolean => {
    if (!complaintTalk.answers(flow, text)) return false;
    if (flow.step === 'confirm') {
      return /确认|确定|提交/u.test(text) && deps.understanding.read(text, ['confirm', 'wrong']) === 'confirm';
    }
    return flow.step !== 'phone' || /\d{5}|跳过|留|电话/u.test(text);
  };

  return async (turn, flow, wanted) => {
    const { message } = turn;
    const text = message.type === 'text' ? message.text : '';
    if (message.type === 'text' && text.trim() !== '') {
      if (flow.offeredAt === null && answersPlainly(flow, text)) return complaintTalk.advance(turn, awake(turn, flow));
      if (flow.offeredAt !== null && isYes(text)) {
        const told = parseStars(text) === 1 ? await deps.ratings.told(turn) : null;
        if (told && told.toldAt > flow.offeredAt) return deps.ratings.rate(turn, { ...told, stars: 1, text: '' });
        return resume(turn, flow);
      }
      if (flow.offeredAt !== null && deps.understanding.read(text, ['no', 'cancel']) !== undefined) {
        return deps.offers.cancelled(turn, flow);
      }
      // A word that only this question knows; with something held the resident should see first what will be sent.
      if (flow.offeredAt !== null && parseChoice(text) === undefined && answersPlainly(flow, text)) {
        return flow.held.length > 0 ? resume(turn, flow) : complaintTalk.advance(turn, awake(turn, flow));
      }
    }
    if (turn.limited) return read(speech.reply([say('busy')]));
    if (wanted === undefined) return hold(turn, flow);
    // No menu key and no word but 投诉 and 取消 puts another flow in the place of this one.
    if (wanted.name === 'settings') return reminding(read(speech.reply([say('finishFirst')])), turn, flow);
    const plan = (await command(turn, wanted)) ?? read(speech.reply([say('notUnderstood')]));
    return wanted.name === 'complain' ? plan : reminding(plan, turn, flow);
  };
}
