import type { StateTable } from '../kernel/index.ts';
import type { FrozenContent, PushMove } from '../pushes/index.ts';
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

/** What staff decide; the rest follows from the push. */
export type BriefingMove = 'edit' | 'submit' | 'approve' | 'reject' | 'schedule' | 'cancel' | PushMove;

/**
 * The life of a briefing. From `scheduled` on it is that of its push; `submitted_to_platform` becomes `delivered` by the
 * carrier's word only (docs/promises.md#p4).
 */
export const BRIEFING_MOVES: StateTable<BriefingStatus, BriefingMove> = {
  draft: { edit: 'draft', submit: 'submitted', cancel: 'cancelled' },
  submitted: { edit: 'draft', approve: 'approved', reject: 'rejected', cancel: 'cancelled' },
  rejected: { edit: 'draft', submit: 'submitted', cancel: 'cancelled' },
  approved: { edit: 'draft', schedule: 'scheduled', cancel: 'cancelled' },
  // `fail`: what waited for the account to be mended, and then was found withdrawn.
  scheduled: { schedule: 'scheduled', claim: 'pushing', cancel: 'cancelled', fail: 'failed' },
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
  submitted_to_platform: {
    finish_well: 'delivered',
    finish_badly: 'failed',
    lose: 'unknown',
    accept: 'submitted_to_platform',
  },
  // `resolve_sent` only where the account may not push and a person did it by hand; `accept` here and below where a
  // finish event had been taken for ours and the answer to our own call names another number.
  failed: {
    schedule: 'scheduled',
    edit: 'draft',
    cancel: 'cancelled',
    resolve_sent: 'submitted_to_platform',
    accept: 'submitted_to_platform',
  },
  delivered: { accept: 'submitted_to_platform' },
  cancelled: {},
};

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
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Articles in one push (docs/wechat-platform.md#mass-send). */
export const MAX_ARTICLES = 8;
