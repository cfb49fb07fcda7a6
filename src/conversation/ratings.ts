import type { Complaints } from '../complaints/index.ts';
import type { Notices } from '../notices/index.ts';
import { change, read, type Changed, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';
import type { Command } from './words.ts';

interface RatingsDeps {
  readonly speech: Speech;
  readonly complaints: Pick<Complaints, 'rate' | 'reopen'>;
  readonly notices: Pick<Notices, 'lastAnswerTold'>;
}

/** 评价 and 重办, with the ticket or, right after an answer was told, without. */
export interface Ratings {
  rate(turn: Turn, wanted: { ticket: string; stars: number; text: string }): Plan;
  reopen(turn: Turn, wanted: Extract<Command, { name: 'reopen' }>): Promise<Plan>;
  /** The ticket whose answer a bare number or a bare 重办 speaks of; null when another flow has begun since. */
  told(turn: Turn): Promise<{ ticket: string; toldAt: Date } | null>;
}

export function createRatings(deps: RatingsDeps): Ratings {
  const { speech, complaints } = deps;
  const { say } = speech;

  const told: Ratings['told'] = async (turn) => {
    const { begunAt } = turn.conversation;
    const last = await deps.notices.lastAnswerTold(turn.message.openid);
    return last && (begunAt === null || last.toldAt > begunAt) ? last : null;
  };

  const reopen = (turn: Turn, ticket: string, reason: string): Plan =>
    change(async (tx): Promise<Changed> => {
      const { openid } = turn.message;
      const { flow } = turn.conversation;
      const given = reason.trim() === '' ? say('reopenNoReason') : reason;
      const outcome = await complaints.reopen(tx, { openid, ticket, reason: given });
      if (outcome === 'unknown') return { reply: speech.reply([say('ticketUnknown', { ticket })]), flow };
      if (outcome === 'too_late') return { reply: speech.reply([say('reopenTooLate')]), flow };
      const done = say('reopened', { ticket, due: speech.day(outcome.dueAt) });
      // Without a reason, and with nothing else under way, what comes next is taken for it.
      const free = flow === null || flow.name === 'offer' || flow.name === 'reason';
      if (reason.trim() !== '' || !free) return { reply: speech.reply([done]), flow };
      const asked = { name: 'reason', ticket, touchedAt: turn.at } as const;
      return { reply: speech.reply([done, say('reopenAskReason')]), flow: asked, begins: true };
    });

  return {
    told,
    rate: (turn, { ticket, stars, text }) =>
      change(async (tx) => {
        const { openid } = turn.message;
        const { flow } = turn.conversation;
        const outcome = await complaints.rate(tx, { openid, ticket, stars, text });
        switch (outcome) {
          case 'rated':
            return {
              reply: speech.reply([stars <= 2 ? say('ratedLow', { stars, ticket }) : say('rated', { stars })]),
              flow,
            };
          case 'already':
            return { reply: speech.reply([say('ratedAlready')]), flow };
          case 'too_early':
            return { reply: speech.reply([say('rateTooEarly')]), flow };
          case 'unknown':
            return { reply: speech.reply([say('ticketUnknown', { ticket })]), flow };
        }
      }),
    reopen: async (turn, { ticket, reason }) => {
      const meant = ticket ?? (await told(turn))?.ticket;
      return meant === undefined ? read(speech.reply([say('reopenUsage')])) : reopen(turn, meant, reason);
    },
  };
}
