import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../kernel/index.ts';

/** The platform pads to 32-byte blocks although AES has 16 (docs/wechat-platform.md#encryption). */
const BLOCK = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;

export interface MessageCryptoDeps {
  readonly appId: string;
  /** EncodingAESKeys of 43 characters: the current one first, then the previous one during a change. */
  readonly encodingAesKeys: readonly string[];
}

export interface Decrypted {
  /** The message text, as the platform wrapped it: XML, JSON or a plain echo. */
  readonly xml: string;
  readonly appId: string;
  /** Which key opened it; a reply uses the same. */
  readonly keyIndex: number;
}

export interface MessageCrypto {
  /**
   * Opens `Encrypt`; white space in it is ignored. Throws AppError `bad_signature` with details.check `ciphertext`
   * (damaged, or no key fits) or `appid` (meant for another account).
   */
  decrypt(encrypt: string): Decrypted;
  /** The ciphertext (base64) of `text` for this account. `random` = 16 bytes, given only to repeat a known vector. */
  encrypt(text: string, options?: { readonly keyIndex?: number; readonly random?: Uint8Array }): string;
}

/** Message encryption of one account. Throws AppError `invalid_input` where a key is not an EncodingAESKey. */
export function createMessageCrypto({ appId, encodingAesKeys }: MessageCryptoDeps): MessageCrypto {
  const keys = encodingAesKeys.map(decodeKey);
  if (keys.length === 0) throw new AppError('invalid_input', { message: '缺少消息加解密密钥（EncodingAESKey）。' });

  return {
    decrypt(encrypt) {
      const ciphertext = decodeBase64(encrypt);
      let foreign = false;
      for (const [keyIndex, key] of keys.entries()) {
        const opened = ciphertext === null ? null : open(key, ciphertext);
        if (opened?.appId === appId) return { ...opened, keyIndex };
        foreign ||= opened !== null;
      }
      throw new AppError('bad_signature', { details: { check: foreign ? 'appid' : 'ciphertext' } });
    },

    encrypt(text, { keyIndex = 0, random = randomBytes(RANDOM_BYTES) } = {}) {
      const key = keys[keyIndex];
      if (key === undefined || random.length !== RANDOM_BYTES)
        throw new RangeError('no such key, or random not 16 bytes');
      const message = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(message.length);
      const plain = Buffer.concat([random, length, message, Buffer.from(appId, 'utf8')]);
      const pad = BLOCK - (plain.length % BLOCK);
      const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
      return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString(
        'base64',
      );
    },
  };
}

function decodeKey(encoded: string): Buffer {
  const key = /^[A-Za-z0-9+/]{43}$/.test(encoded) ? Buffer.from(`${encoded}=`, 'base64') : Buffer.alloc(0);
  if (key.length === 32) return key;
  throw new AppError('invalid_input', { message: '消息加解密密钥（EncodingAESKey）应为 43 位字母和数字。' });
}

/** Node's base64 reader skips what it does not know; so the alphabet is checked here. */
function decodeBase64(text: string): Buffer | null {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return null;
  return Buffer.from(compact, 'base64');
}

function open(key: Buffer, ciphertext: Buffer): { xml: string; appId: string } | null {
  if (ciphertext.length === 0 || ciphertext.length % 16 !== 0) return null;
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  const plain = unpad(padded);
  if (plain === null || plain.length < RANDOM_BYTES + LENGTH_BYTES) return null;
  const start = RANDOM_BYTES + LENGTH_BYTES;
  const end = start + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.length) return null;
  return { xml: plain.toString('utf8', start, end), appId: plain.toString('utf8', end) };
}

function unpad(padded: Buffer): Buffer | null {
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > BLOCK || pad > padded.length) return null;
  const body = padded.subarray(0, padded.length - pad);
  return padded.subarray(body.length).every((byte) => byte === pad) ? body : null;
}
