import { randomBytes, randomInt } from 'node:crypto';

/** `bytes` random bytes as URL-safe text. For tokens and lease owners. */
export function newToken(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** Digits and capitals without 0/O, 1/I/L, 2/Z, 5/S, 8/B: no look-alikes when read aloud or copied by hand. */
const PLAIN_ALPHABET = '34679ACDEFGHJKMNPQRTUVWXY';

/** A random code of `length` characters that a person can copy from a screen. */
export function newPlainCode(length: number): string {
  let code = '';
  for (let i = 0; i < length; i += 1) code += PLAIN_ALPHABET.charAt(randomInt(PLAIN_ALPHABET.length));
  return code;
}
