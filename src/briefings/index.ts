import type { AuditRecorder } from '../audit/index.ts';
import { alwaysWell, type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import type { CollectionManifest, MongoPools, Transact } from '../platform/mongo/index.ts';
import type { PushesApi } from '../pushes/index.ts';
import type { TownGroups } from '../subscribers/index.ts';
import type { AccountType } from '../wechat/index.ts';
import { briefingsCollection } from './briefing-model.store.ts';
import type { ArticlesDoor, StaffDoor, TellStaff } from './briefing.ports.ts';
import { briefingsRoutes } from './briefings.routes.ts';
import { createBriefingsService } from './briefings.service.ts';
import { createBriefingsStore } from './briefings.store.ts';
import { createSchedulingService } from './scheduling.service.ts';

export { createBriefingBook } from './book.ts';

export const briefingsCollections: readonly CollectionManifest[] = [briefingsCollection];

export interface BriefingsDeps {
  readonly connection: MongoPools['work'];
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly articles: ArticlesDoor;
  readonly pushes: PushesApi;
  readonly staff: StaffDoor;
  readonly town: TownGroups;
  readonly calendars: readonly YearCalendar[];
  readonly accountType: AccountType;
  /** BRIEFING_MIN_LEAD_SECONDS. */
  readonly minLeadSeconds: number;
  readonly tellStaff: TellStaff;
}

/**
 * Briefings: composed of approved articles, approved as a whole, scheduled (docs/promises.md#p1, docs/promises.md#p4).
 * See README.md.
 */
export function createBriefings(deps: BriefingsDeps): Feature<null> {
  const { connection, transact, audit, articles, pushes, staff, town } = deps;
  const store = createBriefingsStore(connection);
  const services = { ...deps, store };
  return {
    name: 'briefings',
    api: null,
    routes: briefingsRoutes({
      store,
      town,
      pushes,
      scheduling: createSchedulingService(services),
      service: createBriefingsService(services),
      preview: { articles, pushes, staff, transact, audit },
    }),
    sweeps: [],
    collections: briefingsCollections,
    // What is stuck is a push.
    health: alwaysWell,
    personal: NOTHING_PERSONAL,
  };
}
