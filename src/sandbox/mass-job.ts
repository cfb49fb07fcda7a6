import type { Audience, CardArticle, LedgerMassSend, PushCounts } from './contract.ts';
import type { Resident } from './residents.ts';

/** What a push puts on a phone. */
export interface PushContent {
  readonly msgtype: string;
  readonly text?: string;
  readonly mediaId?: string;
  readonly mediaUrl?: string;
  readonly articles?: readonly CardArticle[];
}

export interface MassJob {
  readonly msgId: number;
  readonly msgDataId: number | null;
  readonly clientMsgId: string;
  readonly audience: Audience;
  readonly content: PushContent;
  readonly recipients: readonly Resident[];
  readonly acceptedAt: Date;
  answered: boolean;
  status: LedgerMassSend['status'];
  finishEvent: LedgerMassSend['finishEvent'];
  counts: PushCounts | null;
  finishXml: string | null;
  timer: NodeJS.Timeout | undefined;
}
