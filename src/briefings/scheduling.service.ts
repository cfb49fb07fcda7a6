import { staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, formatChinaMinute, type Log } from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { AccountType } from '../wechat/index.ts';
import type { PushClient } from './briefing.ports.ts';
import { calendarView, monthBounds } from './calendar.ts';
import type { Briefing } from './briefing.ts';
import type { CalendarView, QuotaView, ResolveRequest, ScheduleRequest } from './briefings.contract.ts';
import {
  assertStillCurrent,
  type BriefingsServiceDeps,
  closedBatch,
  get,
  move,
  moveWithin,
} from './briefings.service.ts';
import { assertMove } from './briefings.store.ts';
import { withPublishing } from './push.context.ts';
import { errcodeOf, NO_RIGHT_FOR_TYPE } from './push-outcome.ts';
import type { QuotaLocks } from './quota-locks.store.ts';
import { pushesUsed, pushLimit, quotaPeriod, quotaView, scheduleWarnings } from './schedule.ts';

export interface SchedulingDeps extends BriefingsServiceDeps {
  readonly locks: QuotaLocks;
  readonly client: Pick<PushClient, 'massStatus'>;
  readonly accountType: AccountType;
  readonly calendars: readonly YearCalendar[];
  /** BRIEFING_MIN_LEAD_SECONDS. */
  readonly minLeadSeconds: number;
  readonly log: Log;
}

export type SchedulingService = ReturnType<typeof createSchedulingService>;

/** A year ahead is the farthest that a dispatcher can have meant. */
const FARTHEST_MS = 366 * 86_400_000;

/** When a briefing goes out, what the account has left, and what a leader decides where the platform stays silent. */
export function createSchedulingService(deps: SchedulingDeps) {
  return {
    schedule: async (caller: Caller, id: string, request: ScheduleRequest) => schedule(deps, caller, id, request),
    resolve: async (caller: Caller, id: string, request: ResolveRequest) => resolve(deps, caller, id, request),

    /** What the account has used and left in the period of `at` (default now), by our own schedule and the platform's word. */
    quota: async (at?: Date): Promise<QuotaView> => {
      const { store, accountType, clock } = deps;
      const period = quotaPeriod(accountType, at ?? clock.now());
      const planned = await store.planned(period.from, period.to);
      const used = pushesUsed(accountType, { kind: 'all' }, planned);
      return quotaView(accountType, period, used, await store.refusedBetween(period.from, period.to));
    },

    /** Each day of the month `YYYY-MM`: holidays, other briefings, pushes left for the audience of the briefing `forId`. */
    calendar: async (month: string, forId?: string): Promise<CalendarView> => {
      const { store, accountType, clock, calendars } = deps;
      const mine = forId === undefined ? null : await get(deps, forId);
      const { from, to } = monthBounds(month);
      const planned = (await store.planned(from, to)).filter(({ id }) => id !== forId);
      // The platform can have refused in the period that holds now, in none to come.
      const now = quotaPeriod(accountType, clock.now());
      const refusedKey = (await store.refusedBetween(now.from, now.to)) ? now.key : null;
      const audience = mine?.audience ?? { kind: 'all' };
      return calendarView({ month, accountType, audience, planned, refusedKey, calendars });
    },
  };
}

async function schedule(
  deps: SchedulingDeps,
  caller: Caller,
  id: string,
  request: ScheduleRequest,
): Promise<{ briefing: Briefing; warnings: string[] }> {
  const { accountType, calendars, articles } = deps;
  const seen = await get(deps, id);
  assertMove(seen, 'schedule');
  const sendAt = sendTime(deps, request);
  const asText = request.asText ?? seen.asText;
  if (asText && !seen.asText && seen.failure?.errcode !== NO_RIGHT_FOR_TYPE) {
    throw new AppError('invalid_input', { message: '只有平台不允许图文群发（48008）后，才能改发文字。' });
  }
  if (seen.frozen) await assertStillCurrent(articles, seen.frozen.articles);
  let others: readonly Briefing[] = [];
  await deps.locks.ensure(quotaPeriod(accountType, sendAt).key);
  const briefing = await move(
    deps,
    seen,
    { move: 'schedule', caller, facts: { sendAt: sendAt.toISOString(), asText } },
    { sendAt, nextAt: sendAt, asText, hold: null, failure: null, lease: null, ...closedBatch(seen) },
    async (tx) => {
      others = await assertQuota(deps, seen, sendAt, tx);
    },
  );
  return { briefing, warnings: scheduleWarnings({ sendAt, audience: seen.audience, accountType, others }, calendars) };
}

