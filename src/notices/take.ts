import { countChars, cutAtSentence, utf8Bytes } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { wordsAt } from './notice.ts';
import type { NoticeStore } from './notices.store.ts';

/** What is left of a reply for notices: characters and UTF-8 bytes. */
export interface Room {
  readonly chars: number;
  readonly bytes: number;
}

export interface Taken {
  /** Texts for the reply, oldest first; they count as seen. */
  readonly texts: readonly string[];
  /** Some are left for another time. */
  readonly more: boolean;
}

/** Nobody waits for so many; more than this do not fit into a reply anyway. */
const MOST = 20;
/** Less than this of a text tells nothing; the whole of it stays on the ticket either way. */
const LEAST_CHARS = 80;
/** A blank line between paragraphs. */
const SEPARATOR = '\n\n';

/**
 * The waiting notices that fit into a reply, marked `seen` in the transaction that stores the reply. `cutEnd` ends a
 * text that had to be cut; texts are cut only where `mayCut`, because nothing else can carry them.
 */
export async function takeForReply(
  store: NoticeStore,
  tx: Tx,
  input: { openid: string; room: Room; at: Date; mayCut: boolean; cutEnd: string },
): Promise<Taken> {
  const waiting = await store.waitingOf(tx, input.openid, MOST);
  const taken: { id: string; text: string }[] = [];
  let { chars, bytes } = input.room;
  for (const notice of waiting) {
    const { id } = notice;
    const given = fitted(
      wordsAt(notice, input.at),
      { chars: chars - SEPARATOR.length, bytes: bytes - SEPARATOR.length },
      input,
    );
    if (given === undefined) break;
    taken.push({ id, text: given });
    chars -= countChars(given) + SEPARATOR.length;
    bytes -= utf8Bytes(given) + SEPARATOR.length;
  }
  const ids = taken.map(({ id }) => id);
  if (ids.length > 0) await store.markSeen(tx, ids, input.at);
  return { texts: taken.map(({ text }) => text), more: taken.length < waiting.length };
}

function fitted(text: string, room: Room, { mayCut, cutEnd }: { mayCut: boolean; cutEnd: string }): string | undefined {
  if (countChars(text) <= room.chars && utf8Bytes(text) <= room.bytes) return text;
  const chars = room.chars - countChars(cutEnd);
  if (!mayCut || chars < LEAST_CHARS) return undefined;
  const cut = cutAtSentence(text, chars, room.bytes - utf8Bytes(cutEnd));
  return countChars(cut) < LEAST_CHARS / 2 ? undefined : cut + cutEnd;
}
