import type { AuditRecorder } from '../audit/index.ts';
import { type Feature, NOTHING_FORGOTTEN } from '../feature/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { CollectionManifest, MongoPools, Transact } from '../platform/mongo/index.ts';
import type { WechatClient } from '../wechat/index.ts';
import { createFollowersListStore } from './followers-list.store.ts';
import { createGrowth } from './growth.ts';
import { createGrowthStore, daysCollection } from './growth.store.ts';
import { createSubscriberWorkStore, workCollections } from './subscriber-work.store.ts';
import type { Audience, TownGroups } from './subscriber.ts';
import { createImportSweep } from './subscribers.import.ts';
import { subscribersRoutes } from './subscribers.routes.ts';
import { createSubscribersService, type SubscribersService } from './subscribers.service.ts';
import { createSubscribersStore, subscribersCollection } from './subscribers.store.ts';
import { createTagSync, type PushTarget, type TagClient } from './subscribers.tags.ts';

export { type Audience, audienceName, isKnownAudience, type TownGroups } from './subscriber.ts';
export type { PushTarget } from './subscribers.tags.ts';

export const subscribersCollections: readonly CollectionManifest[] = [
  subscribersCollection,
  daysCollection,
  ...workCollections,
];

export interface SubscribersDeps {
  readonly connection: MongoPools['work'];
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly town: TownGroups;
  readonly wechat: TagClient & Pick<WechatClient, 'followers' | 'followerDetails'>;
}

/** What other features may ask of the followers. */
export type SubscribersApi = Omit<SubscribersService, 'summary' | 'startImport' | 'stuck'> & {
  /** Where a push to `audience` goes on the platform; asks the platform for the tag's state. */
  pushTarget(audience: Audience): Promise<PushTarget>;
};

export type Subscribers = Feature<SubscribersApi>;

/** The followers: who they are, what they chose, and the platform's tags that mirror it. */
export function createSubscribers(deps: SubscribersDeps): Subscribers {
  const { connection, transact, audit, clock, log, town, wechat } = deps;
  const store = createSubscribersStore(connection);
  const work = createSubscriberWorkStore(connection);
  const { summary, startImport, stuck, ...rest } = createSubscribersService({
    store,
    work,
    town,
    transact,
    audit,
    clock,
    rights: wechat.rights,
  });
  const growth = createGrowth({ store: createGrowthStore(connection), clock });
  const tags = createTagSync({ store, work, client: wechat, town, clock, log });
  return {
    name: 'subscribers',
    api: { ...rest, pushTarget: async (audience) => tags.target(audience) },
    routes: subscribersRoutes({ ...rest, summary, startImport, stuck }, growth),
    sweeps: [
      tags.sweep,
      growth.sweep,
      createImportSweep({ store: createFollowersListStore(connection), work, client: wechat, town, clock, log }),
    ],
    collections: subscribersCollections,
    health: stuck,
    personal: {
      held: async ({ openid }) => (openid === null ? {} : { subscription: await rest.choiceOf(openid) }),
      // Leaving begins here, by `unfollow`.
      cut: async () => {},
      // Whoever follows goes on following; the mark of who left goes by itself after seven days.
      forget: async () => NOTHING_FORGOTTEN,
      expire: [],
    },
  };
}
