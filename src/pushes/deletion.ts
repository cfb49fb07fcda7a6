import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, isAppError } from '../kernel/index.ts';
import type { Deletion, Push } from './push.ts';
import { type PushContext, record } from './record.ts';

export interface DeletionDeps extends PushContext {
  readonly audit: AuditRecorder;
}

export interface DeletionRequest {
  readonly reason: string;
  /** Only this article of the message; absent = the whole message. */
  readonly articleId?: string | undefined;
}

/** What may be taken off the phones, with what that means. */
export interface DeletionOffer {
  readonly warning: string;
  readonly articles: { articleId: string; title: string; withdrawn: boolean; deleted: boolean }[];
}

const WRITE_TRIES = 5;
/** Longer than the call may take (10 s, twice): an older order without an outcome belongs to a process that died. */
const UNDER_WAY_MS = 60_000;

/** Can this push still be taken off the phones, whole or but for this article? */
export function isOnPhones(push: Push, articleId: string | null): boolean {
  return pushedId(push) !== null && !isDone(push, articleId);
}

function pushedId({ state }: Push): string | null {
  const sent = state.is === 'delivered' || state.is === 'accepted';
  return sent && !state.order.asText ? state.receipt.id : null;
}

const isDone = ({ deletions }: Push, articleId: string | null): boolean =>
  deletions.some((one) => one.outcome === 'done' && (one.articleId === null || one.articleId === articleId));

/** What could be deleted and what that means; undefined where nothing was pushed or everything is gone already. */
export async function offerDeletion(context: DeletionDeps, push: Push): Promise<DeletionOffer | undefined> {
  const { takeOff } = context.carrierOf(push);
  const { content } = await context.briefings.approved(push.briefingId);
  if (takeOff === undefined || content === null || !isOnPhones(push, null)) return undefined;
  const withdrawn = await context.articles.withdrawnAmong(content.articles.map(({ articleId }) => articleId));
  return {
    warning: takeOff.warning,
    articles: content.articles.map(({ articleId, title }) => ({
      articleId,
      title,
      withdrawn: withdrawn.has(articleId),
      deleted: isDone(push, articleId),
    })),
  };
}

/**
 * Takes a pushed message off the phones. AppError wrong_state where there is nothing to delete, `platform_…` where the
 * carrier did not do it. The order is on record before the call; its result afterwards. Asking again after a lost
 * answer is harmless.
 */
export async function deletePushed(
  deps: DeletionDeps,
  caller: Caller,
  briefingId: string,
  request: DeletionRequest,
): Promise<void> {
  const { place, push, receiptId, articleIndex } = await ask(deps, caller, briefingId, request);
  const { takeOff } = deps.carrierOf(push);
  if (takeOff === undefined) throw nothingToDelete();
  const failure = await takeOff.run(receiptId, articleIndex);
  if (failure === null) return finish(deps, caller, push, place, 'done', null);
  const outcome = isAppError(failure, 'platform_unknown') || isAppError(failure, 'internal') ? 'unknown' : 'refused';
  await finish(deps, caller, push, place, outcome, failure.message);
  throw failure;
}

/** An order on record, before the carrier is called. */
interface Asked {
  readonly push: Push;
  /** Its place among the push's deletions. */
  readonly place: number;
  readonly receiptId: string;
  /** From 1; undefined for the whole message. */
  readonly articleIndex: number | undefined;
}

async function ask(deps: DeletionDeps, caller: Caller, briefingId: string, request: DeletionRequest): Promise<Asked> {
  const { reason, articleId = null } = request;
  return untilFresh(async () => {
    const seen = await deps.store.ofBriefing(briefingId);
    const receiptId = seen && pushedId(seen);
    if (seen === null || receiptId === null) throw nothingToDelete();
    const index = articleId === null ? -1 : seen.articleIds.indexOf(articleId);
    if (articleId !== null && index === -1) {
      throw new AppError('invalid_input', { message: '这次推送里没有这篇文章。' });
    }
    if (isDone(seen, articleId)) throw new AppError('already_exists', { message: '这条推送已经删除过了。' });
    const now = deps.clock.now();
    const last = seen.deletions.at(-1);
    if (last?.outcome === 'asked' && now.getTime() - last.at.getTime() < UNDER_WAY_MS) {
      throw new AppError('wrong_state', { message: '正在删除，请一分钟后再看结果。' });
    }
    const asked: Deletion = { articleId, by: caller.id, at: now, reason, outcome: 'asked', message: null };
    const push = await write(deps, caller, seen, [...seen.deletions, asked], asked);
    return {
      push,
      place: seen.deletions.length,
      receiptId,
      articleIndex: articleId === null ? undefined : index + 1,
    };
  });
}

const nothingToDelete = (): AppError =>
  new AppError('wrong_state', { message: '只有已经推送的图文才能从群众手机上删除。' });

/** A finish event or the ask sweep may write at any time: then everything is read and decided anew. */
async function untilFresh<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, 'stale_version') || attempt >= WRITE_TRIES) throw error;
    }
  }
}

async function finish(
  deps: DeletionDeps,
  caller: Caller,
  { id }: Push,
  place: number,
  outcome: Deletion['outcome'],
  message: string | null,
): Promise<void> {
  await untilFresh(async () => {
    const seen = await deps.store.find(id);
    const asked = seen?.deletions[place];
    if (!seen || asked === undefined) throw new Error('an order to delete is gone from the record');
    const done = { ...asked, outcome, message };
    return write(deps, caller, seen, seen.deletions.with(place, done), done);
  });
}

async function write(
  deps: DeletionDeps,
  caller: Caller,
  seen: Push,
  deletions: readonly Deletion[],
  { articleId, reason, outcome }: Deletion,
): Promise<Push> {
  const changed = await record(
    deps,
    seen,
    { deletions },
    {
      within: async (tx) =>
        deps.audit.record(tx, {
          action: 'briefings.delete_pushed',
          actor: staffActor(caller),
          target: { kind: 'briefing', id: seen.briefingId },
          reason,
          facts: { msgId: pushedId(seen), articleId, outcome },
        }),
    },
  );
  if (changed === null) throw new AppError('stale_version');
  return changed;
}
