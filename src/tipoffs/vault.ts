import { createSealer, createSigner, type Keys } from '../platform/sealing/index.ts';
import type { TipoffAnswer, TipoffPart } from './tipoff.ts';

/** What a tipoff holds, sealed as one text. */
export interface TipoffContent {
  readonly code: string;
  readonly receivedAt: Date;
  readonly parts: readonly TipoffPart[];
}

/**
 * The own key of this domain (docs/promises.md#p8): derived from SECRET_KEY with a purpose that no other part uses;
 * SECRET_KEY_PREVIOUS still opens and finds. Look-ups go by keyed hashes, so that neither code nor openid lies readable
 * anywhere.
 */
export interface Vault {
  /** How a code, an openid and a message key are stored; the first of the list is today's, the others are older keys'. */
  refs(code: string): readonly [string, ...string[]];
  holders(openid: string): readonly [string, ...string[]];
  sources(messageKey: string): readonly [string, ...string[]];
  sealContent(ref: string, content: TipoffContent): string;
  openContent(ref: string, sealed: string): TipoffContent;
  sealAnswers(ref: string, answers: readonly TipoffAnswer[]): string;
  openAnswers(ref: string, sealed: string): readonly TipoffAnswer[];
  sealFile(ref: string, bytes: Uint8Array): Buffer;
  openFile(ref: string, sealed: Uint8Array): Buffer;
  /** `context` binds the text to its place. */
  seal(text: string, context: string): string;
  open(sealed: string, context: string): string;
}

export function createVault(keys: Keys): Vault {
  const sealer = createSealer(keys, 'tipoffs');
  const signer = (purpose: string) => {
    const { signAll } = createSigner(keys, `tipoffs:${purpose}`);
    return (statement: string) => signAll(statement) as readonly [string, ...string[]];
  };
  return {
    refs: signer('code'),
    holders: signer('holder'),
    sources: signer('source'),
    sealContent: (ref, content) => sealer.seal(JSON.stringify(content), `content:${ref}`),
    openContent: (ref, sealed) => JSON.parse(sealer.open(sealed, `content:${ref}`), reviveTimes) as TipoffContent,
    sealAnswers: (ref, answers) => sealer.seal(JSON.stringify(answers), `answers:${ref}`),
    openAnswers: (ref, sealed) => JSON.parse(sealer.open(sealed, `answers:${ref}`), reviveTimes) as TipoffAnswer[],
    sealFile: (ref, bytes) => sealer.sealBytes(bytes, `file:${ref}`),
    openFile: (ref, sealed) => sealer.openBytes(sealed, `file:${ref}`),
    seal: (text, context) => sealer.seal(text, context),
    open: (sealed, context) => sealer.open(sealed, context),
  };
}

const TIMES = new Set(['at', 'receivedAt']);

/** JSON has no times: the two members that are ones come back as Date. */
export function reviveTimes(key: string, value: unknown): unknown {
  return TIMES.has(key) && typeof value === 'string' ? new Date(value) : value;
}
