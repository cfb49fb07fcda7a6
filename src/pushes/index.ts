import type { AuditRecorder } from '../audit/index.ts';
import { type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, type Clock, isAppError, type Log } from '../kernel/index.ts';
import type { CollectionManifest, MongoPools, Transact, Tx } from '../platform/mongo/index.ts';
import type { FrozenArticle } from './approved.ts';
import { readApproved } from './approved-texts.ts';
import { createAskSweep } from './ask.sweep.ts';
import type { Carrier, CarrierLimits, HandPackage } from './carrier.ts';
import { type DeletionOffer, type DeletionRequest, deletePushed, isOnPhones, offerDeletion } from './deletion.ts';
import { type MassSendFinished, takeFinishEvent } from './finish.ts';
import { createFinishEventsStore, finishEventsCollection } from './finish-events.store.ts';
import { drop, plan, type PlanOrder } from './plan.ts';
import type { ArticlesDoor, BriefingsDoor, ExactArticle, TellStaff } from './ports.ts';
import type { Push } from './push.ts';
import { createPushSweep } from './push.sweep.ts';
import { pushesCollection } from './push-model.store.ts';
import type { PushView } from './pushes.contract.ts';
import { createPushesStore } from './pushes.store.ts';
import { viewOf } from './pushes.view.ts';
import { leftOf, pushesUsed, type Quota, quotaAt, usesOne } from './quota.ts';
import { createQuotaLocks, quotaLocksCollection } from './quota-locks.store.ts';
import type { PushContext } from './record.ts';
import { resolve, type Resolution } from './resolve.ts';
import { stuckPushes } from './stuck.ts';

export { type FrozenArticle, type FrozenContent, frozenHash } from './approved.ts';
export { assertStillCurrent } from './approved-texts.ts';
export type { Carrier } from './carrier.ts';
export type { MassSendFinished } from './finish.ts';
export type { ArticlesDoor, BriefingsDoor } from './ports.ts';
export type { Deletion, PastOrder, Push, PushCounts, PushMove, Trouble } from './push.ts';
export { pushView, type PushView } from './pushes.contract.ts';
export type { Quota } from './quota.ts';
export { createMassSend } from './wechat/carrier.ts';

export const pushesCollections: readonly CollectionManifest[] = [
  pushesCollection,
  finishEventsCollection,
  quotaLocksCollection,
];

export interface PushesDeps {
  readonly connection: MongoPools['work'];
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly articles: ArticlesDoor;
  readonly briefings: BriefingsDoor;
  /** The first one carries what is planned; each account of a carrier is one. */
  readonly carriers: readonly [Carrier, ...Carrier[]];
  readonly tellStaff: TellStaff;
}

export interface PushesApi {
  /**
   * Plans or moves the push of a briefing, with what `within` writes in the same transaction. AppErrors: quota_used,
   * wrong_state where it is at work, stale_version.
   */
  plan<T>(order: PlanOrder, within: (tx: Tx, others: readonly Push[]) => Promise<T>): Promise<T>;
  /** Nothing is to be pushed any more, for now or for good. AppErrors as for `plan`. */
  drop<T>(briefingId: string, within: (tx: Tx) => Promise<T>): Promise<T>;
  /** What staff see of the push of each of these briefings. */
  views(briefingIds: readonly string[]): Promise<ReadonlyMap<string, PushView>>;
  /** Pushes that use, or will use, one of the account's between the two instants. */
  between(from: Date, to: Date): Promise<readonly Push[]>;
  readonly limits: CarrierLimits;
  /** Does it use up one of the account's? */
  uses(push: Push): boolean;
  /** What these leave of what somebody in `audience` may get. */
  left(audience: Push['audience'], pushes: readonly Push[]): number;
  /** The period that holds `at`, default now. */
  quota(at?: Date): Promise<Quota>;
  /** AppErrors where the carrier would not take this article. */
  check(article: FrozenArticle, text: ExactArticle): void;
  /** A leader says what became of a push of which the carrier said nothing. */
  resolve(briefingId: string, resolution: Resolution): Promise<void>;
  deletionOffer(briefingId: string): Promise<DeletionOffer | undefined>;
  deletePushed(caller: Caller, briefingId: string, request: DeletionRequest): Promise<void>;
  /** Shows these approved articles on one phone. */
  preview(phone: string, articles: readonly FrozenArticle[]): Promise<void>;
  /** What a person needs to push by hand; undefined where that is not asked for, or a text may not go out any more. */
  byHand(briefingId: string): Promise<HandPackage | undefined>;
  /** For the webhook: MASSSENDJOBFINISH. Repeats, early events and pushes made by hand are all fine. */
  onMassSendFinished(event: MassSendFinished): Promise<void>;
}

