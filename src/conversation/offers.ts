import { tidyTyped } from '../kernel/index.ts';
import type { Complaints } from '../complaints/index.ts';
import { answerByKeyword, type Keyword } from '../platform/config/index.ts';
import type { ComplaintTalk } from './complaint-flow.ts';
import { parseChoice } from './numbers.ts';
import { attachmentsOf, MAX_PARTS, partOf, wordsIn } from './what-was-said.ts';
import { change, read, talk, type Changed, type Plan, type Turn } from './plan.ts';
import type { Queries } from './queries.ts';
import type { Ratings, Told } from './ratings.ts';
import type { Speech } from './speech.ts';
import type { ComplaintFlow, Conversation, OfferFlow, Part } from './state.ts';
import type { TipoffTalk } from './tipoff-flow.ts';
import type { Understanding } from './understanding/index.ts';

interface OffersDeps {
  readonly speech: Speech;
  readonly understanding: Understanding;
  readonly queries: Pick<Queries, 'search'>;
  readonly keywords: readonly Keyword[];
  readonly complaints: Pick<Complaints, 'addLateParts'>;
  readonly complaintTalk: Pick<ComplaintTalk, 'beginShort' | 'question'>;
  readonly ratings: Pick<Ratings, 'told' | 'reopen' | 'severalMeant'>;
  readonly tipoffTalk: Pick<TipoffTalk, 'late'>;
  readonly idleMs: number;
  /** How long media join the ticket that was just confirmed. */
  readonly lateMs: number;
}

type Said = ReturnType<Speech['reply']>;

/** An answer that can still take sentences behind it; `any` = something was found. */
interface Seen {
  reply(after: readonly string[]): Said;
  readonly any: boolean;
}

/** What a resident says outside every flow. */
export interface Offers {
  /** Words that are no command: an emergency, a configured answer, or a search; what may be a matter is offered as one. */
  words(turn: Turn, text: string): Promise<Plan>;
  /** Only the answer to `text`, without an offer. */
  answer(openid: string, text: string, after: readonly string[]): Promise<Said>;
  /** A voice, a photo, a place: joins the ticket that was just confirmed, or is offered as the start of a complaint. */
  media(turn: Turn): Plan;
  /** Yes or no to what was offered; undefined for any other words. */
  reply(turn: Turn, offer: OfferFlow, text: string): Promise<Plan> | Plan | undefined;
  /** A complaint cancelled by other words than 取消: over, but a yes goes on with it. */
  cancelled(turn: Turn, was: ComplaintFlow): Plan;
}

/** Words join the ticket that was just confirmed, once asked, for so many times as long as media do. */
const WORDS_LONGER = 5;
/** A matter told so soon after an answer may be about that answer. */
const ANSWER_RECENT_MS = 2 * 86_400_000;

/** More than the two or three characters that a search is made of. */
const GOES_ON = /\p{Script=Han}{5}|[了着呢][。！!]*$/u;

