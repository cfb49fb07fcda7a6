import type { StateTable } from '../kernel/index.ts';
import type { FrozenContent } from '../pushes/index.ts';
import type { Audience } from '../subscribers/index.ts';

export const BRIEFING_STATUSES = [
  'draft',
  'submitted',
  'rejected',
  'approved',
  'scheduled',
  'pushing',
  'submitted_to_platform',
  'delivered',
  'failed',
  'cancelled',
  'unknown',
] as const;
export type BriefingStatus = (typeof BRIEFING_STATUSES)[number];

/** Chinese words for staff. */
export const STATUS_NAMES: Readonly<Record<BriefingStatus, string>> = {
  draft: '草稿',
  submitted: '待审核',
  rejected: '已退回',
  approved: '已审核',
  scheduled: '已排期',
  pushing: '正在推送',
  submitted_to_platform: '平台已受理',
  delivered: '已送达',
  failed: '推送失败',
  cancelled: '已取消',
  unknown: '结果不明',
};

export type BriefingMove =
  | 'edit'
  | 'submit'
  | 'approve'
  | 'reject'
  | 'schedule'
  | 'cancel'
  | 'claim'
  | 'hold'
  | 'accept'
  | 'lose'
  | 'fail'
  | 'finish_well'
  | 'finish_badly'
  | 'resolve_sent'
  | 'resolve_not_sent';

/** The life of a briefing. `submitted_to_platform` becomes `delivered` by the platform's word only (P4). */
export const BRIEFING_MOVES: StateTable<BriefingStatus, BriefingMove> = {
  draft: { edit: 'draft', submit: 'submitted', cancel: 'cancelled' },
  submitted: { edit: 'draft', approve: 'approved', reject: 'rejected', cancel: 'cancelled' },
  rejected: { edit: 'draft', submit: 'submitted', cancel: 'cancelled' },
  approved: { edit: 'draft', schedule: 'scheduled', cancel: 'cancelled' },
  scheduled: { schedule: 'scheduled', claim: 'pushing', cancel: 'cancelled' },
  pushing: {
    hold: 'scheduled',
    accept: 'submitted_to_platform',
    lose: 'unknown',
    fail: 'failed',
    finish_well: 'delivered',
    finish_badly: 'failed',
  },
  unknown: {
    accept: 'submitted_to_platform',
    lose: 'unknown',
    finish_well: 'delivered',
    finish_badly: 'failed',
    resolve_sent: 'submitted_to_platform',
    resolve_not_sent: 'scheduled',
  },
  submitted_to_platform: { finish_well: 'delivered', finish_badly: 'failed', lose: 'unknown' },
  // `resolve_sent` only where the account may not push and a person did it by hand.
  failed: { schedule: 'scheduled', edit: 'draft', cancel: 'cancelled', resolve_sent: 'submitted_to_platform' },
  delivered: {},
  cancelled: {},
};

export interface PushCounts {
  readonly total: number;
  readonly filtered: number;
  readonly sent: number;
  readonly failed: number;
}

export type BatchStatus = 'preparing' | 'sending' | 'unknown' | 'submitted' | 'delivered' | 'failed' | 'not_sent';

/** One order to the platform under one clientmsgid, with everything that became of it. */
export interface Batch {
  readonly clientMsgId: string;
  readonly status: BatchStatus;
  /** Titles and links as a text message: only where the dispatcher chose it after 48008. */
  readonly asText: boolean;
  readonly draftMediaId: string | null;
  /** How often a draft was made again because the platform no longer knew it (40007). */
  readonly rebuilds: number;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly lastAttemptAt: Date | null;
  /** True once an attempt ended without an answer: from then on only the platform or a leader can say "not sent". */
  readonly uncertain: boolean;
  /** Failures in a row, for the back-off. */
  readonly failures: number;
  readonly msgId: string | null;
  readonly msgDataId: string | null;
  /** 45065: the platform knows the id, but it may have been used up by an attempt that it refused. */
  readonly unconfirmed: boolean;
  readonly acceptedAt: Date | null;
  readonly counts: PushCounts | null;
  readonly finishedAt: Date | null;
  /** The platform's word, e.g. `send success`, `err(10001)`, `SEND_SUCCESS`. */
  readonly finishStatus: string | null;
  readonly lastError: Trouble | null;
}

