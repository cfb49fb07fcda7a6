/** Number of characters as a person counts them: astral characters count once. */
export function countChars(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The first `count` characters; an astral character is one and stays whole. */
export function firstChars(text: string, count: number): string {
  return Array.from(text).slice(0, count).join('');
}

/**
 * Typed words as they were meant: full-width and circled forms made plain, keycap and direction marks, the quotes and
 * brackets around and the punctuation at the end dropped, spaces single.
 */
export function tidyTyped(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\uFE0F\u20E3]/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/^[ “”"'‘’「」『』【】(<《]+|[ “”"'‘’「」『』【】)>》.。!！?？,，、;；:：~～…]+$/gu, '');
}

/** UTF-8 size in bytes. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/**
 * The longest beginning of `text` within both limits, never splitting a character; prefers to end after a sentence
 * or line end if one lies in the second half. Returns the whole text where it fits.
 */
export function cutAtSentence(text: string, maxChars: number, maxBytes: number): string {
  if (countChars(text) <= maxChars && utf8Bytes(text) <= maxBytes) return text;
  let end = 0;
  let chars = 0;
  let bytes = 0;
  let sentenceEnd = 0;
  for (const char of text) {
    const size = utf8Bytes(char);
    if (chars + 1 > maxChars || bytes + size > maxBytes) break;
    chars += 1;
    bytes += size;
    end += char.length;
    if (/[。！？；!?;\n]/u.test(char)) sentenceEnd = end;
  }
  return text.slice(0, sentenceEnd * 2 >= end ? sentenceEnd : end);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe for HTML and XML, in content and in quoted attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
