import { tidyTyped } from '../../kernel/index.ts';
import { simplified } from './traditional.ts';

/** Words as a reading compares them, and what was said by pictures alone. */
export interface Tidy {
  /** In clauses, without blanks and punctuation inside each; empty where nothing but pictures or marks was sent. */
  readonly clauses: readonly string[];
  /** All clauses in one. */
  readonly whole: string;
  /** A thumb or an OK among the pictures. */
  readonly nods: boolean;
  readonly pictures: boolean;
}

/** Longer than any answer to a question of ours; what is longer is told, not answered. */
export const LONGEST_ANSWER = 60;

/** The platform's own faces, as text: [抱拳], /:rose, /::). */
const FACES =
  /\[[\p{Script=Han}A-Za-z]{1,10}\]|\/:(?:[a-z]{1,8}|[^\p{Script=Han}\p{L}\d\s]{1,6}[A-Za-z]?)|\/:[:<@&|+,!'-][^\s\p{Script=Han}]{0,5}/giu;
const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u{E0020}-\u{E007F}]/gu;
const NODS = /\[(?:ok|好的|强|赞|鼓掌|握手|thumbsup|thumbs up)\]|\/:(?:ok|strong|share)\b|👌|👍|🆗|✅|✔/iu;
const BREAKS = /[\s,，、。.!！?？;；:：~～…—\-_/\\|“”"'‘’「」『』【】()（）<>《》*#^+=·`]+/u;

/** What is quoted of ours, cut off: 「name：text」, a line of dashes, then the answer. */
export function withoutQuote(text: string): string {
  const match = /^\s*[「『“"][^]*[」』”"]\s*\n(?:\s*[-—－–_=~·.\s]{5,}\s*\n)\s*([^]+)$/u.exec(text);
  return match?.[1]?.trim() ? match[1].trim() : text;
}

/** Without smileys, emoji and marks that nobody sees. */
export function withoutPictures(text: string): string {
  return text.replace(FACES, ' ').replace(EMOJI, ' ');
}

/** Ready to be compared with sayings; only for judging, never for keeping. */
export function tidied(said: string): Tidy {
  const text = withoutQuote(said);
  const bare = withoutPictures(text);
  const pictures = bare !== text;
  // What is too long for an answer is not even cut into clauses.
  const plain = simplified(echoed(tidyTyped(bare.slice(0, 4 * LONGEST_ANSWER)))).toLowerCase();
  const clauses = plain.split(BREAKS).filter((clause) => clause !== '');
  return { clauses, whole: clauses.join(''), nods: pictures && NODS.test(text), pictures };
}

/** Our own sentence sent back, 对，就回复：确认 or 请回复“1”: what it told to answer. */
function echoed(text: string): string {
  const match =
    /^(?:[^。!！?？\n]{0,16}[,，;；:：\s])?[^。\n,，]{0,6}?回复?\s*[:：“"'‘]\s*[“"'‘]?\s*([^”"'’\n。，,]{1,12})[”"'’]?$/u.exec(
      text,
    );
  if (match?.[1] !== undefined) return match[1];
  const bare = /^(?:[^。!！?？\n]{0,16}[,，;；\s])?(?:就|请|只|请只)?回复\s*(\d{1,2}|[一二三四五])$/u.exec(text);
  return bare?.[1] ?? text.replace(/^(?:请|就|只)?回复\s*[:：]?\s*[“"'‘]?/u, '');
}
