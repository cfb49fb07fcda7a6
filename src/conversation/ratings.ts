import { firstChars } from '../kernel/index.ts';
import type { Complaints } from '../complaints/index.ts';
import type { Notices } from '../notices/index.ts';
import { change, read, talk, type Changed, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import type { Flow, OfferFlow, Part } from './state.ts';
import type { Understanding } from './understanding/index.ts';
import { partOf } from './what-was-said.ts';
import { starsIn, type Command } from './words.ts';

interface RatingsDeps {
  readonly speech: Speech;
  readonly understanding: Pick<Understanding, 'read' | 'readEdge' | 'tells'>;
  readonly complaints: Pick<Complaints, 'rate' | 'reopen' | 'mine' | 'addLateParts'>;
  readonly notices: Pick<Notices, 'lastAnswerTold'>;
}

/** An answer that was told, and when. */
export interface Told {
  readonly ticket: string;
  readonly toldAt: Date;
}

/** 评价 and 重办, with the ticket or, right after an answer was told, without. */
export interface Ratings {
  rate(turn: Turn, wanted: { ticket: string; stars: number; text: string }): Plan;
  reopen(turn: Turn, wanted: Extract<Command, { name: 'reopen' }>): Promise<Plan>;
  /** The ticket whose answer a bare number or a bare 重办 speaks of; null when another flow has begun since. */
  told(turn: Turn): Promise<Told | null>;
  /** Words that answer “满意吗”: rated where they are plain, asked back where not; undefined for any other words. */
  opinion(turn: Turn, text: string): Promise<Plan | undefined>;
  /** Not content with the answer to this ticket: 重办 is offered, and what was said is kept for its reason. */
  unhappy(turn: Turn, ticket: string): Plan;
  /** Has this resident been told other answers lately, that 重办 without a ticket may mean as well? */
  severalMeant(turn: Turn, last: Told): Promise<boolean>;
}

/** An answer of the same resident told within this long before is one that 重办 may mean as well. */
const AS_RECENT_MS = 2 * 86_400_000;
/** As much of a reason as the history keeps. */
const MAX_REASON = 500;
const REOPENABLE = new Set(['answered', 'closed']);

export function createRatings(deps: RatingsDeps): Ratings {
  const { speech, complaints, understanding } = deps;
  const { say } = speech;

  const told: Ratings['told'] = async (turn) => {
    const { begunAt } = turn.conversation;
    const last = await deps.notices.lastAnswerTold(turn.message.openid);
    return last && (begunAt === null || last.toldAt > begunAt) ? last : null;
  };

  const reopen = (turn: Turn, ticket: string, reason: string, parts: readonly Part[] = []): Plan =>
    change(async (tx): Promise<Changed> => {
      const { openid } = turn.message;
      const { flow } = turn.conversation;
      const given = reason.trim() === '' ? say('reopenNoReason') : reason;
      const outcome = await complaints.reopen(tx, { openid, ticket, reason: given });
      if (outcome === 'unknown') return { reply: speech.reply([say('ticketUnknown', { ticket })]), flow };
      if (outcome === 'too_late') return { reply: speech.reply([say('reopenTooLate')]), flow };
      // The reason is kept short in the history: what does not fit, and what is no text, stands with the messages.
      const whole = reason.length > MAX_REASON ? textPart(turn.at, reason) : [];
      const more = [...whole, ...parts.filter(({ type }) => type !== 'text')];
      if (more.length > 0) await complaints.addLateParts(tx, { openid, ticket, parts: more });
      const done = say('reopened', { ticket, due: speech.day(outcome.dueAt) });
      const left = flow?.name === 'offer' && (flow.ticket === ticket || flow.as === 'reopen') ? null : flow;
      // Without a reason, and with nothing else under way, what comes next is taken for it.
      if (reason.trim() !== '' || !isFree(flow)) return { reply: speech.reply([done]), flow: left };
      const asked = { name: 'reason', ticket, touchedAt: turn.at } as const;
      return { reply: speech.reply([done, say('reopenAskReason')]), flow: asked, begins: true };
    });

  /** Asks which of several answers is meant; what was said is kept for the reason. */
  const which = async (turn: Turn, last: Told): Promise<Plan> => {
    const { flow } = turn.conversation;
    const asked = speech.reply([say('reopenWhich', { lines: (await mayBeMeant(turn, last)).join('\n') })]);
    if (!isFree(flow)) return read(asked);
    const part = partOf(turn.message, turn.at);
    const before = flow?.name === 'offer' && flow.was === undefined ? flow.parts : [];
    return talk(asked, {
      name: 'offer',
      as: 'reopen',
      parts: [...before, ...(part ? [part] : [])],
      touchedAt: turn.at,
    });
  };

  const unhappy = (turn: Turn, ticket: string): Plan => {
    const { flow } = turn.conversation;
    if (!isFree(flow)) return read(speech.reply([say('offerReopen', { ticket })]));
    const part = partOf(turn.message, turn.at);
    // A photo sent just before is of the same matter.
    const before = flow?.name === 'offer' && flow.was === undefined ? flow.parts : [];
    const parts = [...before, ...(part ? [part] : [])];
    return talk(speech.reply([say('offerReopen', { ticket })]), offered(turn, ticket, parts));
  };

  const rate: Ratings['rate'] = (turn, { ticket, stars, text }) =>
    change(async (tx) => {
      const { openid } = turn.message;
      const { flow } = turn.conversation;
      const outcome = await complaints.rate(tx, { openid, ticket, stars, text });
      switch (outcome) {
        case 'rated': {
          if (stars > 2) return { reply: speech.reply([say('rated', { stars })]), flow };
          const other = flow?.name === 'offer' && flow.as !== 'reopen';
          if (!isFree(flow) || other) return { reply: speech.reply([say('ratedLowBusy', { stars, ticket })]), flow };
          // A bare 重办 that follows means this ticket, whichever answer was told last.
          const parts = [...(reopening(flow, ticket)?.parts ?? []), ...textPart(turn.at, text)];
          return { reply: speech.reply([say('ratedLow', { stars })]), flow: offered(turn, ticket, parts) };
        }
        case 'already':
          return { reply: speech.reply([say('ratedAlready')]), flow };
        case 'too_early':
          return { reply: speech.reply([say('rateTooEarly')]), flow };
        case 'unknown':
          return { reply: speech.reply([say('ticketUnknown', { ticket })]), flow };
      }
    });

  return {
    told,
    unhappy,
    severalMeant: async (turn, last) => (await mayBeMeant(turn, last)).length > 1,
    rate,
    reopen: async (turn, { ticket, reason }) => {
      const { flow } = turn.conversation;
      if (ticket !== null) {
        // What was said before it was asked which one is meant.
        const asked = flow?.name === 'offer' && flow.as === 'reopen' && flow.ticket === undefined ? flow.parts : [];
        const before = asked.flatMap((part) => (part.text === undefined ? [] : [part.text]));
        return reopen(turn, ticket, [...before, reason].filter((one) => one.trim() !== '').join('。'), asked);
      }
      const offer = flow?.name === 'offer' && flow.as !== 'join' && flow.ticket !== undefined ? flow : undefined;
      const last = await told(turn);
      if (offer?.ticket !== undefined && !(last && last.toldAt > offer.touchedAt && last.ticket !== offer.ticket)) {
        const before = offer.parts.flatMap((part) => (part.text === undefined ? [] : [part.text]));
        const words = [...before, reason].filter((one) => one.trim() !== '').join('。');
        return reopen(turn, offer.ticket, words, offer.parts);
      }
      if (!last) return read(speech.reply([say('reopenUsage')]));
      const others = await mayBeMeant(turn, last);
      return others.length > 1
        ? read(speech.reply([say('reopenWhich', { lines: others.join('\n') })]))
        : reopen(turn, last.ticket, reason);
    },
    opinion: async (turn, text) => {
      const reading =
        understanding.read(text, ['reopen', 'praise', 'soso', 'unhappy']) ??
        (understanding.readEdge(text, 'first', ['unhappy']) === 'unhappy' ? 'unhappy' : undefined);
      const stars = starsIn(text);
      if (reading === undefined && stars === undefined) return undefined;
      const last = await told(turn);
      if (!last) return undefined;
      if (stars) {
        // 满意 alone is all of its words; 5分，还可以 leaves some.
        const words = stars.text === text ? '' : stars.text;
        return rate(turn, { ticket: last.ticket, stars: stars.stars, text: words });
      }
      if (reading === 'unhappy')
        return (await mayBeMeant(turn, last)).length > 1 ? which(turn, last) : unhappy(turn, last.ticket);
      return reading === 'reopen' ? undefined : read(speech.reply([say('rateAsk')]));
    },
  };

  /** The tickets that a bare 重办 may mean, each as the line that names it. */
  async function mayBeMeant(turn: Turn, last: Told): Promise<string[]> {
    const since = last.toldAt.getTime() - AS_RECENT_MS;
    const found = await complaints.mine(turn.message.openid, 5);
    return found
      .filter(({ ticket, status, rating, answers }) => {
        if (ticket === last.ticket) return true;
        return REOPENABLE.has(status) && rating === null && (answers.at(-1)?.at.getTime() ?? 0) > since;
      })
      .map(({ ticket, messages }) =>
        say('reopenWhichLine', {
          ticket,
          words: firstChars(messages.find(({ text }) => text)?.text ?? say('noWords'), 12),
        }),
      );
  }
}

function isFree(flow: Flow | null): boolean {
  return flow === null || flow.name === 'offer' || flow.name === 'reason';
}

function reopening(flow: Flow | null, ticket: string): OfferFlow | undefined {
  return flow?.name === 'offer' && flow.as === 'reopen' && flow.ticket === ticket ? flow : undefined;
}

function offered(turn: Turn, ticket: string, parts: readonly Part[]): OfferFlow {
  return { name: 'offer', as: 'reopen', ticket, parts, touchedAt: turn.at };
}

function textPart(at: Date, text: string): Part[] {
  return text.trim() === '' ? [] : [{ at, type: 'text', text }];
}