function sendTime({ clock, minLeadSeconds }: SchedulingDeps, { sendAt }: ScheduleRequest): Date {
  const now = clock.now().getTime();
  const earliest = now + minLeadSeconds * 1_000;
  if (sendAt === undefined) return new Date(earliest);
  const asked = Date.parse(sendAt);
  if (asked < now) throw new AppError('invalid_input', { message: '推送时间已经过去，请选以后的时间。' });
  if (asked < earliest) {
    throw new AppError('invalid_input', {
      message: `推送时间至少要在${Math.ceil(minLeadSeconds / 60)}分钟以后，好让人来得及取消。`,
    });
  }
  if (asked > now + FARTHEST_MS) throw new AppError('invalid_input', { message: '推送时间不能晚于一年以后。' });
  return new Date(asked);
}

/**
 * In the transaction of the schedule: two dispatchers cannot both take the last push of a period. Returns the others
 * of the period.
 */
async function assertQuota(
  { store, locks, accountType }: SchedulingDeps,
  seen: Briefing,
  sendAt: Date,
  tx: Tx,
): Promise<readonly Briefing[]> {
  const period = quotaPeriod(accountType, sendAt);
  await locks.take(period.key, tx);
  const others = (await store.planned(period.from, period.to, tx)).filter(({ id }) => id !== seen.id);
  if (pushesUsed(accountType, seen.audience, others) < pushLimit(accountType)) return others;
  const taken = others.map(({ title, sendAt }) => `《${title}》${sendAt ? formatChinaMinute(sendAt) : ''}`);
  throw new AppError('quota_used', {
    message:
      accountType === 'subscription'
        ? `订阅号每天只能群发1次，这一天已排了${taken.join('、')}，请换一天。`
        : `每位关注者每月最多收到4次群发，这个月已排满（${taken.join('、')}），请换一个月。`,
    details: { period: period.key, briefingIds: others.map(({ id }) => id) },
  });
}

/** A leader says what became of a push of which the platform said nothing. */
async function resolve(deps: SchedulingDeps, caller: Caller, id: string, request: ResolveRequest): Promise<Briefing> {
  const { clock, store } = deps;
  const { outcome, msgId, reason } = request;
  const seen = await get(deps, id);
  const now = clock.now();
  assertMove(seen, outcome === 'sent' ? 'resolve_sent' : 'resolve_not_sent');
  // Of the failed ones only what had to be pushed by hand can have been sent.
  const byHand = seen.failure?.code === 'manual_push_needed';
  if (seen.batch === null || (seen.status === 'failed' && !byHand)) throw new AppError('wrong_state');
  if (seen.lease !== null && seen.lease.until > now) {
    throw new AppError('wrong_state', { message: '系统正在向平台核对，请一两分钟后再看结果。' });
  }
  const facts = { clientMsgId: seen.batch.clientMsgId, msgId: msgId ?? null };
  if (outcome === 'not_sent') {
    const past = { ...seen.batch, status: 'not_sent' as const };
    return move(
      deps,
      seen,
      { move: 'resolve_not_sent', caller, reason, facts },
      {
        batch: null,
        pastBatches: [...seen.pastBatches, past],
        lease: null,
        sendAt: now,
        nextAt: now,
        hold: null,
        failure: null,
      },
    );
  }
  if (msgId !== undefined) {
    await assertOnPlatform(deps, msgId);
    if ((await store.byMsgId(msgId)) !== null) {
      throw new AppError('already_exists', { message: '这个群发编号已经记在另一份简报上。' });
    }
  }
  const change = {
    batch: {
      ...seen.batch,
      status: 'submitted' as const,
      msgId: msgId ?? null,
      acceptedAt: seen.batch.lastAttemptAt ?? now,
      unconfirmed: false,
    },
    // Without a number there is nothing to ask the platform for.
    nextAt: msgId === undefined ? null : now,
    lease: null,
    failure: null,
  };
  const resolved = { move: 'resolve_sent' as const, caller, reason, facts };
  return withPublishing(deps, seen, staffActor(caller), async (tx) => moveWithin(deps, seen, resolved, change, tx));
}

async function assertOnPlatform({ client }: SchedulingDeps, msgId: string): Promise<void> {
  try {
    await client.massStatus(msgId);
  } catch (error) {
    // Where the platform is silent the poll asks again; only a plain "no such push" refuses the number.
    if (errcodeOf(error) === 40059) {
      throw new AppError('invalid_input', { message: '平台上查不到这个群发编号，请核对。' });
    }
  }
}
