import type { Actor } from '../audit/index.ts';
import { AppError, type Clock, isAppError, type Log } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import { platformFailureOf } from '../wechat/index.ts';
import type { Carrier } from './carrier.ts';
import type { FinishEventsStore } from './finish-events.store.ts';
import type { ArticlesDoor, BriefingsDoor, TellStaff } from './ports.ts';
import type { Push, PushMove, Trouble } from './push.ts';
import type { PushChange, PushesStore } from './pushes.store.ts';

/** What everything that happens to a push works with. */
export interface PushContext {
  readonly store: PushesStore;
  readonly finishEvents: FinishEventsStore;
  readonly briefings: BriefingsDoor;
  readonly articles: ArticlesDoor;
  readonly carrierOf: (push: Pick<Push, 'carrier' | 'account'>) => Carrier;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly log: Log;
  readonly tellStaff: TellStaff;
}

// The audit of every release so far knows this part of the system by the name of what it carries.
export const SYSTEM: Actor = { kind: 'system', part: 'briefings' };

/** What happens together with a change of a push, in its transaction. */
export interface Step {
  /** The briefing's state follows, with its audit row. */
  readonly move?: PushMove;
  /** Default: the system. */
  readonly actor?: Actor;
  readonly reason?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
  /** Words for the office. */
  readonly tell?: string;
  /** Told once for this name and order, however often it comes; default: once for each change. */
  readonly tellOnceAs?: string;
  /** The carrier has the push: articles that waited for it become public with it. */
  readonly publishes?: boolean;
  readonly within?: (tx: Tx) => Promise<void>;
}

/** Changes a push and all that follows from it, or nothing; null where somebody else wrote since `seen` was read. */
export async function record(
  context: PushContext,
  seen: Push,
  change: PushChange,
  step: Step = {},
): Promise<Push | null> {
  const { store, clock, transact } = context;
  if (step.move === undefined && step.tell === undefined && step.within === undefined) {
    return store.change(seen, change, clock.now());
  }
  const write = async (tx: Tx): Promise<Push | null> => {
    const changed = await store.change(seen, change, clock.now(), tx);
    if (changed === null) return null;
    await step.within?.(tx);
    await follow(context, tx, changed, step);
    if (step.tell !== undefined) await tell(context, tx, changed, step.tell, step.tellOnceAs);
    return changed;
  };
  return step.publishes === true ? withPublishing(context, seen, step.actor ?? SYSTEM, write) : transact(write);
}

async function follow({ briefings }: PushContext, tx: Tx, { briefingId }: Push, step: Step): Promise<void> {
  const { move, actor = SYSTEM, reason, facts } = step;
  if (move === undefined) return;
  const more = { ...(reason === undefined ? {} : { reason }), ...(facts === undefined ? {} : { facts }) };
  await briefings.follow(tx, { briefingId, move, actor, ...more });
}

async function tell({ tellStaff }: PushContext, tx: Tx, push: Push, words: string, onceAs?: string): Promise<void> {
  const { briefingId, state, past, rev } = push;
  const key =
    onceAs === undefined ? `briefing:${briefingId}:${rev}` : `briefing:${briefingId}:${past.length}:${onceAs}`;
  await tellStaff(tx, { kind: 'push_failed', key: `${key}:${state.is}`, briefingId, words });
}

/**
 * `write` together with the publishing of the articles. What the carrier has taken must be recorded even where an
 * article cannot be published any more (withdrawn in these seconds): then without, and staff are told.
 */
async function withPublishing(
  context: PushContext,
  push: Push,
  actor: Actor,
  write: (tx: Tx) => Promise<Push | null>,
): Promise<Push | null> {
  const { transact, articles, briefings, log } = context;
  const { content } = await briefings.approved(push.briefingId);
  const frozen = content?.articles ?? [];
  const articleIds = frozen.map(({ articleId }) => articleId);
  const versionIds = frozen.map(({ versionId }) => versionId);
  try {
    return await transact(async (tx) => {
      const changed = await write(tx);
      if (changed !== null) await articles.publishReleased(tx, { articleIds, versionIds, actor });
      return changed;
    });
  } catch (err) {
    if (!isAppError(err) || err.code === 'store_unavailable' || err.code === 'stale_version') throw err;
    log.error('pushes.not_published', { briefingId: push.briefingId, code: err.code });
    return transact(async (tx) => {
      const changed = await write(tx);
      if (changed !== null)
        await tell(context, tx, changed, `已推送，但有文章没能公开：${err.message}`, 'not_published');
      return changed;
    });
  }
}

/** An error in words for staff. What is no AppError is a bug or a lost store: its text stays in the log. */
export function troubleOf(error: unknown, at: Date, code?: string): Trouble {
  const known = isAppError(error) ? error : new AppError('internal');
  return { at, code: code ?? known.code, message: known.message, errcode: platformFailureOf(error)?.errcode ?? null };
}