export function createOffers(deps: OffersDeps): Offers {
  const { speech, queries, keywords, understanding } = deps;
  const { say } = speech;

  /** What was said just before and not taken up: two sentences, or a photo and a sentence, are one matter. */
  const earlier = (turn: Turn): readonly Part[] => {
    const { flow } = turn.conversation;
    if (flow?.name !== 'offer' || flow.was || turn.at.getTime() - flow.touchedAt.getTime() > deps.idleMs) return [];
    return flow.parts;
  };

  const offer = (turn: Turn, about?: Pick<OfferFlow, 'as' | 'ticket'>): OfferFlow => {
    const { message, at } = turn;
    const part = partOf(message, at);
    const parts = [...earlier(turn), ...(part ? [part] : [])];
    return { name: 'offer', parts: parts.slice(-MAX_PARTS), touchedAt: at, ...about };
  };

  /** What there is to say to these words: a configured answer, what a search finds, or that it finds nothing. */
  const look = async (openid: string, text: string): Promise<Seen> => {
    const known = answerByKeyword(keywords, text);
    if (known !== undefined) return { reply: (after) => speech.after(speech.reply([known]), after), any: true };
    const found = await queries.search(openid, tidyTyped(text));
    if (Array.isArray(found)) return { reply: (after) => speech.reply([...found, ...after]), any: false };
    return { reply: (after) => speech.listing(found, after), any: true };
  };

  const answer: Offers['answer'] = async (openid, text, after) => (await look(openid, text)).reply(after);

  /** What is found is shown, that nothing was is not said: who goes on telling did not search. */
  const answerIfAny = async (turn: Turn, text: string, after: readonly string[]): Promise<Said> => {
    if (understanding.isAdding(text)) return speech.reply(after);
    const seen = await look(turn.message.openid, text);
    return seen.any ? seen.reply(after) : speech.reply(after);
  };

  /** The ticket that was confirmed minutes ago, to which these words may belong. */
  const justConfirmed = (turn: Turn): Conversation['recent'] => {
    const { recent } = turn.conversation;
    const until = recent && recent.until.getTime() + (WORDS_LONGER - 1) * deps.lateMs;
    return recent && until !== null && turn.at.getTime() <= until ? recent : null;
  };

  const told = async (turn: Turn): Promise<Told | null> => {
    // Nobody was told an answer who has never said anything.
    if (turn.conversation.rev === 0) return null;
    const last = await deps.ratings.told(turn);
    return last && turn.at.getTime() - last.toldAt.getTime() <= ANSWER_RECENT_MS ? last : null;
  };

  return {
    answer,
    words: async (turn, text) => {
      if (speech.isEmergency(text)) return talk(speech.reply([say('textOffer')]), offer(turn));
      if (turn.limited) return read(speech.reply([say('busy')]));
      const { openid } = turn.message;
      const matter = understanding.isMatter(text) || understanding.isAdding(text);
      const last = matter || understanding.grumbles(text) ? await told(turn) : null;
      const confirmed = matter ? justConfirmed(turn) : null;
      // An answered one takes nothing in: what is said then is about the answer.
      const recent = confirmed && confirmed.ticket !== last?.ticket ? confirmed : null;
      if (recent?.tipoff)
        return deps.tipoffTalk.late(turn, recent.ticket, () => ({
          reply: speech.reply([say('textOffer')]),
          flow: offer(turn),
        }));
      if (recent) {
        const { ticket } = recent;
        const words = await answerIfAny(turn, text, [say('offerJoin', { ticket })]);
        return talk(words, offer(turn, { as: 'join', ticket }));
      }
      if (!understanding.isMatter(text) && !last) {
        const seen = await look(openid, text);
        // After a sentence that was offered, words that nothing is found for go on with it.
        const goesOn = !seen.any && earlier(turn).length > 0 && understanding.tells(text) && GOES_ON.test(text);
        return goesOn ? talk(speech.reply([say('textOffer')]), offer(turn)) : read(seen.reply([]));
      }
      const { flow } = turn.conversation;
      const about =
        last && !(flow?.name === 'offer' && flow.as === undefined && flow.touchedAt > last.toldAt) ? last : null;
      if (about) {
        // With several answers told lately no one of them is taken for the one that is meant.
        const { ticket } = about;
        const several = await deps.ratings.severalMeant(turn, about);
        const words = [say('textOffer'), several ? say('offerReopenAny') : say('offerReopenToo', { ticket })];
        return talk(await answerIfAny(turn, text, words), offer(turn, several ? {} : { ticket }));
      }
      return talk(await answer(openid, text, [say('textOffer')]), offer(turn));
    },
    media: (turn) => {
      const { message, at, conversation } = turn;
      const part = partOf(message, at);
      if (!part) return read(isSilent(message) ? null : speech.reply([say('unknownType')]));
      const { recent } = conversation;
      if (recent && at <= recent.until && part.type !== 'text') return joinRecent(turn, recent, part);
      const parts = offer(turn);
      if (turn.limited) return talk(speech.reply([say('busyKept')]), parts);
      const what = attachmentsOf(parts.parts) || say('words');
      const urgent = speech.isEmergency(wordsIn(message));
      return talk(speech.reply([urgent ? say('textOffer') : say('mediaOutsideFlow', { what })]), parts);
    },
    reply: (turn, given, text) => {
      const one = parseChoice(text) === 1;
      const reading = understanding.read(text, ['yes', 'resume', 'no', 'okay', 'confused']);
      const opens = understanding.readEdge(text, 'first', ['yes', 'resume']);
      if (!one && reading === undefined && opens !== undefined && opens !== 'unclear' && understanding.tells(text)) {
        // 是的，路灯坏了: a yes, and the matter goes on.
        return taken(
          turn,
          offer(turn, { ...(given.as && { as: given.as }), ...(given.ticket && { ticket: given.ticket }) }),
          given,
        );
      }
      // To 重办 or one of five stars 1 is a rating.
      if (one && given.as === 'reopen') return undefined;
      switch (one ? 'yes' : reading) {
        case 'yes':
        case 'resume':
          return taken(turn, given, given);
        case 'no':
          return talk(speech.reply([say(given.was ? 'nothingToCancel' : 'offerDropped')]), null);
        case 'okay':
          return read(speech.reply([again(given)]));
        case 'unclear':
        case 'confused':
          return read(speech.reply([again(given)]));
        default:
          return undefined;
      }
    },
    cancelled: (turn, was) => {
      if (was.parts.length + was.held.length === 0) return talk(speech.reply([say('cancelled')]), null);
      const kept = { name: 'offer', parts: [...was.parts, ...was.held], was, touchedAt: turn.at } as const;
      return talk(speech.reply([say('cancelledKept')]), kept);
    },
  };

  function again(given: OfferFlow): string {
    if (given.was) return say('cancelledKept');
    if (given.as === 'join') return say('offerJoin', { ticket: given.ticket ?? '' });
    if (given.as !== 'reopen') return say('offerAgain');
    return given.ticket === undefined ? say('reopenUsage') : say('offerReopen', { ticket: given.ticket });
  }

  /** A yes: goes on with what was cancelled, joins the ticket, or begins a complaint. */
  function taken(turn: Turn, offered: OfferFlow, given: OfferFlow): Promise<Plan> | Plan {
    const { at } = turn;
    if (given.as === 'reopen') return deps.ratings.reopen(turn, { name: 'reopen', ticket: null, reason: '' });
    if (given.was) {
      const going = {
        ...given.was,
        parts: [...given.was.parts, ...given.was.held],
        held: [],
        offeredAt: null,
        touchedAt: at,
      };
      return talk(speech.reply([say('flowResumed'), deps.complaintTalk.question(going)]), going);
    }
    const { ticket } = given;
    if (given.as !== 'join' || ticket === undefined) return deps.complaintTalk.beginShort(at, offered.parts);
    return change(async (tx) => {
      const { openid } = turn.message;
      const joined = await deps.complaints.addLateParts(tx, { openid, ticket, parts: offered.parts });
      if (joined) return { reply: speech.reply([say('lateJoined', { ticket })]), flow: null };
      return { reply: speech.reply([say('textOffer')]), flow: { name: 'offer', parts: offered.parts, touchedAt: at } };
    });
  }

  function joinRecent(turn: Turn, recent: NonNullable<Conversation['recent']>, part: Part): Plan {
    const offered = (): Changed => {
      const parts = offer(turn);
      return { reply: speech.reply([say('mediaOutsideFlow', { what: attachmentsOf(parts.parts) })]), flow: parts };
    };
    const { ticket } = recent;
    if (recent.tipoff) return deps.tipoffTalk.late(turn, ticket, offered);
    return change(async (tx) => {
      const { openid } = turn.message;
      const joined = await deps.complaints.addLateParts(tx, { openid, ticket, parts: [part] });
      if (joined) return { reply: speech.reply([say('lateJoined', { ticket })]), flow: turn.conversation.flow };
      return offered();
    });
  }
}

/** A type that we never heard of gets nothing; one that the phone itself says we cannot show gets a sentence. */
function isSilent(message: Turn['message']): boolean {
  return message.type === 'unknown' && message.platformType.toLowerCase() !== 'text';
}
