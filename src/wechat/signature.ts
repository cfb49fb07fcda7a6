import { hash, timingSafeEqual } from 'node:crypto';

/** The platform's signature: SHA-1 (hex) over the sorted parts. With `encrypt` it is the `msg_signature`. */
export function signatureOf(token: string, timestamp: string, nonce: string, encrypt?: string): string {
  const parts = encrypt === undefined ? [token, timestamp, nonce] : [token, timestamp, nonce, encrypt];
  return hash('sha1', parts.sort().join(''), 'hex');
}

/** What is to be checked; `tokens` holds the current one and, during a change, the previous one. */
export interface SignatureCheck {
  readonly tokens: readonly string[];
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly encrypt?: string;
}

/**
 * The index of the token that made the signature, -1 where none did. Any length of input is fine; the comparison
 * takes the same time wherever the difference is, and every token is tried.
 */
export function verifySignature(check: SignatureCheck): number {
  let found = -1;
  const given = Buffer.from(check.signature);
  for (const [index, token] of check.tokens.entries()) {
    const expected = Buffer.from(signatureOf(token, check.timestamp, check.nonce, check.encrypt));
    // The length of a signature is no secret, and timingSafeEqual throws where they differ.
    if (given.length === expected.length && timingSafeEqual(given, expected) && found === -1) found = index;
  }
  return found;
}
