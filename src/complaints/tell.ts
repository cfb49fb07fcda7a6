import { cutAtSentence } from '../kernel/index.ts';
import type { NewNotice, Notices } from '../notices/index.ts';
import type { Say, Town } from '../platform/config/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { ComplaintDoc } from './complaints.store.ts';
import type { Linked } from './links.ts';

/** What a move tells; `promise` where it names a day. */
export type Told = { readonly kind: string; readonly text: string } & Pick<NewNotice, 'promise'>;

/**
 * Owes the resident what a move has to tell. Who came by telephone, box or visit has no chat: what is worth a call goes on
 * the list of the unit that holds the ticket, or of the dispatcher where none does.
 */
export type TellResident = (tx: Tx, complaint: ComplaintDoc, move: string, told: Told | null) => Promise<void>;

/** Worth a call where nothing else reaches the resident; the other steps can be looked up. */
const WORTH_A_CALL = new Set(['answered', 'extended', 'refused']);

/** A customer-service text may hold 2,048 bytes; with the frame around it an answer keeps to this. */
const ANSWER_CHARS = 480;
const ANSWER_BYTES = 1_400;

interface AnswerTextDeps {
  readonly say: Say;
  readonly town: Town;
  readonly linkFor: (complaint: Linked) => string;
}

/** An answer exactly as the resident gets it; `cut` where it is longer than chat carries. */
export function answerText(
  { say, town, linkFor }: AnswerTextDeps,
  complaint: Pick<ComplaintDoc, 'ticket' | 'unit' | 'linkGeneration'>,
  answer: string,
): { text: string; cut: boolean } {
  const { ticket } = complaint;
  const shown = shorten(answer, say);
  const unit = town.units.find(({ code }) => code === complaint.unit)?.name ?? town.office;
  return { text: say('noticeAnswered', { ticket, unit, text: shown, url: linkFor(complaint) }), cut: shown !== answer };
}

export function createTellResident(deps: AnswerTextDeps & { notices: Pick<Notices, 'owe'> }): TellResident {
  const { notices } = deps;
  return async (tx, complaint, move, told) => {
    if (!told) return;
    const { ticket, openid, history } = complaint;
    const text = told.kind === 'answered' ? answerText(deps, complaint, told.text).text : told.text;
    // The number of steps makes the second answer after 重办 another notice than the first.
    await notices.owe(tx, {
      key: `complaint:${ticket}:${move}:${history.length}`,
      openid,
      kind: told.kind,
      text,
      ticket,
      call: WORTH_A_CALL.has(told.kind),
      ...(told.promise ? { promise: told.promise } : {}),
    });
  };
}

function shorten(text: string, say: Say): string {
  const cut = cutAtSentence(text, ANSWER_CHARS, ANSWER_BYTES);
  return cut === text ? text : cut + say('cutPlain');
}
