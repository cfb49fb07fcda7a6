import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** PKCS#7 pads to 32 bytes here, although AES has blocks of 16 (docs/wechat-platform.md#encryption). */
const PAD_BLOCK = 32;

/** SHA-1 over the sorted, joined parts: `signature` with (token, timestamp, nonce), `msg_signature` with Encrypt added. */
export function signatureOf(...parts: readonly string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex');
}

/** Equal in constant time; false for different lengths. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function keyOf(aesKey: string): Buffer {
  const key = Buffer.from(`${aesKey}=`, 'base64');
  if (aesKey.length !== 43 || key.length !== 32) throw new TypeError('EncodingAESKey has 43 base64 characters');
  return key;
}

/** Base64 ciphertext of random(16) + length(4, big-endian) + message + appId. `random` is given only by tests. */
export function encryptText(aesKey: string, appId: string, message: string, random: Buffer = randomBytes(16)): string {
  const key = keyOf(aesKey);
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([random, length, text, Buffer.from(appId)]);
  const pad = PAD_BLOCK - (plain.length % PAD_BLOCK);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    'base64',
  );
}

/** The message inside `ciphertext`, or undefined where key, padding, length or appId are wrong. */
export function decryptText(aesKey: string, appId: string, ciphertext: string): string | undefined {
  const key = keyOf(aesKey);
  const bytes = Buffer.from(ciphertext, 'base64');
  if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined;
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > PAD_BLOCK || pad > padded.length) return undefined;
  if (!padded.subarray(padded.length - pad).every((byte) => byte === pad)) return undefined;
  const plain = padded.subarray(0, padded.length - pad);
  if (plain.length < 20) return undefined;
  const end = 20 + plain.readUInt32BE(16);
  if (end > plain.length || plain.subarray(end).toString() !== appId) return undefined;
  return plain.subarray(20, end).toString();
}
