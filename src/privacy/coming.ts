import type { AuditRecorder } from '../audit/index.ts';
import { isDuplicateKey, type Transact, type Tx } from '../platform/mongo/index.ts';
import type { Signer } from '../platform/sealing/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import { type Holder, residentIn } from './holders.ts';

export type Follows = Pick<SubscribersApi, 'follow' | 'unfollow'>;

/** Coming and leaving, with all that other parts tie and cut then. Late and repeated events end in the true state. */
export interface Coming {
  followed(event: Parameters<Follows['follow']>[0]): Promise<void>;
  left(event: Parameters<Follows['unfollow']>[0]): Promise<void>;
}

export function createComing(deps: {
  holders: readonly Holder[];
  subscribers: Follows;
  audit: AuditRecorder;
  transact: Transact;
  signer: Signer;
}): Coming {
  const { holders, subscribers, audit, signer } = deps;

  const record = (tx: Tx, action: string, openid: string): Promise<void> =>
    audit.record(tx, {
      action: `privacy.${action}`,
      actor: { kind: 'system', part: 'subscribers' },
      target: residentIn(signer, openid),
    });
  /** Two first events of one resident at the same moment: the one that was second begins anew and finds the row. */
  const transact: Transact = async (work) => {
    try {
      return await deps.transact(work);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return deps.transact(work);
    }
  };

  return {
    followed: (event) =>
      transact(async (tx) => {
        // An old event that came late must tie nothing.
        if (!(await subscribers.follow(event, tx))) return;
        let tied = 0;
        for (const { personal } of holders) tied += (await personal.back?.(tx, event.openid)) ?? 0;
        if (tied > 0) await record(tx, 'back', event.openid);
      }),
    left: (event) =>
      transact(async (tx) => {
        // A late event of somebody who has come back cuts nothing.
        if (!(await subscribers.unfollow(event, tx))) return;
        for (const { personal } of holders) await personal.cut(tx, event.openid);
        await record(tx, 'leave', event.openid);
      }),
  };
}
