import type { Complaints } from '../complaints/index.ts';
import type { ComplaintTalk } from './complaint-flow.ts';
import { change, read, talk, withReply, type Plan, type Turn } from './plan.ts';
import { partOf } from './what-was-said.ts';
import type { Queries } from './queries.ts';
import type { Ratings } from './ratings.ts';
import type { SettingsTalk } from './settings-flow.ts';
import type { Speech } from './speech.ts';
import type { Understanding } from './understanding/index.ts';
import type { TipoffTalk } from './tipoff-flow.ts';
import type { Part } from './state.ts';
import type { Command } from './words.ts';

interface CommandsDeps {
  readonly speech: Speech;
  readonly queries: Queries;
  readonly ratings: Ratings;
  readonly complaintTalk: ComplaintTalk;
  readonly settingsTalk: SettingsTalk;
  readonly tipoffTalk: TipoffTalk;
  readonly understanding: Pick<Understanding, 'isMatter'>;
  readonly complaints: Pick<Complaints, 'followByPhone'>;
}

/** What a fixed word or a menu key does; undefined for words that mean something only inside a flow. */
export type RunCommand = (turn: Turn, wanted: Command) => Promise<Plan | undefined>;

export function createCommands(deps: CommandsDeps): RunCommand {
  const { speech, queries, ratings, complaintTalk } = deps;
  const { say } = speech;

  const follow = (turn: Turn, ticket: string, last4: string): Plan =>
    change(async (tx) => {
      const { openid } = turn.message;
      const { flow } = turn.conversation;
      const outcome = await deps.complaints.followByPhone(tx, { openid, ticket, last4 });
      switch (outcome) {
        case 'linked':
          return { reply: speech.reply([say('followed', { ticket })]), flow };
        case 'unknown':
          return { reply: speech.reply([say('followUnknown', { hotline: speech.hotline() })]), flow };
        case 'too_many':
          return { reply: speech.reply([say('followTooMany', { hotline: speech.hotline() })]), flow };
      }
    });

  /** The ticket; what was said beside it is offered as well, or it would be lost. */
  const aboutTicket = async (turn: Turn, ticket: string, said: string): Promise<Plan> => {
    const detail = await queries.ticket(turn.message.openid, ticket);
    const part = partOf(turn.message, turn.at);
    const { flow } = turn.conversation;
    if (!part || !deps.understanding.isMatter(said) || !(flow === null || flow.name === 'offer')) return read(detail);
    const before = flow?.name === 'offer' && flow.was === undefined ? flow.parts : [];
    const offer = { name: 'offer', parts: [...before, part], ticket, touchedAt: turn.at } as const;
    return talk(speech.after(detail, [say('textOffer')]), offer);
  };

  return async (turn, wanted) => {
    const { message, at, conversation } = turn;
    switch (wanted.name) {
      case 'help':
        return read(speech.reply([say('help')]));
      case 'hello':
        return read(speech.reply([say('hello')]));
      case 'thanks':
        return read(speech.reply([say('thanks')]));
      case 'okay':
        return read(speech.reply([conversation.flow?.name === 'offer' ? say('offerAgain') : say('okay')]));
      case 'complain':
        return complaintTalk.begin(at, keptOf(turn));
      case 'latest':
        return read(await queries.latest(message.openid));
      case 'ownVillage': {
        const own = await queries.ownVillage(message.openid);
        return own
          ? read(own)
          : withReply(deps.settingsTalk.begin(at), (reply) => speech.before([say('villageUnset')], reply));
      }
      case 'category':
        return read((await queries.category(wanted.code)) ?? speech.reply([say('help')]));
      case 'mine':
        return read(await queries.mine(message.openid));
      case 'ticket':
        return aboutTicket(turn, wanted.ticket, wanted.said ?? '');
      case 'follow':
        return follow(turn, wanted.ticket, wanted.last4);
      case 'tipoff':
        return deps.tipoffTalk.query(turn, wanted.code);
      case 'settings':
        return deps.settingsTalk.begin(at);
      case 'cancel':
        return conversation.flow && !(conversation.flow.name === 'offer' && conversation.flow.was)
          ? talk(speech.reply([say('cancelled')]), null)
          : talk(speech.reply([say('nothingToCancel')]), null);
      case 'rate':
        return ratings.rate(turn, wanted);
      case 'reopen':
        return ratings.reopen(turn, wanted);
      case 'unhappy':
        return ratings.unhappy(turn, wanted.ticket);
      case 'rateUsage':
        return read(speech.reply([say('rateUsage')]));
      case 'reopenUsage':
        return read(speech.reply([say('reopenUsage')]));
      case 'done':
      case 'confirm':
      case 'skip':
        return undefined;
    }
  };
}

/** What a resident has said already when 投诉 is typed or tapped: nobody has to say it twice. */
export function keptOf({ conversation: { flow } }: Turn): readonly Part[] {
  if (flow?.name === 'complaint') return [...flow.parts, ...(flow.doubt ? [flow.doubt] : []), ...flow.held];
  return flow?.name === 'offer' ? flow.parts : [];
}
