import type { AuditRecorder } from '../audit/index.ts';
import type { Route } from '../http/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest, MongoPools, Transact } from '../platform/mongo/index.ts';
import type { TownGroups } from '../subscribers/index.ts';
import type { AccountType } from '../wechat/index.ts';
import { briefingsCollection } from './briefing-model.store.ts';
import type { ArticlesDoor, PushClient, StaffDoor, SubscribersDoor, TellStaff } from './briefing.ports.ts';
import type { QuotaView } from './briefings.contract.ts';
import { briefingsRoutes } from './briefings.routes.ts';
import { createBriefingsService } from './briefings.service.ts';
import { createBriefingsStore } from './briefings.store.ts';
import { createDeletionService } from './deletion.service.ts';
import { createFinishDesk, type MassSendFinished } from './finish.ts';
import { createFinishEventsStore, finishEventsCollection } from './finish-events.store.ts';
import { createPollSweep } from './poll.sweep.ts';
import { createPushSweep } from './push.sweep.ts';
import { createQuotaLocks, quotaLocksCollection } from './quota-locks.store.ts';
import { createSchedulingService } from './scheduling.service.ts';
import { stuckPushes, type StuckPush } from './stuck.ts';

export type { ArticlesDoor, StaffDoor, TellStaff } from './briefing.ports.ts';
export type { MassSendFinished } from './finish.ts';
export type { StuckPush } from './stuck.ts';

export const briefingsCollections: readonly CollectionManifest[] = [
  briefingsCollection,
  finishEventsCollection,
  quotaLocksCollection,
];

export interface BriefingsDeps {
  readonly connection: MongoPools['work'];
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly articles: ArticlesDoor;
  readonly subscribers: SubscribersDoor;
  readonly staff: StaffDoor;
  readonly wechat: PushClient;
  readonly town: TownGroups;
  readonly calendars: readonly YearCalendar[];
  readonly accountType: AccountType;
  /** PUBLIC_URL, without a slash at the end. */
  readonly publicUrl: string;
  /** BRIEFING_MIN_LEAD_SECONDS. */
  readonly minLeadSeconds: number;
  readonly tellStaff: TellStaff;
}

export interface BriefingsApi {
  /** For the webhook: MASSSENDJOBFINISH. Repeats, early events and pushes made by hand are all fine. */
  onMassSendFinished(event: MassSendFinished): Promise<void>;
  /** Briefings whose pushed message carried this article and can still be taken off the phones, newest first. */
  pushedWith(articleId: string): Promise<readonly { readonly id: string; readonly title: string }[]>;
  /** Pushes that a person should look at, in words, for /health. */
  stuck(): Promise<readonly StuckPush[]>;
  /** Mass sends left in the account's period (a day or a month) that holds now. */
  quota(): Promise<QuotaView>;
}

export interface Briefings {
  readonly api: BriefingsApi;
  readonly routes: readonly Route[];
  readonly sweeps: readonly Sweep[];
}

/** Briefings: composed of approved articles, approved as a whole, pushed at most once, accounted for (P4). */
export function createBriefings(deps: BriefingsDeps): Briefings {
  const { connection, transact, audit, clock, log, articles, subscribers, staff, wechat, town, publicUrl } = deps;
  const store = createBriefingsStore(connection);
  const context = {
    store,
    articles,
    subscribers,
    transact,
    audit,
    clock,
    log,
    publicUrl,
    client: wechat,
    finishEvents: createFinishEventsStore(connection),
    tellStaff: deps.tellStaff,
  };
  const finish = createFinishDesk(context);
  const deletion = createDeletionService({ store, articles, client: wechat, transact, audit, clock, log });
  const serviceDeps = { store, articles, town, transact, audit, clock, staff, tellStaff: deps.tellStaff };
  const scheduling = createSchedulingService({
    ...serviceDeps,
    locks: createQuotaLocks(connection),
    client: wechat,
    accountType: deps.accountType,
    calendars: deps.calendars,
    minLeadSeconds: deps.minLeadSeconds,
    log,
  });
  return {
    api: {
      onMassSendFinished: async (event) => finish.onMassSendFinished(event),
      pushedWith: async (articleId) => deletion.pushedWith(articleId),
      stuck: async () => stuckPushes(store, clock),
      quota: async () => scheduling.quota(),
    },
    routes: briefingsRoutes({
      store,
      town,
      clock,
      scheduling,
      deletion,
      service: createBriefingsService(serviceDeps),
      preview: { articles, staff, client: wechat, transact, audit, log, publicUrl },
    }),
    sweeps: [createPushSweep(context, finish), createPollSweep(context)],
  };
}
