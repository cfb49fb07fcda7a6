import type { AuditRecorder } from '../audit/index.ts';
import { alwaysWell, type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import { createSigner, type Keys } from '../platform/sealing/index.ts';
import { createComing, type Coming, type Follows } from './coming.ts';
import { expirySweeps } from './expiry.ts';
import type { Holder } from './holders.ts';
import { createRights, type Rights } from './rights.ts';

export type { Holder } from './holders.ts';

/** What all parts together know of one resident (docs/promises.md#p5). */
export interface Privacy extends Rights, Coming {
  /** Names of the features that are asked. */
  readonly asked: readonly string[];
}

/** A resident's rights, their leaving and the end of retention: every feature is asked, in one transaction. */
export function createPrivacy(deps: {
  holders: readonly Holder[];
  subscribers: Follows;
  audit: AuditRecorder;
  transact: Transact;
  keys: Keys;
}): Feature<Privacy> {
  const { holders, audit, transact } = deps;
  const signer = createSigner(deps.keys, 'privacy');
  return {
    name: 'privacy',
    api: {
      ...createRights({ holders, audit, transact, signer }),
      ...createComing({ holders, subscribers: deps.subscribers, audit, transact, signer }),
      asked: holders.map(({ name }) => name),
    },
    routes: [],
    sweeps: expirySweeps({ holders, audit, transact }),
    collections: [],
    health: alwaysWell,
    // It owns none of what it asks for.
    personal: NOTHING_PERSONAL,
  };
}
