import { type Hold, LostLease } from '../platform/lease/index.ts';
import { type PushContext, record, type Step } from './record.ts';
import type { Order, Push, PushState } from './push.ts';
import type { PushChange } from './pushes.store.ts';

/** A state in which an order is at work. */
export type AtWork = Extract<PushState, { is: 'preparing' | 'stalled' | 'sending' | 'unknown' }>;

/** A push that a worker has in hand. */
export interface PushAtWork extends Push {
  readonly state: AtWork;
}

export function isAtWork(push: Push): push is PushAtWork {
  const { is } = push.state;
  return is === 'preparing' || is === 'stalled' || is === 'sending' || is === 'unknown';
}

/** The push as one worker holds it. Each write is conditional on nobody else having written since. */
export interface HeldPush {
  readonly push: PushAtWork;
  readonly order: Order;
  /** Writes, and keeps the push in hand. Rejects with LostLease where another has taken over. */
  write(change: PushChange, step?: Step): Promise<void>;
  /** The last write: gives the push back. */
  release(change: PushChange, step?: Step): Promise<void>;
  /** Before each call outwards. Rejects with LostLease where another has taken over. */
  confirm(): Promise<void>;
}

export function createHeldPush(context: PushContext, first: PushAtWork, hold: Hold): HeldPush {
  let push = first;
  const write = async (change: PushChange, step?: Step): Promise<Push> => {
    const changed = await record(context, push, change, step);
    if (changed === null) throw new LostLease();
    return changed;
  };
  return {
    get push() {
      return push;
    },
    get order() {
      return push.state.order;
    },
    write: async (change, step) => {
      const changed = await write(change, step);
      if (!isAtWork(changed)) throw new Error('a push in hand is not at work');
      push = changed;
    },
    release: async (change, step) => void (await write({ ...change, lease: null }, step)),
    confirm: hold.confirm,
  };
}
