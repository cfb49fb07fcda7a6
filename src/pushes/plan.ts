import { AppError } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { Carrier } from './carrier.ts';
import { closedOrders } from './orders.ts';
import type { Push, PushState, StateName } from './push.ts';
import type { PushChange } from './pushes.store.ts';
import type { QuotaLocks } from './quota-locks.store.ts';
import { takeQuota } from './quota.ts';
import type { PushContext } from './record.ts';

/** What is to be pushed, and when. */
export type PlanOrder = Pick<Push, 'briefingId' | 'title' | 'audience' | 'articleIds' | 'dueAt'> & {
  /** Titles and links as a text, where the carrier takes no articles from this account; default: as before. */
  readonly asText?: boolean | undefined;
};

export interface PlanDeps extends Pick<PushContext, 'store' | 'clock' | 'carrierOf'> {
  readonly carrier: Carrier;
  readonly locks: QuotaLocks;
  readonly transact: Transact;
}

/** States in which the dispatcher has the push: no worker has called the carrier, and none is about to. */
const DISPATCHERS: ReadonlySet<StateName> = new Set(['idle', 'planned', 'stalled', 'held', 'failed']);

/**
 * Plans the push, or moves it, within the carrier's quota, together with what `within` writes. AppErrors: quota_used,
 * wrong_state where it is at work, stale_version where somebody else wrote meanwhile.
 */
export async function plan<T>(
  deps: PlanDeps,
  order: PlanOrder,
  within: (tx: Tx, others: readonly Push[]) => Promise<T>,
): Promise<T> {
  const { store, carrier, locks, transact, clock } = deps;
  const { limits } = carrier;
  const { asText: asked, ...facts } = order;
  const seen = await store.ofBriefing(order.briefingId);
  const asText = asked ?? (seen !== null && goesAsText(seen.state));
  if (asText && !(seen !== null && (goesAsText(seen.state) || offersText(seen.state)))) {
    throw new AppError('invalid_input', { message: '只有平台不允许图文群发后，才能改发文字。' });
  }
  await locks.ensure(limits.periodOf(order.dueAt).key);
  return transact(async (tx) => {
    const others = await takeQuota({ store, limits, locks }, order, tx);
    const planned = { ...facts, state: { is: 'planned', asText }, nextAt: order.dueAt } as const;
    if (seen === null) {
      await store.insert({ ...planned, carrier: carrier.kind, account: carrier.account }, clock.now(), tx);
    } else {
      await takeBack(deps, seen, { ...planned, past: closedOrders(seen) }, tx);
    }
    return within(tx, others);
  });
}

/** Nothing is to be pushed any more, for now or for good, together with what `within` writes. */
export async function drop<T>(
  deps: Omit<PlanDeps, 'carrier' | 'locks'>,
  briefingId: string,
  within: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { store, transact, carrierOf } = deps;
  const seen = await store.ofBriefing(briefingId);
  const done = await transact(async (tx) => {
    if (seen !== null) {
      await takeBack(deps, seen, { state: { is: 'idle' }, nextAt: null, past: closedOrders(seen) }, tx);
    }
    return within(tx);
  });
  // What is not sent should not lie at the carrier for somebody to send by hand.
  if (seen?.prepared) await carrierOf(seen).discard(seen.prepared);
  return done;
}

async function takeBack({ store, clock }: Pick<PlanDeps, 'store' | 'clock'>, seen: Push, change: PushChange, tx: Tx) {
  if (!DISPATCHERS.has(seen.state.is)) {
    throw new AppError('wrong_state', { message: '已经开始推送，不能再改了。' });
  }
  const changed = await store.change(seen, { ...change, lease: null }, clock.now(), tx);
  if (changed === null) throw new AppError('stale_version');
}

const goesAsText = (state: PushState): boolean =>
  state.is === 'planned' ? state.asText : 'order' in state && state.order.asText;

const offersText = (state: PushState): boolean => state.is === 'failed' && state.offersText;
