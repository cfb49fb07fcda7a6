import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, type Clock, isAppError, type Log } from '../kernel/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { ArticlesDoor, PushClient } from './briefing.ports.ts';
import type { Briefing, Deletion } from './briefing.ts';
import type { DeletePushedOffer } from './briefings.contract.ts';
import { get } from './briefings.service.ts';
import type { BriefingsStore } from './briefings.store.ts';
import { errcodeOf } from './push-outcome.ts';

export interface DeletionDeps {
  readonly store: BriefingsStore;
  readonly articles: Pick<ArticlesDoor, 'withdrawnAmong'>;
  readonly client: Pick<PushClient, 'massDelete' | 'massStatus'>;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DeletionRequest {
  readonly reason: string;
  /** Only this article of the message; absent = the whole message. */
  readonly articleId?: string | undefined;
}

export type DeletionService = ReturnType<typeof createDeletionService>;

/** What the platform does beside the wish (wechat-protocol §1.3: 删除某一次群发，会导致整个链接失效). */
const WARNING =
  '删除后，群众手机上这条推送的链接会失效，转发出去的也打不开，不能恢复；同一内容推送过几次的，几次的链接都会失效。平台每天最多删除10次。';
/** 40059: the platform has no such push, or it was deleted before. */
const NO_SUCH_PUSH = 40059;
/** 45009: the ten deletions of the day are used up. */
const DAILY_QUOTA = 45009;
/** What the platform says of a message that was taken off. */
const DELETED = 'DELETE';
const WRITE_TRIES = 5;
/** More briefings than ever carry one article. */
const MOST_PUSHES = 100;
/** Longer than the call may take (10 s, twice): an older order without an outcome belongs to a process that died. */
const UNDER_WAY_MS = 60_000;

/** Takes a pushed message off the phones, after a withdrawal: offered, done only when somebody says so, audited. */
export function createDeletionService(deps: DeletionDeps) {
  return {
    /** Briefings with this article that are still on the phones. */
    pushedWith: async (articleId: string): Promise<{ id: string; title: string }[]> => {
      const found = await deps.store.list({ articleId, limit: MOST_PUSHES });
      return found
        .filter((briefing) => pushedMsgId(briefing) !== null && !isDone(briefing, articleId))
        .map(({ id, title }) => ({ id, title }));
    },

    /** What could be deleted and what that means; undefined where nothing was pushed or everything is gone already. */
    offer: async (briefing: Briefing): Promise<DeletePushedOffer | undefined> => offer(deps, briefing),

    /**
     * AppError wrong_state where there is nothing to delete, `platform_…` where the platform did not do it. The order is
     * on record before the call; its result afterwards. Asking again after a lost answer is harmless.
     */
    deletePushed: async (caller: Caller, id: string, request: DeletionRequest): Promise<Briefing> =>
      deletePushed(deps, caller, id, request),
  };
}

function pushedMsgId({ status, batch }: Briefing): string | null {
  const sent = status === 'delivered' || status === 'submitted_to_platform';
  return sent && batch !== null && !batch.asText ? batch.msgId : null;
}

const isDone = (briefing: Briefing, articleId: string | null): boolean =>
  briefing.deletions.some((one) => one.outcome === 'done' && (one.articleId === null || one.articleId === articleId));

async function offer({ articles }: DeletionDeps, briefing: Briefing): Promise<DeletePushedOffer | undefined> {
  if (pushedMsgId(briefing) === null || briefing.frozen === null || isDone(briefing, null)) return undefined;
  const pushed = briefing.frozen.articles;
  const withdrawn = await articles.withdrawnAmong(pushed.map(({ articleId }) => articleId));
  return {
    warning: WARNING,
    articles: pushed.map(({ articleId, title }) => ({
      articleId,
      title,
      withdrawn: withdrawn.has(articleId),
      deleted: isDone(briefing, articleId),
    })),
  };
}

async function deletePushed(
  deps: DeletionDeps,
  caller: Caller,
  id: string,
  request: DeletionRequest,
): Promise<Briefing> {
  const order = await ask(deps, caller, id, request);
  try {
    await deps.client.massDelete(order.msgId, order.articleIndex);
  } catch (error) {
    if (await isDeleted(deps, order, error)) return finish(deps, caller, order, 'done', null);
    const told = isAppError(error) ? inWords(error) : new AppError('internal', { cause: error });
    const outcome = isAppError(error, 'platform_unknown') || !isAppError(error) ? 'unknown' : 'refused';
    await finish(deps, caller, order, outcome, told.message);
    throw told;
  }
  return finish(deps, caller, order, 'done', null);
}

/** An order on record, before the platform is called. */
interface Order {
  readonly briefing: Briefing;
  /** Its place among the briefing's deletions. */
  readonly place: number;
  readonly msgId: string;
  /** From 1; undefined for the whole message. */
  readonly articleIndex: number | undefined;
}

async function ask(deps: DeletionDeps, caller: Caller, id: string, request: DeletionRequest): Promise<Order> {
  const { reason, articleId = null } = request;
  return untilFresh(async () => {
    const seen = await get(deps, id);
    const msgId = pushedMsgId(seen);
    if (msgId === null) {
      throw new AppError('wrong_state', { message: '只有已经推送的图文才能从群众手机上删除。' });
    }
    const index = (seen.frozen?.articles ?? []).findIndex((article) => article.articleId === articleId);
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
    const briefing = await record(deps, caller, seen, [...seen.deletions, asked], asked);
    return {
      briefing,
      place: seen.deletions.length,
      msgId,
      articleIndex: articleId === null ? undefined : index + 1,
    };
  });
}

/** A finish event or poll may write at any time: then everything is read and decided anew. */
async function untilFresh<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, 'stale_version') || attempt >= WRITE_TRIES) throw error;
    }
  }
}

