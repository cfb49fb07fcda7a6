import type { Db, ObjectId, WithId } from 'mongodb';
import type { Deletion, PastOrder, Push, PushCounts, Trouble } from '../pushes/index.ts';
import { meaningOf } from '../wechat/index.ts';

/** One order as briefings kept it themselves, before pushes had documents of their own. */
interface OldBatch {
  readonly clientMsgId: string;
  readonly status: 'preparing' | 'sending' | 'unknown' | 'submitted' | 'delivered' | 'failed' | 'not_sent';
  readonly asText: boolean;
  readonly draftMediaId: string | null;
  readonly rebuilds: number;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly lastAttemptAt: Date | null;
  readonly uncertain: boolean;
  readonly failures: number;
  readonly msgId: string | null;
  readonly msgDataId: string | null;
  readonly unconfirmed: boolean;
  readonly acceptedAt: Date | null;
  readonly counts: PushCounts | null;
  readonly finishedAt: Date | null;
  readonly finishStatus: string | null;
  readonly lastError: Trouble | null;
}

interface OldBriefing {
  readonly _id: ObjectId;
  readonly title: string;
  readonly articleIds: string[];
  readonly audience: Push['audience'];
  readonly status: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly sendAt: Date | null;
  readonly asText?: boolean;
  readonly nextAt?: Date | null;
  readonly hold?: Trouble | null;
  readonly failure?: Trouble | null;
  readonly dispatch?: {
    readonly startedAt: Date;
    readonly tagId: number | null;
    readonly headCount: number | null;
    readonly covers: NonNullable<Push['prepared']>['covers'];
    readonly images: NonNullable<Push['prepared']>['images'];
    readonly polls: number;
  } | null;
  readonly batch?: OldBatch | null;
  readonly pastBatches?: readonly OldBatch[];
  readonly deletions?: readonly Deletion[];
}

/** What stood in a briefing and belongs to its push. */
const MOVED = {
  sendAt: '',
  asText: '',
  nextAt: '',
  lease: '',
  hold: '',
  failure: '',
  dispatch: '',
  batch: '',
  pastBatches: '',
  deletions: '',
} as const;

/**
 * For `npm run migrate`: briefings of releases before pushes had documents of their own. Each push is on record before
 * its briefing lets go of it; repeatable, also after a death in between. Answers how many were moved.
 */
export async function pushesOutOfBriefings(db: Db): Promise<number> {
  const briefings = db.collection<OldBriefing>('briefings');
  let moved = 0;
  for await (const old of briefings.find({ pastBatches: { $exists: true } })) {
    const push = pushOf(old);
    if (push !== null) {
      const { briefingId, carrier, account, ...rest } = push;
      await db
        .collection('pushes')
        .updateOne({ briefingId, carrier, account }, { $setOnInsert: rest }, { upsert: true });
    }
    await briefings.updateOne({ _id: old._id }, { $unset: MOVED });
    moved += 1;
  }
  return moved;
}

/** Null where it was never scheduled. */
function pushOf(old: WithId<OldBriefing>): Omit<Push, 'id'> | null {
  const { batch = null, pastBatches = [], dispatch = null } = old;
  if (!old.sendAt && batch === null && pastBatches.length === 0) return null;
  const state = stateOf(old);
  const closed = batch !== null && state.is === 'idle' ? [batch] : [];
  return {
    briefingId: old._id.toHexString(),
    carrier: 'wechat',
    account: 'main',
    rev: 1,
    title: old.title,
    audience: old.audience,
    articleIds: old.articleIds,
    dueAt: old.sendAt ?? old.updatedAt,
    state,
    nextAt: old.nextAt ?? null,
    // The process that held it is gone.
    lease: null,
    prepared: dispatch && {
      carrier: 'wechat',
      since: dispatch.startedAt,
      audience: dispatch.headCount === null ? null : { tagId: dispatch.tagId, headCount: dispatch.headCount },
      covers: dispatch.covers,
      images: dispatch.images,
      draft: batch?.draftMediaId ?? null,
      rebuilds: batch?.rebuilds ?? 0,
    },
    past: [...pastBatches, ...closed].map(pastOf),
    deletions: old.deletions ?? [],
    createdAt: old.createdAt,
    updatedAt: old.updatedAt,
  };
}

function stateOf(old: OldBriefing): Push['state'] {
  const { status, batch = null, hold = null, failure = null, nextAt = null } = old;
  if (status === 'scheduled' && (hold === null || batch === null))
    return { is: 'planned', asText: old.asText ?? false };
  if (batch === null) return { is: 'idle' };
  const order = orderOf(batch, status === 'unknown');
  const end = endOf(batch);
  const at = batch.acceptedAt ?? batch.lastAttemptAt ?? old.updatedAt;
  const { msgId: id, msgDataId: dataId, unconfirmed } = batch;
  const receipt = { id, dataId, acceptedAt: at, unconfirmed };
  switch (status) {
    case 'scheduled':
      return hold === null ? { is: 'planned', asText: batch.asText } : { is: 'held', order, why: hold };
    case 'pushing':
    case 'unknown':
      if (!isTried(order)) return { is: 'preparing', order };
      if (batch.status === 'sending') return { is: 'sending', order };
      if (status === 'pushing') return { is: 'preparing', order };
      return { is: 'unknown', order, undecided: nextAt === null ? (failure ?? batch.lastError) : null };
    case 'submitted_to_platform':
      return { is: 'accepted', order, receipt, asked: old.dispatch?.polls ?? 0 };
    case 'delivered':
      return { is: 'delivered', order, receipt, end: end ?? { at, status: '', counts: batch.counts } };
    case 'failed': {
      const why = failure ?? batch.lastError ?? { at, code: 'internal', message: '推送失败。', errcode: null };
      return { is: 'failed', order, why, offersText: offersText(why), receipt: receiptOf(batch), end };
    }
    default:
      return { is: 'idle' };
  }
}

type OldOrder = PastOrder['order'];
type Tried = OldOrder & { readonly firstAttemptAt: Date; readonly lastAttemptAt: Date };

const isTried = (order: OldOrder): order is Tried => order.firstAttemptAt !== null && order.lastAttemptAt !== null;

function orderOf(batch: OldBatch, lost: boolean): OldOrder {
  const { asText, attempts, firstAttemptAt, lastAttemptAt, failures, lastError } = batch;
  const doubt = lost ? 'lost' : batch.uncertain ? 'unproven' : 'none';
  return { id: batch.clientMsgId, asText, doubt, attempts, firstAttemptAt, lastAttemptAt, failures, lastError };
}

function receiptOf({ msgId, msgDataId, acceptedAt, unconfirmed }: OldBatch): PastOrder['receipt'] {
  return acceptedAt === null ? null : { id: msgId, dataId: msgDataId, acceptedAt, unconfirmed };
}

function endOf({ finishedAt, finishStatus, counts }: OldBatch): PastOrder['end'] {
  return finishedAt === null ? null : { at: finishedAt, status: finishStatus ?? '', counts };
}

function pastOf(batch: OldBatch): PastOrder {
  const became = batch.status === 'not_sent' ? 'not_sent' : 'failed';
  return { order: orderOf(batch, batch.uncertain), became, receipt: receiptOf(batch), end: endOf(batch) };
}

function offersText({ errcode }: Trouble): boolean {
  return errcode !== null && meaningOf('mass.send', errcode).reason === 'type_not_allowed';
}
