import { countChars } from '../kernel/index.ts';
import type { InboundMessage } from '../wechat/index.ts';
import type { ComplaintTalk } from './complaint-flow.ts';
import type { ConversationDeps } from './deps.ts';
import { partOf } from './parts.ts';
import { read, talk, type Plan, type Turn } from './plan.ts';
import type { Queries } from './queries.ts';
import { nextVillagePage, type Speech } from './speech.ts';
import type { Flow, OfferFlow, SettingsFlow } from './state.ts';
import type { TipoffTalk } from './tipoff-talk.ts';
import { parseChoice, parseCommand, parseMenuKey, tidy, type Command } from './words.ts';

interface DecideDeps extends ConversationDeps {
  readonly speech: Speech;
  readonly queries: Queries;
  readonly complaintTalk: ComplaintTalk;
  readonly tipoffTalk: TipoffTalk;
}

/** Plain talk of this many characters is also offered as a complaint (design §4). */
const OFFER_FROM_CHARS = 8;

/** Decides what a message does. Reads, never writes: every effect is in the Plan that it answers. */
export function createDecide(deps: DecideDeps): (turn: Turn) => Promise<Plan> {
  const { speech, queries, complaintTalk, tipoffTalk, config } = deps;
  const { say } = speech;

  const help = (): Plan => read(speech.reply([say('help')]));

  const command = async (turn: Turn, wanted: Command): Promise<Plan | undefined> => {
    const { openid } = turn.message;
    switch (wanted.name) {
      case 'help':
        return help();
      case 'complain':
        return complaintTalk.begin(turn.at);
      case 'latest':
        return read(await queries.latest());
      case 'category': {
        const reply = await queries.category(wanted.code);
        return reply ? read(reply) : help();
      }
      case 'mine':
        return read(await queries.mine(openid));
      case 'ticket':
        return read(await queries.ticket(openid, wanted.ticket));
      case 'tipoff':
        return tipoffTalk.query(turn, wanted.code);
      case 'settings':
        return settingsQuestion({ name: 'settings', page: 0, touchedAt: turn.at });
      case 'cancel':
        return turn.conversation.flow
          ? talk(speech.reply([say('cancelled')]), null)
          : read(speech.reply([say('nothingToCancel')]));
      case 'thanks':
        return read(speech.reply([say('thanks')]));
      case 'rate':
        return rate(turn, wanted);
      case 'reopen':
        return reopen(turn, wanted);
      case 'rateUsage':
        return read(speech.reply([say('rateUsage')]));
      case 'reopenUsage':
      case 'bareReopen':
        return read(speech.reply([say('reopenUsage')]));
      case 'done':
      case 'confirm':
      case 'skip':
        return undefined;
    }
  };

  const rate = (turn: Turn, wanted: Extract<Command, { name: 'rate' }>): Plan => ({
    kind: 'change',
    run: async (tx) => {
      const { openid } = turn.message;
      const outcome = await deps.complaints.rate(tx, {
        openid,
        ticket: wanted.ticket,
        stars: wanted.stars,
        text: wanted.text,
      });
      const { flow } = turn.conversation;
      switch (outcome) {
        case 'rated':
          return { reply: speech.reply([say('rated', { stars: wanted.stars })]), flow };
        case 'already':
          return { reply: speech.reply([say('ratedAlready')]), flow };
        case 'too_early':
          return { reply: speech.reply([say('rateTooEarly')]), flow };
        case 'unknown':
          return { reply: speech.reply([say('ticketUnknown')]), flow };
      }
    },
  });

  const reopen = (turn: Turn, wanted: Extract<Command, { name: 'reopen' }>): Plan => ({
    kind: 'change',
    run: async (tx) => {
      const { openid } = turn.message;
      const outcome = await deps.complaints.reopen(tx, { openid, ticket: wanted.ticket, reason: wanted.reason });
      const { flow } = turn.conversation;
      if (outcome === 'unknown') return { reply: speech.reply([say('ticketUnknown')]), flow };
      if (outcome === 'too_late') return { reply: speech.reply([say('reopenTooLate')]), flow };
      return {
        reply: speech.reply([say('reopened', { ticket: wanted.ticket, due: speech.day(outcome.dueAt) })]),
        flow,
      };
    },
  });

  const settingsQuestion = (flow: SettingsFlow, ...before: string[]): Plan =>
    talk(speech.reply([...before, say('settingsVillage', { list: speech.villageList(flow.page) })]), flow);

  const settings = (turn: Turn, flow: SettingsFlow, text: string): Plan => {
    const choice = parseChoice(text);
    const { villages } = config.town;
    if (choice === 0) {
      return settingsQuestion({ ...flow, page: nextVillagePage(flow.page, villages.length), touchedAt: turn.at });
    }
    const village =
      villages.find((v) => v.name === text.trim()) ?? (choice === undefined ? undefined : villages[choice - 1]);
    if (!village) {
      return settingsQuestion(flow, `${say('wrongChoice', { example: '1' })}\n${say('cancelHint')}`);
    }
    const { openid } = turn.message;
    return {
      kind: 'talk',
      reply: speech.reply([say('settingsDone', { village: village.name })]),
      flow: null,
      first: () => deps.subscribers.setVillage({ openid, villageCode: village.code }),
    };
  };

  const plainTalk = async (turn: Turn, text: string): Promise<Plan> => {
    if (speech.isEmergency(text)) {
      return talk(speech.reply([speech.emergency(), say('textOffer')]), offer(turn));
    }
    const found = await queries.search(tidy(text));
    if (countChars(text) < OFFER_FROM_CHARS) return read(speech.reply(found));
    return talk(speech.reply([say('textOffer'), ...found]), offer(turn));
  };

  const offer = (turn: Turn): OfferFlow => {
    const part = partOf(turn.message, turn.at);
    return { name: 'offer', parts: part ? [part] : [], touchedAt: turn.at };
  };

  const inText = async (turn: Turn, text: string): Promise<Plan> => {
    const { flow } = turn.conversation;
    const wanted = parseCommand(text, config.categories);
    if (wanted?.name === 'cancel') return (await command(turn, wanted)) ?? help();
    if (flow?.name === 'tipoff') return tipoffTalk.advance(turn, flow);
    if (flow?.name === 'complaint') {
      const asked = flow.step === 'collect' || !wanted ? undefined : await aside(turn, wanted, flow);
      return asked ?? complaintTalk.advance(turn, flow);
    }
    if (turn.limited) return read(speech.reply([say('busy')]));
    if (flow?.name === 'settings' && !wanted) return settings(turn, flow, text);
    if (flow?.name === 'offer' && parseChoice(text) === 1) return complaintTalk.begin(turn.at, flow.parts);
    if (text.trim() === '') return help();
    const bound = /^绑定\s*([A-Za-z0-9]{4,16})$/u.exec(tidy(text));
    if (bound?.[1]) return bind(turn, bound[1]);
    const plan = wanted ? await command(turn, wanted) : undefined;
    return plan ?? plainTalk(turn, text);
  };

  /** A look-up in the middle of a flow: answered, and the question asked again; the flow goes on. */
  const aside = async (turn: Turn, wanted: Command, flow: Flow): Promise<Plan | undefined> => {
    if (flow.name !== 'complaint' || !['help', 'latest', 'mine', 'ticket', 'category'].includes(wanted.name))
      return undefined;
    const plan = await command(turn, wanted);
    if (plan?.kind !== 'read' || plan.reply?.type !== 'text') return undefined;
    return read(speech.reply([plan.reply.text, complaintTalk.question(flow)]));
  };

  const bind = (turn: Turn, code: string): Plan => ({
    kind: 'effect',
    run: async () => {
      const name = await deps.staff.redeemBindCode(code, turn.message.openid);
      return speech.reply([name ? say('bound', { name }) : say('bindUnknown')]);
    },
  });

  const inEvent = async (turn: Turn): Promise<Plan> => {
    const { message, at, conversation } = turn;
    const eventAt = message.createTime > 0 ? new Date(message.createTime * 1000) : at;
    switch (message.type) {
      case 'subscribe':
        return follow(message, eventAt);
      case 'unsubscribe':
        return {
          kind: 'effect',
          run: async () => {
            await deps.subscribers.unfollow({ openid: message.openid, at: eventAt });
            return null;
          },
        };
      case 'SCAN':
        return {
          kind: 'effect',
          run: async () => {
            await deps.subscribers.setVillageByScene({ openid: message.openid, scene: message.scene });
            return speech.reply([say('help')]);
          },
        };
      case 'CLICK': {
        const wanted = parseMenuKey(message.eventKey);
        if (!wanted) return help();
        const { flow } = conversation;
        if (flow?.name === 'tipoff' && wanted.name !== 'complain') {
          return read(speech.reply([tipoffTalk.question(flow)]));
        }
        if (flow?.name === 'complaint' && wanted.name !== 'complain')
          return (await aside(turn, wanted, flow)) ?? read(speech.reply([complaintTalk.question(flow)]));
        return (await command(turn, wanted)) ?? help();
      }
      case 'MASSSENDJOBFINISH':
        return {
          kind: 'effect',
          run: async () => {
            await deps.briefings.onMassSendFinished({
              msgId: message.msgId ?? '',
              status: message.status,
              totalCount: message.counts.total,
              filterCount: message.counts.filtered,
              sentCount: message.counts.sent,
              errorCount: message.counts.failed,
              ...(message.articleUrls.length > 0 ? { articleCount: message.articleUrls.length } : {}),
            });
            return null;
          },
        };
      default:
        return read(null);
    }
  };

  const follow = (message: Extract<InboundMessage, { type: 'subscribe' }>, at: Date): Plan => ({
    kind: 'effect',
    run: async () => {
      const { openid, scene } = message;
      await deps.subscribers.follow({ openid, at, ...(scene ? { scene } : {}) });
      return speech.reply([say('welcome', { account: config.town.account, town: config.town.name })]);
    },
  });

  return async (turn) => {
    const { message, conversation } = turn;
    if (message.kind === 'event') return inEvent(turn);
    if (message.type === 'text') return inText(turn, message.text);
    if (conversation.flow?.name === 'complaint') return complaintTalk.advance(turn, conversation.flow);
    if (conversation.flow?.name === 'tipoff') return tipoffTalk.advance(turn, conversation.flow);
    if (turn.limited) return read(speech.reply([say('busy')]));
    const part = partOf(message, turn.at);
    if (!part) return read(message.type === 'unknown' ? null : speech.reply([say('unknownType')]));
    const already = conversation.flow?.name === 'offer' ? conversation.flow.parts : [];
    return talk(speech.reply([say('mediaOutsideFlow')]), {
      name: 'offer',
      parts: [...already, part],
      touchedAt: turn.at,
    });
  };
}
