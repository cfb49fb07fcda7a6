/** A text as it is compared: plain digits, nothing invisible; `from[i]` is where its i-th character stood. */
export interface PlainText {
  readonly text: string;
  readonly from: readonly number[];
}

/** Soft hyphens, joiners, marks of direction, variation selectors: they stand between digits and nobody sees them. */
const INVISIBLE = /\p{Cf}|\p{Default_Ignorable_Code_Point}/u;

/** Full-width and other digits become plain ones; ① and ² are no digits of a number and part it. */
export function plainOf(text: string): PlainText {
  const chars: string[] = [];
  const from: number[] = [];
  let at = 0;
  for (const char of text) {
    for (const plain of plainChar(char)) {
      chars.push(plain);
      from.push(at);
    }
    at += char.length;
  }
  return { text: chars.join(''), from };
}

function plainChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80 || (code >= 0x4e00 && code <= 0x9fff)) return char;
  if (INVISIBLE.test(char)) return '';
  if (/\p{No}/u.test(char)) return ' ';
  const plain = char.normalize('NFKC');
  // A character of two units stands for one: places stay true.
  return plain.length === 1 ? plain : Array.from(plain).length === 1 && char.length === 2 ? plain : plain.slice(0, 1);
}
