import { isOverdue } from './overdue.ts';
import type { PastOrder, Push, PushState, Trouble } from './push.ts';
import type { BatchView, PushView } from './pushes.contract.ts';

const NEVER_PLANNED: PushView = {
  sendAt: null,
  overdue: false,
  hold: null,
  failure: null,
  textOffered: false,
  dispatch: { startedAt: null, tagId: null, headCount: null, batches: [] },
  deletions: [],
};

/** A push as the console sees it; null = there is none yet. */
export function viewOf(push: Push | null, now: Date): PushView {
  if (push === null) return NEVER_PLANNED;
  const { state, prepared, past, dueAt } = push;
  return {
    sendAt: dueAt.toISOString(),
    overdue: isOverdue(push, now),
    hold: state.is === 'held' || state.is === 'stalled' ? troubleView(state.why) : null,
    failure: failureOf(state),
    textOffered: state.is === 'failed' && state.offersText,
    dispatch: {
      startedAt: iso(prepared?.since ?? null),
      tagId: prepared?.audience?.tagId ?? null,
      headCount: prepared?.audience?.headCount ?? null,
      batches: [...past.map(pastView), ...currentView(state)],
    },
    deletions: push.deletions.map((deletion) => ({ ...deletion, at: deletion.at.toISOString() })),
  };
}

function failureOf(state: PushState): PushView['failure'] {
  if (state.is === 'failed') return troubleView(state.why);
  return state.is === 'unknown' && state.undecided !== null ? troubleView(state.undecided) : null;
}

const pastView = ({ order, became, receipt, end }: PastOrder): BatchView => batchView(order, became, receipt, end);

function currentView(state: PushState): BatchView[] {
  switch (state.is) {
    case 'idle':
    case 'planned':
      return [];
    case 'preparing':
      return [batchView(state.order, state.order.doubt === 'none' ? 'preparing' : 'unknown')];
    case 'stalled':
      return [batchView(state.order, 'preparing')];
    case 'held':
      return [batchView(state.order, 'failed')];
    case 'sending':
    case 'unknown':
      return [batchView(state.order, state.is)];
    case 'accepted':
      return [batchView(state.order, 'submitted', state.receipt)];
    case 'delivered':
    case 'failed':
      return [batchView(state.order, state.is, state.receipt, state.end)];
  }
}

function batchView(
  order: PastOrder['order'],
  status: BatchView['status'],
  receipt: PastOrder['receipt'] = null,
  end: PastOrder['end'] = null,
): BatchView {
  return {
    clientMsgId: order.id,
    status,
    attempts: order.attempts,
    finishStatus: end?.status ?? null,
    firstAttemptAt: iso(order.firstAttemptAt),
    lastAttemptAt: iso(order.lastAttemptAt),
    ...(receipt === null || receipt.id === null ? {} : { msgId: receipt.id }),
    acceptedAt: iso(receipt?.acceptedAt ?? null),
    finishedAt: iso(end?.at ?? null),
    ...(end === null || end.counts === null ? {} : { counts: { ...end.counts } }),
    lastError: order.lastError && troubleView(order.lastError),
  };
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const troubleView = (trouble: Trouble): NonNullable<PushView['hold']> => ({ ...trouble, at: trouble.at.toISOString() });
