import type { AuditRecorder } from '../audit/index.ts';
import { alwaysWell, type Feature } from '../feature/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Config, Say } from '../platform/config/index.ts';
import { createFileStore } from '../platform/files/index.ts';
import type { Connection, Transact } from '../platform/mongo/index.ts';
import type { Keys } from '../platform/sealing/index.ts';
import type { WorkingDays } from '../deadlines/index.ts';
import type { WechatClient } from '../wechat/index.ts';
import { createMediaSweep, type MediaFiles } from './media.ts';
import { createTipoffPersonal } from './personal.ts';
import { createResidentDoor, type ResidentDoor } from './resident.ts';
import { createTells, type Contact } from './tell.ts';
import { createTellStore } from './tells.store.ts';
import { tipoffRoutes } from './tipoffs.routes.ts';
import { createDisciplineDesk } from './tipoffs.service.ts';
import { createTipoffStore, MEDIA_BUCKET, tipoffCollections } from './tipoffs.store.ts';
import { createVault } from './vault.ts';

export type { TipoffPart } from './tipoff.ts';
export { tipoffCollections };

/** What chat may do with tipoffs. */
export type Tipoffs = ResidentDoor;

export interface TipoffsDeps {
  readonly connection: Connection;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly keys: Keys;
  readonly config: Config;
  readonly say: Say;
  readonly workingDays: WorkingDays;
  readonly wechat: Pick<WechatClient, 'sendText' | 'getMedia' | 'getPicture' | 'rights'>;
  /** When the resident wrote to us: what opens the platform's windows. */
  readonly contactsOf: (openid: string, since: Date) => Promise<readonly Contact[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** 举报: its own store, key, role, media and messages; no other part knows more than that it exists (docs/promises.md#p8). */
export function createTipoffs(deps: TipoffsDeps): Feature<Tipoffs> {
  const { connection, config, wechat, clock } = deps;
  const store = createTipoffStore(connection);
  const tellStore = createTellStore(connection);
  const files: MediaFiles = createFileStore({ connection, bucket: MEDIA_BUCKET });
  const vault = createVault(deps.keys);
  const tells = createTells({
    ...deps,
    vault,
    store: tellStore,
    sendText: (openid, text) => wechat.sendText(openid, text),
    canSend: wechat.rights.customerService,
  });
  const shared = { ...deps, store, tellStore, files, vault, tells };
  return {
    name: 'tipoffs',
    api: createResidentDoor({ ...shared, clocks: config.clocks }),
    routes: tipoffRoutes({ desk: createDisciplineDesk(shared), clock }),
    sweeps: [tells.sweep, createMediaSweep(shared)],
    collections: tipoffCollections,
    // Others see it: it may not even tell that there is work (docs/promises.md#p8).
    health: alwaysWell,
    personal: createTipoffPersonal({ ...shared, keepDays: config.limits.retentionDays.tipoffs }),
  };
}
