import { tidyTyped } from '../kernel/index.ts';
import type { Complaints } from '../complaints/index.ts';
import type { Category } from '../platform/config/index.ts';
import type { StaffApi } from '../staff/index.ts';
import type { InboundEvent } from '../wechat/index.ts';
import type { InIdleComplaint } from './idle-complaint.ts';
import { keptOf, type RunCommand } from './commands.ts';
import type { ComplaintTalk } from './complaint-flow.ts';
import { parseChoice, parseStars } from './numbers.ts';
import type { Offers } from './offers.ts';
import { partOf, wordsIn } from './what-was-said.ts';
import { change, read, talk, withReply, type Plan, type Turn } from './plan.ts';
import type { Ratings } from './ratings.ts';
import type { SettingsTalk } from './settings-flow.ts';
import type { Speech } from './speech.ts';
import type { ComplaintFlow, ReasonFlow, SettingsFlow, TipoffFlow } from './state.ts';
import type { TipoffTalk } from './tipoff-flow.ts';
import { withoutQuote, type Understanding } from './understanding/index.ts';
import { isCancel, parseCommand, parseMenuKey, type Command } from './words.ts';

interface DecideDeps {
  readonly speech: Speech;
  readonly understanding: Understanding;
  readonly categories: readonly Category[];
  readonly idleMs: number;
  readonly complaintTalk: ComplaintTalk;
  readonly tipoffTalk: TipoffTalk;
  readonly settingsTalk: SettingsTalk;
  readonly command: RunCommand;
  readonly ratings: Ratings;
  readonly offers: Offers;
  readonly idleComplaint: InIdleComplaint;
  readonly inEvent: (turn: Turn, event: InboundEvent) => Plan;
  readonly complaints: Pick<Complaints, 'addLateParts'>;
  readonly staff: Pick<StaffApi, 'redeemBindCode'>;
}