/** Why something did not go on, in words for staff. */
export interface Trouble {
  readonly at: Date;
  readonly code: string;
  readonly message: string;
  readonly errcode: number | null;
}

/** One order to take a pushed message, or one of its articles, off the phones. */
export interface Deletion {
  /** Null for the whole message. */
  readonly articleId: string | null;
  readonly by: string;
  readonly at: Date;
  readonly reason: string;
  /** `asked` and `unknown`: the platform's answer is not on record; asking again is harmless. */
  readonly outcome: 'asked' | 'done' | 'refused' | 'unknown';
  readonly message: string | null;
}

/** What was found out and uploaded for the push; stays good for a later attempt. */
export interface Dispatch {
  readonly startedAt: Date;
  /** Null for everybody. */
  readonly tagId: number | null;
  /** Our count when the audience was fixed; null until then. */
  readonly headCount: number | null;
  readonly covers: readonly { readonly mediaId: string; readonly thumbMediaId: string }[];
  readonly images: readonly { readonly mediaId: string; readonly url: string }[];
  readonly polls: number;
}

export interface Briefing {
  readonly id: string;
  readonly title: string;
  readonly articleIds: readonly string[];
  readonly audience: Audience;
  readonly status: BriefingStatus;
  /** Counts every write: who writes must have seen the newest one. */
  readonly rev: number;
  /** Staff who composed or edited. */
  readonly composers: readonly string[];
  readonly submittedBy: string | null;
  readonly frozen: FrozenContent | null;
  readonly contentHash: string | null;
  readonly approval: { readonly by: string; readonly at: Date; readonly contentHash: string } | null;
  readonly rejection: { readonly by: string; readonly at: Date; readonly reason: string } | null;
  readonly sendAt: Date | null;
  readonly asText: boolean;
  /** When a sweep looks at it next; null where nothing is to be done by itself. */
  readonly nextAt: Date | null;
  readonly lease: { readonly by: string; readonly until: Date } | null;
  /** Why it waits although its time has come. */
  readonly hold: Trouble | null;
  readonly failure: Trouble | null;
  readonly dispatch: Dispatch | null;
  readonly batch: Batch | null;
  readonly pastBatches: readonly Batch[];
  readonly deletions: readonly Deletion[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Articles in one push (wechat-protocol §1.4). */
export const MAX_ARTICLES = 8;
/** The order's name on the platform: at most 32 characters (45067), never used for two attempts at choice. */
export function clientMsgIdOf(briefingId: string, pastBatches: number): string {
  return `b${briefingId}-${pastBatches + 1}`;
}

export function newBatch(briefing: Pick<Briefing, 'id' | 'pastBatches' | 'asText'>): Batch {
  return {
    clientMsgId: clientMsgIdOf(briefing.id, briefing.pastBatches.length),
    status: 'preparing',
    asText: briefing.asText,
    draftMediaId: null,
    rebuilds: 0,
    attempts: 0,
    firstAttemptAt: null,
    lastAttemptAt: null,
    uncertain: false,
    failures: 0,
    msgId: null,
    msgDataId: null,
    unconfirmed: false,
    acceptedAt: null,
    counts: null,
    finishedAt: null,
    finishStatus: null,
    lastError: null,
  };
}

/** A schedule that is this late is shown (P4: found within two minutes). */
const OVERDUE_MS = 120_000;

/** Should this have been pushed by now? One that is held for a stated reason is not overdue but waiting. */
export function isOverdue(briefing: Pick<Briefing, 'status' | 'sendAt' | 'hold'>, now: Date): boolean {
  const waiting = briefing.status === 'scheduled' || briefing.status === 'pushing';
  if (!waiting || briefing.hold !== null || briefing.sendAt === null) return false;
  return now.getTime() - briefing.sendAt.getTime() >= OVERDUE_MS;
}
