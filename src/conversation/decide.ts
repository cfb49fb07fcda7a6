import { tidyTyped } from '../kernel/index.ts';
import type { Complaints } from '../complaints/index.ts';
import type { Category } from '../platform/config/index.ts';
import type { StaffApi } from '../staff/index.ts';
import type { InboundEvent } from '../wechat/index.ts';
import type { InIdleComplaint } from './idle-complaint.ts';
import type { RunCommand } from './commands.ts';
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
import { isCancel, isDone, parseCommand, parseMenuKey, type Command } from './words.ts';

interface DecideDeps {
  readonly speech: Speech;
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
  const { speech, complaintTalk, tipoffTalk, settingsTalk, command } = deps;
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
    return message.type === 'text' ? parseCommand(message.text, deps.categories) : undefined;
  };

  const cancelled = (): Plan => talk(speech.reply([say('cancelled')]), null);

  const inComplaint = async (turn: Turn, flow: ComplaintFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (message.type === 'CLICK') return aside(turn, wanted ?? { name: 'help' }, flow);
    if (message.type !== 'text') return complaintTalk.advance(turn, flow);
    if (flow.step === 'collect') return isCancel(message.text) ? cancelled() : complaintTalk.advance(turn, flow);
    if (wanted?.name === 'cancel') return cancelled();
    const answered =
      !wanted || turn.limited || complaintTalk.answers(flow, message.text) || FLOW_WORDS.has(wanted.name);
    return answered ? complaintTalk.advance(turn, flow) : aside(turn, wanted, flow);
  };

  /** Something else in the middle of a complaint: answered, and the question asked again; the flow goes on. */
  const aside = async (turn: Turn, wanted: Command, flow: ComplaintFlow): Promise<Plan> => {
    if (wanted.name === 'complain') return (await command(turn, wanted)) ?? cancelled();
    const question = complaintTalk.question(flow);
    if (wanted.name === 'settings' || isBare(wanted)) return read(speech.reply([say('finishFirst'), question]));
    const plan = (await command(turn, wanted)) ?? read(speech.reply([say('notUnderstood')]));
    return withReply(plan, (reply) => speech.after(reply, [question]));
  };

  const inIdleComplaint = (turn: Turn, flow: ComplaintFlow, wanted: Command | undefined): Promise<Plan> | Plan =>
    wanted?.name === 'cancel' ? cancelled() : deps.idleComplaint(turn, flow, wanted);

  /** Everything here is kept apart (P8), whatever it is answered. */
  const inTipoff = async (turn: Turn, flow: TipoffFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    const apart = (plan: Plan): Plan => ({ ...plan, apart: true });
    if (message.type === 'CLICK') {
      if (wanted?.name === 'complain') return apart(complaintTalk.begin(turn.at, []));
      return apart(read(speech.reply([say('finishFirst'), tipoffTalk.question(flow)])));
    }
    const leaves =
      message.type === 'text' && (flow.step === 'collect' ? isCancel(message.text) : wanted?.name === 'cancel');
    if (leaves) return apart(cancelled());
    const plan = apart(await tipoffTalk.advance(turn, flow));
    return isIdle(turn, flow) ? withReply(plan, (reply) => speech.before([say('flowResumed')], reply)) : plan;
  };

  const inSettings = async (turn: Turn, flow: SettingsFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (wanted) return outside(turn, wanted);
    if (message.type !== 'text' || speech.isEmergency(message.text)) return outside(turn, undefined);
    if (turn.limited) return read(speech.reply([say('busy')]));
    if (!isIdle(turn, flow) || settingsTalk.answers(flow, message.text)) {
      return settingsTalk.advance(turn, flow, message.text);
    }
    const plan = await outside(turn, undefined);
    const reminded = withReply(plan, (reply) => speech.after(reply, [say('settingsAsleep')]));
    return reminded.kind === 'read' ? talk(reminded.reply, null) : reminded;
  };

  /** After a bare 重办: what comes next is the reason, and joins the ticket. */
  const inReason = async (turn: Turn, flow: ReasonFlow, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (message.type === 'text' && (isDone(message.text) || wanted?.name === 'skip')) {
      return talk(speech.reply([say('okay')]), null);
    }
    const part = isIdle(turn, flow) || wanted ? undefined : partOf(message, turn.at);
    if (!part) return outside(turn, wanted);
    return change(async (tx) => {
      const { ticket } = flow;
      const joined = await deps.complaints.addLateParts(tx, { openid: message.openid, ticket, parts: [part] });
      const words = joined ? say('lateJoined', { ticket }) : say('ticketUnknown', { ticket });
      return { reply: speech.reply([words]), flow: { ...flow, touchedAt: turn.at } };
    });
  };

  const outside = async (turn: Turn, wanted: Command | undefined): Promise<Plan> => {
    const { message } = turn;
    if (message.type === 'CLICK') return (await command(turn, wanted ?? { name: 'help' })) ?? read(null);
    if (message.type !== 'text') return deps.offers.media(turn);
    if (turn.limited && wanted?.name !== 'cancel') return deps.offers.words(turn, message.text);
    const { text } = message;
    const plan = wanted ? await command(turn, wanted) : await bareNumber(turn, text);
    if (plan) return plan;
    const bound = /^绑定\s*([A-Za-z0-9]{4,16})$/u.exec(tidyTyped(text));
    if (bound?.[1]) return bind(turn, bound[1]);
    return text.trim() === '' ? read(speech.reply([say('help')])) : deps.offers.words(turn, text);
  };

  /** A number alone: takes up an offer or rates the answer that was told, whichever was said last. */
  const bareNumber = async (turn: Turn, text: string): Promise<Plan | undefined> => {
    const { flow } = turn.conversation;
    const stars = parseStars(text);
    const told = stars === undefined ? null : await deps.ratings.told(turn);
    if (flow?.name === 'offer' && parseChoice(text) === 1 && !(told && told.toldAt > flow.touchedAt)) {
      return complaintTalk.beginShort(turn.at, flow.parts);
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

  return async (turn) => {
    const plan = await decide(turn);
    // Whatever else a message does: if somebody is in danger, the numbers to call come first.
    return speech.isEmergency(wordsIn(turn.message))
      ? withReply(plan, (reply) => speech.before([speech.emergency()], reply))
      : plan;
  };
}

/** Words that answer a step; at another step they are wrong answers and no commands. */
const FLOW_WORDS: ReadonlySet<Command['name']> = new Set(['done', 'confirm', 'skip', 'okay', 'hello']);

/** 重办 without a ticket speaks of an answer that was told before this flow began. */
function isBare(wanted: Command): boolean {
  return wanted.name === 'reopen' && wanted.ticket === null;
}
