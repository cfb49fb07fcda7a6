import type { InboundMessage, Reply } from '../wechat/index.ts';
import type { Sealer, Signer } from '../platform/sealing/index.ts';

/** How an inbox row looks at rest: nobody who reads the collection learns what a resident said or was told. */
export interface RowCodec {
  /** `key` binds the text to its row. */
  seal(key: string, value: InboundMessage | Reply): string;
  openMessage(key: string, sealed: string): InboundMessage;
  openReply(key: string, sealed: string): Reply;
  /**
   * Stands for the openid in rows apart (docs/promises.md#p8): the same for one resident, and no one without the key
   * can tell whose.
   */
  pseudonym(openid: string): string;
  /** That and those of earlier keys, for finding. */
  pseudonyms(openid: string): readonly string[];
}

export function createRowCodec(deps: { sealer: Sealer; signer: Signer }): RowCodec {
  const { sealer, signer } = deps;
  return {
    seal: (key, value) => sealer.seal(JSON.stringify(value), key),
    openMessage: (key, sealed) => JSON.parse(sealer.open(sealed, key)) as InboundMessage,
    openReply: (key, sealed) => JSON.parse(sealer.open(sealed, key)) as Reply,
    pseudonym: (openid) => `~${signer.sign(openid)}`,
    pseudonyms: (openid) => signer.signAll(openid).map((mark) => `~${mark}`),
  };
}
