import type { ClientRequest, IncomingMessage } from 'node:http';
import { TransportError } from './call-errors.ts';
import { parseJsonLossless } from './json.ts';

/** An answer's body with what its headers said about it. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** Names that urllib 2.21 gives to errors before a connection stood. */
const NOT_CONNECTED = new Set(['RequestError', 'ConnectionTimeoutError', 'SocketAssignTimeoutError']);
/** System calls, and failed TLS handshakes, that come before any byte of the request. */
const BEFORE_SENDING =
  /^(connect|getaddrinfo|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CERT_\w+|ERR_TLS_\w+|\w+_CERT\w*|UNABLE_TO_\w+|ERR_UNESCAPED_CHARACTERS)$/;

/** Our error for one of urllib's. Its own message holds the address with the access token, so nothing of it is kept. */
export function transportErrorOf(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { name, code, syscall } = (error ?? {}) as { name?: unknown; code?: unknown; syscall?: unknown };
  const notSent = NOT_CONNECTED.has(String(name)) || [code, syscall].some((mark) => BEFORE_SENDING.test(String(mark)));
  if (notSent) return new TransportError('not_connected', true);
  return new TransportError(name === 'ResponseTimeoutError' ? 'timeout' : 'answer_lost');
}

/**
 * Reads an answer to its end. Rejects with TransportError where it is cut off, larger than `maxBytes` or ended by
 * `signal`. urllib's own reader waits for ever when the connection breaks inside the body; that is why the response
 * is read here. Call it in the turn in which the headers came.
 */
export function readAnswer(
  response: IncomingMessage & { readonly req?: ClientRequest },
  maxBytes: number,
  signal: AbortSignal,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const lost = () => reject(new TransportError('answer_lost'));
    // A late error must not reach urllib's handler: it prints the address, and with it the token.
    response.req?.removeAllListeners('error').on('error', lost);
    response.on('error', lost).on('close', lost);
    signal.addEventListener('abort', () => response.destroy(), { once: true });
    if (signal.aborted) response.destroy();
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        reject(new TransportError('answer_too_large'));
        response.destroy();
        return;
      }
      chunks.push(chunk);
    });
    response.on('end', () => {
      const { statusCode = 0, headers } = response;
      resolve({ status: statusCode, contentType: headers['content-type'] ?? '', bytes: Buffer.concat(chunks, size) });
    });
  });
}

/** The JSON object in an answer; anything else (HTML, empty, a bare value) is TransportError `answer_unreadable`. */
export function jsonAnswer({ bytes }: RawAnswer): object {
  let value: unknown;
  try {
    value = parseJsonLossless(bytes.toString('utf8'));
  } catch {
    throw new TransportError('answer_unreadable');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TransportError('answer_unreadable');
  return value;
}

/** True where the answer to a download is the platform's JSON and not the file. */
export function isJsonAnswer({ contentType, bytes }: RawAnswer): boolean {
  if (!/^(application\/json|text\/plain)\b/i.test(contentType) && contentType !== '') return false;
  return bytes.subarray(0, 64).toString('latin1').trimStart().startsWith('{');
}
