import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, type Clock } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import { assertStillCurrent, frozenHash, type PushesApi } from '../pushes/index.ts';
import { isKnownAudience, type TownGroups } from '../subscribers/index.ts';
import type { ArticlesDoor, StaffDoor, TellStaff } from './briefing.ports.ts';
import type { Briefing, BriefingMove } from './briefing.ts';
import type { ComposeRequest, EditRequest } from './briefings.contract.ts';
import { assertMove, type BriefingChange, type BriefingsStore } from './briefings.store.ts';

export interface BriefingsServiceDeps {
  readonly store: BriefingsStore;
  readonly articles: ArticlesDoor;
  readonly town: TownGroups;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly tellStaff: TellStaff;
  readonly staff: Pick<StaffDoor, 'assertStillMay'>;
  readonly pushes: Pick<PushesApi, 'check' | 'drop'>;
}

/** One move of one briefing, as the steps of the console share it. */
export interface Move {
  readonly move: BriefingMove;
  readonly caller: Caller;
  readonly reason?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

export type BriefingsService = ReturnType<typeof createBriefingsService>;

/** Writing and approving of briefings. */
export function createBriefingsService(deps: BriefingsServiceDeps) {
  return {
    compose: async (caller: Caller, request: ComposeRequest): Promise<Briefing> => compose(deps, caller, request),
    edit: async (caller: Caller, id: string, request: EditRequest): Promise<Briefing> =>
      edit(deps, caller, id, request),
    submit: async (caller: Caller, id: string): Promise<Briefing> => submit(deps, caller, id),
    approve: async (caller: Caller, id: string, contentHash?: string): Promise<Briefing> =>
      approve(deps, caller, id, contentHash),

    /** A leader sends it back with a reason. AppError hash_mismatch where other content stands there than was read. */
    reject: async (caller: Caller, id: string, reason: string, contentHash?: string): Promise<Briefing> => {
      const seen = await get(deps, id);
      if (contentHash !== undefined && contentHash !== seen.contentHash) throw new AppError('hash_mismatch');
      const rejection = { by: caller.id, at: deps.clock.now(), reason };
      const change = { rejection, approval: null };
      return move(deps, seen, { move: 'reject', caller, reason }, change, stillLeader(deps, caller));
    },

    /** Possible until the push has begun; one that waits for the account to be mended has not. */
    cancel: async (caller: Caller, id: string): Promise<Briefing> => {
      const seen = await get(deps, id);
      if (seen.status === 'pushing' || seen.status === 'unknown' || seen.status === 'submitted_to_platform') {
        throw new AppError('wrong_state', { message: '已经开始推送，不能取消了。', details: { status: seen.status } });
      }
      return deps.pushes.drop(id, async (tx) => moveWithin(deps, seen, { move: 'cancel', caller }, {}, tx));
    },

    get: async (id: string): Promise<Briefing> => get(deps, id),
  };
}

export async function get({ store }: Pick<BriefingsServiceDeps, 'store'>, id: string): Promise<Briefing> {
  const found = await store.find(id);
  if (found === null) throw new AppError('not_found', { message: '没有这份简报。' });
  return found;
}

/**
 * Moves a briefing and writes the audit row in one transaction. AppError wrong_state where the table has no such
 * move, stale_version where somebody else wrote since it was read.
 */
export async function move(
  deps: MoveDeps & { readonly transact: Transact },
  seen: Briefing,
  step: Move,
  change: BriefingChange,
  within?: (tx: Tx) => Promise<void>,
): Promise<Briefing> {
  return deps.transact(async (tx) => {
    await within?.(tx);
    return moveWithin(deps, seen, step, change, tx);
  });
}

type MoveDeps = Pick<BriefingsServiceDeps, 'store' | 'audit' | 'clock'>;

/** `move` inside a transaction that does more. */
export async function moveWithin(
  { store, audit, clock }: MoveDeps,
  seen: Briefing,
  { move, caller, reason, facts }: Move,
  change: BriefingChange,
  tx: Tx,
): Promise<Briefing> {
  const status = assertMove(seen, move);
  const moved = await store.change(seen, { ...change, status }, clock.now(), tx);
  if (moved === null) throw new AppError('stale_version');
  await audit.record(tx, {
    action: `briefings.${move}`,
    actor: staffActor(caller),
    target: { kind: 'briefing', id: seen.id },
    before: seen.status,
    after: moved.status,
    ...(reason === undefined ? {} : { reason }),
    ...(facts === undefined ? {} : { facts }),
  });
  return moved;
}

async function compose(deps: BriefingsServiceDeps, caller: Caller, request: ComposeRequest): Promise<Briefing> {
  const { store, articles, town, transact, audit, clock } = deps;
  if (!isKnownAudience(request.audience, town)) throw unknownAudience();
  await articles.freezeApproved(request.articleIds);
  return transact(async (tx) => {
    const made = await store.insert({ ...request, composers: [caller.id] }, clock.now(), tx);
    await audit.record(tx, {
      action: 'briefings.compose',
      actor: staffActor(caller),
      target: { kind: 'briefing', id: made.id },
      after: made.status,
    });
    return made;
  });
}

/** Any edit takes back submission and approval; the order of a failed push is closed. */
async function edit(deps: BriefingsServiceDeps, caller: Caller, id: string, request: EditRequest): Promise<Briefing> {
  const { title, articleIds, audience, baseRev } = request;
  if (audience && !isKnownAudience(audience, deps.town)) throw unknownAudience();
  const seen = await get(deps, id);
  if (baseRev !== undefined && baseRev !== seen.rev) throw new AppError('stale_version');
  assertMove(seen, 'edit');
  if (articleIds) await deps.articles.freezeApproved(articleIds);
  const composers = seen.composers.includes(caller.id) ? seen.composers : [...seen.composers, caller.id];
  const change = {
    ...(title === undefined ? {} : { title }),
    ...(articleIds === undefined ? {} : { articleIds }),
    ...(audience === undefined ? {} : { audience }),
    composers,
    submittedBy: null,
    frozen: null,
    contentHash: null,
    approval: null,
  };
  return deps.pushes.drop(id, async (tx) => moveWithin(deps, seen, { move: 'edit', caller }, change, tx));
}

/** Freezes exact versions and hashes; what could not be pushed is refused here, not at the time of the push. */
async function submit(deps: BriefingsServiceDeps, caller: Caller, id: string): Promise<Briefing> {
  const seen = await get(deps, id);
  assertMove(seen, 'submit');
  const articles = await deps.articles.freezeApproved(seen.articleIds);
  for (const article of articles) {
    deps.pushes.check(article, await deps.articles.readExact(article));
  }
  const frozen = { title: seen.title, audience: seen.audience, articles };
  const contentHash = frozenHash(frozen);
  return move(
    deps,
    seen,
    { move: 'submit', caller, facts: { contentHash } },
    {
      frozen,
      contentHash,
      submittedBy: caller.id,
      approval: null,
      rejection: null,
    },
    async (tx) =>
      deps.tellStaff(tx, {
        kind: 'to_review',
        key: `to_review:briefing:${id}:${seen.rev}`,
        briefingId: id,
        words: '有简报待审核。',
      }),
  );
}

/** A leader who neither composed nor submitted approves exactly the frozen content. */
async function approve(deps: BriefingsServiceDeps, caller: Caller, id: string, hash?: string): Promise<Briefing> {
  const seen = await get(deps, id);
  assertMove(seen, 'approve');
  const { frozen, contentHash } = seen;
  if (seen.composers.includes(caller.id) || seen.submittedBy === caller.id) {
    throw new AppError('self_approval', { message: '参与组稿或提交的人不能审核这份简报，请由另一位分管领导审核。' });
  }
  if (frozen === null || contentHash === null || frozenHash(frozen) !== contentHash) {
    throw new AppError('content_mismatch', { message: '这份简报的内容与提交时不一致，请退回后重新提交。' });
  }
  if (hash !== undefined && hash !== contentHash) throw new AppError('hash_mismatch');
  await assertStillCurrent(deps.articles, frozen.articles);
  const approval = { by: caller.id, at: deps.clock.now(), contentHash };
  const step = { move: 'approve', caller, facts: { contentHash } } as const;
  return move(deps, seen, step, { approval, rejection: null }, stillLeader(deps, caller));
}

/** A leader whose account was closed or whose role changed while the decision was under way does not decide. */
const stillLeader =
  ({ staff }: BriefingsServiceDeps, { id }: Caller) =>
  async (tx: Tx): Promise<void> =>
    staff.assertStillMay(tx, id, 'briefings.approve');

function unknownAudience(): AppError {
  return new AppError('invalid_input', { message: '没有这个村或主题，请从列出的里面选。' });
}
