import { randomBytes, randomInt } from 'node:crypto';

const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `length` random letters and digits. */
export function randomWord(length: number): string {
  let word = '';
  for (let i = 0; i < length; i += 1) word += WORD.charAt(randomInt(WORD.length));
  return word;
}

/** `length` random hex digits. */
export function randomHex(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length);
}

/** An openid as the platform makes them: `o` and 27 URL-safe characters. */
export function newOpenid(): string {
  return `o${randomBytes(21).toString('base64url').slice(0, 27)}`;
}
