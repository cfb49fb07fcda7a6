import type { Actor, AuditRecorder } from '../audit/index.ts';
import { AppError, type Clock, isAppError, type Log } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { ArticlesDoor, PushClient, SubscribersDoor, TellStaff } from './briefing.ports.ts';
import type { Briefing, BriefingMove, Trouble } from './briefing.ts';
import { assertMove, type BriefingChange, type BriefingsStore } from './briefings.store.ts';
import type { FinishEventsStore } from './finish-events.store.ts';
import { errcodeOf } from './push-outcome.ts';

/** What pushing, polling and the finish events work with. */
export interface PushContext {
  readonly store: BriefingsStore;
  readonly finishEvents: FinishEventsStore;
  readonly articles: ArticlesDoor;
  readonly subscribers: SubscribersDoor;
  readonly client: PushClient;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string;
  readonly tellStaff: TellStaff;
}

export const SYSTEM: Actor = { kind: 'system', part: 'briefings' };

/** Somebody else wrote to the briefing: this worker's picture of it is old, and it stops. */
export class LostHold extends Error {
  constructor() {
    super('the briefing was taken over');
    this.name = 'LostHold';
  }
}

/** The briefing as this worker holds it. Each save is conditional on nobody else having written since. */
export interface Hold {
  readonly briefing: Briefing;
  /** `tell`: words for the office. Throws LostHold. */
  save(change: BriefingChange, tell?: string): Promise<void>;
  /** A change of state with its audit row. Throws LostHold. */
  move(move: BriefingMove, change: BriefingChange, more?: MoveFacts): Promise<void>;
}

export interface MoveFacts {
  readonly reason?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
  /** Words for the office, told with the change. */
  readonly tell?: string;
  /** The platform has the push: articles that waited for it become public with it. */
  readonly publishes?: boolean;
}

export function createHold(context: PushContext, first: Briefing): Hold {
  let briefing = first;
  const keep = (next: Briefing | null): void => {
    if (next === null) throw new LostHold();
    briefing = next;
  };
  return {
    get briefing() {
      return briefing;
    },
    save: async (change, words) => {
      const { store, clock, transact } = context;
      if (words === undefined) return keep(await store.change(briefing, change, clock.now()));
      keep(
        await transact(async (tx) => {
          const changed = await store.change(briefing, change, clock.now(), tx);
          if (changed !== null) await tell(context, tx, changed, words);
          return changed;
        }),
      );
    },
    move: async (move, change, more) => keep(await moveBySystem(context, briefing, move, change, more)),
  };
}

/** Moves a briefing with its audit row; null where somebody else wrote since `seen` was read. */
export async function moveBySystem(
  context: PushContext,
  seen: Briefing,
  move: BriefingMove,
  change: BriefingChange,
  more: MoveFacts = {},
  within?: (tx: Tx) => Promise<void>,
): Promise<Briefing | null> {
  const status = assertMove(seen, move);
  const { store, transact, audit, clock } = context;
  const write = async (tx: Tx): Promise<Briefing | null> => {
    const moved = await store.change(seen, { ...change, status }, clock.now(), tx);
    if (moved === null) return null;
    await within?.(tx);
    await audit.record(tx, {
      action: `briefings.${move}`,
      actor: SYSTEM,
      target: { kind: 'briefing', id: seen.id },
      before: seen.status,
      after: status,
      ...(more.reason === undefined ? {} : { reason: more.reason }),
      ...(more.facts === undefined ? {} : { facts: more.facts }),
    });
    if (more.tell !== undefined) await tell(context, tx, moved, more.tell);
    return moved;
  };
  if (more.publishes !== true) return transact(write);
  return withPublishing(context, seen, SYSTEM, write);
}

/** Once for each change of a briefing. */
async function tell(
  { tellStaff }: Pick<PushContext, 'tellStaff'>,
  tx: Tx,
  { id, rev }: Pick<Briefing, 'id' | 'rev'>,
  words: string,
): Promise<void> {
  await tellStaff(tx, { kind: 'push_failed', key: `briefing:${id}:${rev}`, briefingId: id, words });
}

/**
 * `write` together with the publishing of the briefing's articles. What the platform has accepted must be recorded
 * even where an article cannot be published any more (withdrawn in these seconds): then without, and staff are told.
 */
export async function withPublishing<T>(
  { transact, articles, log, tellStaff }: Pick<PushContext, 'transact' | 'articles' | 'log' | 'tellStaff'>,
  briefing: Briefing,
  actor: Actor,
  write: (tx: Tx) => Promise<T>,
): Promise<T> {
  const frozen = briefing.frozen?.articles ?? [];
  const articleIds = frozen.map(({ articleId }) => articleId);
  const versionIds = frozen.map(({ versionId }) => versionId);
  try {
    return await transact(async (tx) => {
      const result = await write(tx);
      if (result !== null) await articles.publishReleased(tx, { articleIds, versionIds, actor });
      return result;
    });
  } catch (err) {
    if (!isAppError(err) || err.code === 'store_unavailable' || err.code === 'stale_version') throw err;
    log.error('briefings.not_published', { briefingId: briefing.id, code: err.code });
    const words = `已推送，但有文章没能公开：${err.message}`;
    return transact(async (tx) => {
      const result = await write(tx);
      if (result !== null) await tell({ tellStaff }, tx, { id: briefing.id, rev: briefing.rev + 1 }, words);
      return result;
    });
  }
}

/** An error in words for staff. What is no AppError is a bug or a lost store: its text stays in the log. */
export function troubleOf(error: unknown, at: Date, code?: string): Trouble {
  const known = isAppError(error) ? error : new AppError('internal');
  return { at, code: code ?? known.code, message: known.message, errcode: errcodeOf(error) ?? null };
}
