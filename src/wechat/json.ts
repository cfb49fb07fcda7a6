/**
 * One JSON token at a time: a string, or a number. A string that never closes is one token up to the end of the text:
 * if it were none, every later quote would be tried as a beginning, which costs seconds on 64 KB.
 */
const TOKEN = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

// oxlint-disable-next-line no-control-regex -- raw control characters are exactly what is mended here
const CONTROL = /[\u0000-\u001f]/g;

/**
 * Parses JSON as the platform writes it: whole numbers beyond 2^53 become strings instead of losing digits (ids),
 * and raw control characters inside strings are accepted. Throws SyntaxError where it is not JSON.
 */
export function parseJsonLossless(text: string): unknown {
  const mended = (text.startsWith('\uFEFF') ? text.slice(1) : text).replace(TOKEN, (token) => {
    if (token.startsWith('"')) return token.replace(CONTROL, escapeControl);
    return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token;
  });
  return JSON.parse(mended);
}

function escapeControl(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

// oxlint-disable-next-line no-control-regex -- characters that neither XML nor a chat bubble can hold
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/gu;

/** Text without what XML 1.0 forbids: control characters (tab and line ends stay) and halves of astral characters. */
export function cleanText(text: string): string {
  return text.replace(FORBIDDEN, '');
}

/** The body of a request to the platform: raw UTF-8, because `\u` escapes show literally in drafts. */
export function jsonBody(value: unknown): Buffer {
  const text = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? cleanText(member) : member,
  );
  return Buffer.from(text, 'utf8');
}