/** Decides what a message does. Reads, never writes: every effect is in the Plan that it answers. */
export function createDecide(deps: DecideDeps): (turn: Turn) => Promise<Plan> {
  const { speech, complaintTalk, tipoffTalk, settingsTalk, command, understanding, offers } = deps;
  const { say } = speech;

  const isIdle = (turn: Turn, flow: { touchedAt: Date }): boolean =>
    turn.at.getTime() - flow.touchedAt.getTime() > deps.idleMs;

  const decide = async (turn: Turn): Promise<Plan> => {
    const { message, conversation } = turn;
    const { flow } = conversation;
    if (message.kind === 'event' && message.type !== 'CLICK') return deps.inEvent(turn, message);
    const wanted = wantedBy(turn);
    switch (flow?.name) {
      case 'complaint':
        return isIdle(turn, flow) ? inIdleComplaint(turn, flow, wanted) : inComplaint(turn, flow, wanted);
      case 'tipoff':
        return inTipoff(turn, flow, wanted);
      case 'settings':
        return inSettings(turn, flow, wanted);
      case 'reason':
        return inReason(turn, flow, wanted);
      default:
        return outside(turn, wanted);
    }
  };

  const wantedBy = ({ message }: Turn): Command | undefined => {
    if (message.type === 'CLICK') return parseMenuKey(message.eventKey) ?? { name: 'help' };
    return message.type === 'text' ? parseCommand(message.text, deps.categories, understanding) : undefined;
  };

  const cancelled = (): Plan => talk(speech.reply([say('cancelled')]), null);

  const inComplaint = async (turn: Turn, flow: ComplaintFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (message.type === 'CLICK') return aside(turn, wanted ?? { name: 'help' }, flow);
    if (message.type !== 'text') return complaintTalk.advance(turn, flow);
    if (isCancel(message.text)) return cancelled();
    // The question that was asked last decides: 不用了 skips the phone, and ends the complaint anywhere else.
    const answered = turn.limited || complaintTalk.answers(flow, message.text);
    if (!answered && stops(flow, message.text)) return offers.cancelled(turn, flow);
    if (flow.step === 'collect' || answered || !wanted || FLOW_WORDS.has(wanted.name)) {
      return complaintTalk.advance(turn, flow);
    }
    return aside(turn, wanted, flow);
  };

  /** Other words than 取消 that end it; in ③ 修好了 may be told. */
  const stops = (flow: ComplaintFlow, text: string): boolean =>
    understanding.read(
      text,
      flow.step === 'collect' ? ['doneMaybe', 'cancel'] : ['confirm', 'wrong', 'cancel', 'resolved'],
    ) === 'cancel' ||
    (flow.step !== 'collect' && understanding.read(text, ['resolved']) === 'resolved');

  /** Something else in the middle of a complaint: answered, and the question asked again; the flow goes on. */
  const aside = async (turn: Turn, wanted: Command, flow: ComplaintFlow): Promise<Plan> => {
    if (wanted.name === 'complain') return (await command(turn, wanted)) ?? cancelled();
    const question = complaintTalk.question(flow);
    if (wanted.name === 'settings' || wanted.name === 'ownVillage' || isBare(wanted)) {
      return read(speech.reply([say('finishFirst'), question]));
    }
    const plan = (await command(turn, wanted)) ?? read(speech.reply([say('notUnderstood')]));
    return withReply(plan, (reply) => speech.after(reply, [question]));
  };

  const inIdleComplaint = (turn: Turn, flow: ComplaintFlow, wanted: Command | undefined): Promise<Plan> | Plan =>
    turn.message.type === 'text' && isCancel(turn.message.text) ? cancelled() : deps.idleComplaint(turn, flow, wanted);

  /** Everything here is kept apart (docs/promises.md#p8), whatever it is answered. */
  const inTipoff = async (turn: Turn, flow: TipoffFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    const apart = (plan: Plan): Plan => ({ ...plan, apart: true });
    if (message.type === 'CLICK') {
      if (wanted?.name === 'complain') return apart(complaintTalk.begin(turn.at, []));
      return apart(read(speech.reply([say('finishFirst'), tipoffTalk.question(flow)])));
    }
    if (message.type === 'text' && leaves(flow, message.text)) return apart(cancelled());
    const plan = apart(await tipoffTalk.advance(turn, flow));
    return isIdle(turn, flow) ? withReply(plan, (reply) => speech.before([say('flowResumed')], reply)) : plan;
  };

  /** 取消 and 退出 delete what was said; other words only where nothing was. */
  const leaves = (flow: TipoffFlow, text: string): boolean =>
    isCancel(text) ||
    (flow.draft === null && understanding.read(text, ['doneMaybe', 'cancel']) === 'cancel') ||
    (flow.step === 'confirm' && /^退出$/u.test(tidyTyped(text)));

  const inSettings = async (turn: Turn, flow: SettingsFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    const answered = message.type === 'text' && settingsTalk.answers(flow, message.text);
    const aside =
      wanted !== undefined && (message.type !== 'text' || wanted.name === 'cancel' || !FLOW_WORDS.has(wanted.name));
    if (aside && !answered) return outside(turn, wanted);
    if (message.type !== 'text' || speech.isEmergency(message.text)) return outside(turn, undefined);
    if (turn.limited) return read(speech.reply([say('busy')]));
    if (!isIdle(turn, flow) || answered) return settingsTalk.advance(turn, flow, message.text);
    const plan = await outside(turn, undefined);
    const reminded = withReply(plan, (reply) => speech.after(reply, [say('settingsAsleep')]));
    return reminded.kind === 'read' ? talk(reminded.reply, null) : reminded;
  };

  /** After a bare 重办: what comes next is the reason, and joins the ticket. */
  const inReason = async (turn: Turn, flow: ReasonFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (message.type === 'text' && endsReason(message.text)) return talk(speech.reply([say('okay')]), null);
    const own = wanted === undefined || wanted.name === 'reopen' || FLOW_WORDS.has(wanted.name);
    const part = isIdle(turn, flow) || !own ? undefined : partOf(message, turn.at);
    if (!part)
      return message.kind === 'message' && own && !isIdle(turn, flow) ? offers.media(turn) : outside(turn, wanted);
    return change(async (tx) => {
      const { ticket } = flow;
      const joined = await deps.complaints.addLateParts(tx, { openid: message.openid, ticket, parts: [part] });
      const words = joined ? say('lateJoined', { ticket }) : say('ticketUnknown', { ticket });
      return { reply: speech.reply([words]), flow: { ...flow, touchedAt: turn.at } };
    });
  };

  const endsReason = (text: string): boolean =>
    understanding.read(text, ['done', 'doneMaybe', 'skip', 'cancel', 'okay', 'confirm']) !== undefined;

  const outside = async (turn: Turn, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (message.type === 'CLICK') return (await command(turn, wanted ?? { name: 'help' })) ?? read(null);
    if (message.type !== 'text') return offers.media(turn);
    const { text } = message;
    if (turn.limited && !isCancel(text)) return offers.words(turn, text);
    if (isCancel(text)) return (await command(turn, { name: 'cancel' })) ?? cancelled();
    const plan = (await toQuestion(turn, wanted, text)) ?? (await toCommand(turn, wanted, text));
    if (plan) return plan;
    const bound = /^绑定\s*([A-Za-z0-9]{4,16})$/u.exec(tidyTyped(text));
    if (bound?.[1]) return bind(turn, bound[1]);
    if (text.trim() === '') return read(speech.reply([say('help')]));
    return begunIn(turn, text) ?? offers.words(turn, text);
  };

  /** What was asked last, an offer or “满意吗”, is answered before anything else is looked for. */
  const toQuestion = async (turn: Turn, wanted: Command | undefined, text: string): Promise<Plan | undefined> => {
    const { flow } = turn.conversation;
    const named = wanted !== undefined && NAMES_ITS_OWN.has(wanted.name);
    if (named) return undefined;
    const numbered = await bareNumber(turn, text);
    if (numbered) return numbered;
    const offer = flow?.name === 'offer' && !isIdle(turn, flow) ? flow : undefined;
    const replied =
      offer && wanted?.name !== 'complain' && wanted?.name !== 'reopen'
        ? await offers.reply(turn, offer, text)
        : undefined;
    return replied ?? (wanted?.name === 'reopen' ? undefined : deps.ratings.opinion(turn, text));
  };

  const toCommand = async (turn: Turn, wanted: Command | undefined, text: string): Promise<Plan | undefined> => {
    if (wanted === undefined)
      return understanding.read(text, ['resolved', 'urge']) && read(speech.reply([say('okay')]));
    if (ANSWERS.has(wanted.name)) return read(speech.reply([say('nothingAsked')]));
    return command(turn, wanted);
  };

  /** A kind named outside, with or without its matter: 我要咨询低保, 投诉：路灯坏了. */
  const begunIn = (turn: Turn, text: string): Plan | undefined => {
    const found = understanding.asksFor(text);
    if (!found) return undefined;
    const part = found.more ? partOf(turn.message, turn.at) : undefined;
    const kept = [...keptOf(turn), ...(part ? [part] : [])];
    if (found.kind === 'tipoff') return tipoffTalk.begin(turn, part ? [part] : []);
    return complaintTalk.begin(turn.at, kept, found.kind);
  };

  /** A number alone: takes up an offer or rates the answer that was told, whichever was said last. */
  const bareNumber = async (turn: Turn, text: string): Promise<Plan | undefined> => {
    if (parseChoice(text) === undefined && parseStars(text) === undefined) return undefined;
    const { flow } = turn.conversation;
    const stars = parseStars(text);
    const told = stars === undefined ? null : await deps.ratings.told(turn);
    if (flow?.name === 'offer' && parseChoice(text) === 1 && !(told && told.toldAt > flow.touchedAt)) {
      const taken = await offers.reply(turn, flow, text);
      if (taken) return taken;
    }
    if (told && stars !== undefined) return deps.ratings.rate(turn, { ticket: told.ticket, stars, text: '' });
    return parseChoice(text) === undefined ? undefined : read(speech.reply([say('notUnderstood')]));
  };

  const bind = (turn: Turn, code: string): Plan => ({
    kind: 'effect',
    run: async () => {
      const name = await deps.staff.redeemBindCode(code, turn.message.openid);
      return speech.reply([name ? say('bound', { name }) : say('bindUnknown')]);
    },
  });

  return async (asked) => {
    const turn = heard(asked);
    const plan = await decide(turn);
    // Whatever else a message does: if somebody is in danger, the numbers to call come first.
    const danger = understanding.danger(wordsIn(turn.message));
    return danger ? withReply(plan, (reply) => speech.before([speech.emergency(danger)], reply)) : plan;
  };
}

/** The message without what it quotes of ours. */
function heard(turn: Turn): Turn {
  const { message } = turn;
  if (message.type !== 'text') return turn;
  const text = withoutQuote(message.text);
  return text === message.text ? turn : { ...turn, message: { ...message, text } };
}

/** Words that answer a step; at another step they are wrong answers and no commands. */
const FLOW_WORDS: ReadonlySet<Command['name']> = new Set(['done', 'confirm', 'skip', 'okay', 'hello', 'cancel']);
/** With nothing asked they answer nothing, and are not looked for either. */
const ANSWERS: ReadonlySet<Command['name']> = new Set(['done', 'confirm', 'skip']);
/** These name what they are about, whatever was asked. */
const NAMES_ITS_OWN: ReadonlySet<Command['name']> = new Set([
  'ticket',
  'follow',
  'tipoff',
  'rate',
  'unhappy',
  'category',
  'reopenUsage',
]);

/** 重办 without a ticket speaks of an answer that was told before this flow began. */
function isBare(wanted: Command): boolean {
  return wanted.name === 'reopen' && wanted.ticket === null;
}
