import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Encrypts small texts at rest under a key of its own purpose (AES-256-GCM; docs/promises.md#p5, #p8). */
export interface Sealer {
  /** `text` as `v1.<base64url>`: random nonce, ciphertext and tag. `context` binds it to its place. */
  seal(text: string, context?: string): string;
  sealBytes(bytes: Uint8Array, context?: string): Buffer;
  /** Throws Error where the text was altered, moved to another context or sealed under a key that is gone. */
  open(sealed: string, context?: string): string;
  openBytes(sealed: Uint8Array, context?: string): Buffer;
}

/** Signs short statements for links and look-ups (HMAC-SHA-256, 128 bits kept). */
export interface Signer {
  sign(statement: string): string;
  /** The signature under every usable key, today's first: for finding what was stored before the key was changed. */
  signAll(statement: string): readonly string[];
  verify(statement: string, signature: string): boolean;
}

export interface Keys {
  /** SECRET_KEY. */
  readonly current: string;
  /** SECRET_KEY_PREVIOUS: still opens and verifies, never seals. */
  readonly previous?: string | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `purpose` separates keys: what one part seals, no other part can open. */
export function createSealer(keys: Keys, purpose: string): Sealer {
  const usable = deriveAll(keys, `seal:${purpose}`);
  const sealBytes = (bytes: Uint8Array, context = ''): Buffer => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', usable[0], nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  };
  const openBytes = (sealed: Uint8Array, context = ''): Buffer => {
    const whole = Buffer.from(sealed);
    for (const key of usable) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, whole.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(context)).setAuthTag(whole.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(whole.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        // Not this key: the previous one may fit.
      }
    }
    throw new Error(`sealed ${purpose} cannot be opened: altered, or its key is gone`);
  };
  return {
    sealBytes,
    openBytes,
    seal: (text, context) => `v1.${sealBytes(Buffer.from(text, 'utf8'), context).toString('base64url')}`,
    open: (sealed, context) =>
      openBytes(Buffer.from(sealed.replace(/^v1\./, ''), 'base64url'), context).toString('utf8'),
  };
}

/** A signer whose signatures no other purpose accepts. */
export function createSigner(keys: Keys, purpose: string): Signer {
  const usable = deriveAll(keys, `sign:${purpose}`);
  const mac = (key: Buffer, statement: string): Buffer =>
    createHmac('sha256', key).update(statement).digest().subarray(0, 16);
  return {
    sign: (statement) => mac(usable[0], statement).toString('base64url'),
    signAll: (statement) => usable.map((key) => mac(key, statement).toString('base64url')),
    verify: (statement, signature) => {
      const given = Buffer.from(signature, 'base64url');
      return usable.some((key) => given.length === 16 && timingSafeEqual(mac(key, statement), given));
    },
  };
}

function deriveAll(keys: Keys, info: string): [Buffer, ...Buffer[]] {
  const derive = (key: string): Buffer => Buffer.from(hkdfSync('sha256', key, 'xiangyin', info, 32));
  return [derive(keys.current), ...(keys.previous === undefined ? [] : [derive(keys.previous)])];
}