/**
 * Who carried an article and can still take it off the phones, newest first. Needs nothing but the store, so that the
 * articles, which lie below, can ask.
 */
export function createPushedWith(connection: MongoPools['work']) {
  const store = createPushesStore(connection);
  return async (articleId: string): Promise<{ id: string; title: string }[]> =>
    (await store.withArticle(articleId))
      .filter((push) => isOnPhones(push, articleId))
      .map(({ briefingId, title }) => ({ id: briefingId, title }));
}

/**
 * Pushes: what a leader approved, carried to the phones at most once, and accounted for (docs/promises.md#p4). See
 * README.md.
 */
export function createPushes(deps: PushesDeps): Feature<PushesApi> {
  const { connection, transact, clock, articles, briefings, carriers } = deps;
  const [carrier] = carriers;
  const { limits } = carrier;
  const store = createPushesStore(connection);
  const context: PushContext & { audit: AuditRecorder } = {
    store,
    briefings,
    articles,
    transact,
    clock,
    log: deps.log,
    audit: deps.audit,
    tellStaff: deps.tellStaff,
    finishEvents: createFinishEventsStore(connection),
    carrierOf: (push) => {
      const found = carriers.find(({ kind, account }) => kind === push.carrier && account === push.account);
      if (found === undefined) throw new Error(`no carrier ${push.carrier} with the account ${push.account}`);
      return found;
    },
  };
  const planning = { ...context, carrier, locks: createQuotaLocks(connection) };
  const api: PushesApi = {
    limits,
    plan: async (order, within) => plan(planning, order, within),
    drop: async (briefingId, within) => drop(planning, briefingId, within),
    views: async (briefingIds) => {
      const now = clock.now();
      const found = new Map((await store.ofBriefings(briefingIds)).map((push) => [push.briefingId, push]));
      return new Map(briefingIds.map((id) => [id, viewOf(found.get(id) ?? null, now)]));
    },
    between: async (from, to) => store.between(from, to),
    uses: usesOne,
    left: (audience, pushes) => leftOf(limits, pushesUsed(limits, audience, pushes)),
    quota: async (at = clock.now()) => quotaAt({ store, limits }, at),
    check: (article, text) => carrier.check(article, text),
    resolve: async (briefingId, resolution) => resolve(context, briefingId, resolution),
    deletionOffer: async (briefingId) => {
      const push = await store.ofBriefing(briefingId);
      return push === null ? undefined : offerDeletion(context, push);
    },
    deletePushed: async (caller, briefingId, request) => deletePushed(context, caller, briefingId, request),
    preview: async (phone, frozen) => preview(context, carrier, phone, frozen),
    byHand: async (briefingId) => byHand(context, briefingId),
    onMassSendFinished: async (event) => takeFinishEvent(context, event),
  };
  return {
    name: 'pushes',
    api,
    // Staff ask for pushes by their briefing: the routes are the briefings'.
    routes: [],
    sweeps: [createPushSweep(context), createAskSweep(context)],
    collections: pushesCollections,
    health: async () => stuckPushes(store, clock),
    // Audiences and numbers; who received a push only the carrier knows.
    personal: NOTHING_PERSONAL,
    figures: async () => {
      const { left, limit } = await api.quota();
      return { quota: { left, limit } };
    },
  };
}

async function preview(
  { articles }: PushContext,
  carrier: Carrier,
  phone: string,
  frozen: readonly FrozenArticle[],
): Promise<void> {
  if (carrier.preview === undefined) throw new AppError('wrong_state');
  const shown = [];
  for (const article of frozen) shown.push({ article, text: await articles.readExact(article) });
  await carrier.preview(phone, shown);
}

async function byHand(context: PushContext, briefingId: string): Promise<HandPackage | undefined> {
  const push = await context.store.ofBriefing(briefingId);
  if (push?.state.is !== 'failed' || push.state.why.code !== 'manual_push_needed') return undefined;
  try {
    const { content, texts } = await readApproved(context, briefingId);
    const shown = content.articles.flatMap((article, at) => (texts[at] ? [{ article, text: texts[at] }] : []));
    return context.carrierOf(push).byHand?.(shown);
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}