/** A lost answer, or "no such push": the platform is asked what became of the message. */
async function isDeleted({ client, log }: DeletionDeps, { msgId }: Order, error: unknown): Promise<boolean> {
  if (!isAppError(error, 'platform_unknown') && errcodeOf(error) !== NO_SUCH_PUSH) return false;
  try {
    return (await client.massStatus(msgId)).status === DELETED;
  } catch (err) {
    log.warn('briefings.delete_unverified', { msgId, err });
    return false;
  }
}

function inWords(error: AppError): AppError {
  const words: Partial<Record<number, string>> = {
    [DAILY_QUOTA]: '平台今天的删除次数（10次）已用完，请明天再删。',
    [NO_SUCH_PUSH]: '平台上查不到这次推送，或者还没有发完，请稍后再试。',
  };
  const message = isAppError(error, 'platform_unknown')
    ? '微信平台没有回应，不知道删掉没有。可以再点一次删除，重复删除没有害处。'
    : words[errcodeOf(error) ?? 0];
  return message === undefined ? error : new AppError(error.code, { message, details: error.details });
}

async function finish(
  deps: DeletionDeps,
  caller: Caller,
  { briefing, place }: Order,
  outcome: Deletion['outcome'],
  message: string | null,
): Promise<Briefing> {
  return untilFresh(async () => {
    const seen = await get(deps, briefing.id);
    const asked = seen.deletions[place];
    if (asked === undefined) throw new Error('an order to delete is gone from the record');
    const done = { ...asked, outcome, message };
    return record(deps, caller, seen, seen.deletions.with(place, done), done);
  });
}

async function record(
  { store, transact, audit, clock }: DeletionDeps,
  caller: Caller,
  seen: Briefing,
  deletions: readonly Deletion[],
  { articleId, reason, outcome }: Deletion,
): Promise<Briefing> {
  return transact(async (tx) => {
    const changed = await store.change(seen, { deletions }, clock.now(), tx);
    if (changed === null) throw new AppError('stale_version');
    await audit.record(tx, {
      action: 'briefings.delete_pushed',
      actor: staffActor(caller),
      target: { kind: 'briefing', id: seen.id },
      reason,
      facts: { msgId: seen.batch?.msgId ?? null, articleId, outcome },
    });
    return changed;
  });
}
