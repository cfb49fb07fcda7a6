import { countChars, tidyTyped } from '../kernel/index.ts';
import type { Complaints } from '../complaints/index.ts';
import { answerByKeyword, type Keyword } from '../platform/config/index.ts';
import { attachmentsOf, MAX_PARTS, partOf, wordsIn } from './what-was-said.ts';
import { change, read, talk, type Changed, type Plan, type Turn } from './plan.ts';
import type { Queries } from './queries.ts';
import type { Speech } from './speech.ts';
import type { Conversation, OfferFlow, Part } from './state.ts';
import type { TipoffTalk } from './tipoff-flow.ts';

interface OffersDeps {
  readonly speech: Speech;
  readonly queries: Pick<Queries, 'search'>;
  readonly keywords: readonly Keyword[];
  readonly complaints: Pick<Complaints, 'addLateParts'>;
  readonly tipoffTalk: Pick<TipoffTalk, 'late'>;
  readonly idleMs: number;
}

/** What a resident says outside every flow. */
export interface Offers {
  /** Words that are no command: an emergency, a configured answer, or a search; long ones are offered as a complaint. */
  words(turn: Turn, text: string): Promise<Plan>;
  /** Only the answer to `text`, without an offer. */
  answer(text: string, after: readonly string[]): Promise<ReturnType<Speech['reply']>>;
  /** A voice, a photo, a place: joins the ticket that was just confirmed, or is offered as the start of a complaint. */
  media(turn: Turn): Plan;
}

/** Plain talk of this many characters is also offered as a complaint (design §4). */
const OFFER_FROM_CHARS = 8;

export function createOffers(deps: OffersDeps): Offers {
  const { speech, queries, keywords } = deps;
  const { say } = speech;

  /** What was sent just before and not taken up; words replace earlier words, as a second search does. */
  const earlier = (turn: Turn, withWords: boolean): readonly Part[] => {
    const { flow } = turn.conversation;
    if (flow?.name !== 'offer' || turn.at.getTime() - flow.touchedAt.getTime() > deps.idleMs) return [];
    return withWords ? flow.parts : flow.parts.filter((part) => part.type !== 'text');
  };

  const offer = (turn: Turn): OfferFlow => {
    const { message, at } = turn;
    const part = partOf(message, at);
    const parts = [...earlier(turn, message.type !== 'text'), ...(part ? [part] : [])];
    return { name: 'offer', parts: parts.slice(-MAX_PARTS), touchedAt: at };
  };

  const answer = async (text: string, after: readonly string[]): Promise<ReturnType<Speech['reply']>> => {
    const known = answerByKeyword(keywords, text);
    if (known !== undefined) return speech.after(speech.reply([known]), after);
    const found = await queries.search(tidyTyped(text));
    return Array.isArray(found) ? speech.reply([...found, ...after]) : speech.listing(found, after);
  };

  return {
    answer,
    words: async (turn, text) => {
      if (speech.isEmergency(text)) return talk(speech.reply([say('textOffer')]), offer(turn));
      if (turn.limited) return read(speech.reply([say('busy')]));
      if (countChars(text.trim()) < OFFER_FROM_CHARS) return read(await answer(text, []));
      return talk(await answer(text, [say('textOffer')]), offer(turn));
    },
    media: (turn) => {
      const { message, at, conversation } = turn;
      const part = partOf(message, at);
      if (!part) return read(message.type === 'unknown' ? null : speech.reply([say('unknownType')]));
      const { recent } = conversation;
      if (recent && at <= recent.until && part.type !== 'text') return joinRecent(turn, recent, part);
      const parts = offer(turn);
      if (turn.limited) return talk(speech.reply([say('busyKept')]), parts);
      const what = attachmentsOf(parts.parts) || say('words');
      const urgent = speech.isEmergency(wordsIn(message));
      return talk(speech.reply([urgent ? say('textOffer') : say('mediaOutsideFlow', { what })]), parts);
    },
  };

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
