import { staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError } from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import { assertStillCurrent, type Push, type PushesApi } from '../pushes/index.ts';
import type { AccountType } from '../wechat/index.ts';
import type { Briefing } from './briefing.ts';
import type { CalendarView, QuotaView, ResolveRequest, ScheduleRequest } from './briefings.contract.ts';
import { type BriefingsServiceDeps, get, moveWithin } from './briefings.service.ts';
import { assertMove } from './briefings.store.ts';
import { calendarView, monthBounds } from './calendar.ts';
import { quotaView, scheduleWarnings } from './schedule.ts';

export interface SchedulingDeps extends BriefingsServiceDeps {
  readonly pushes: PushesApi;
  readonly accountType: AccountType;
  readonly calendars: readonly YearCalendar[];
  /** BRIEFING_MIN_LEAD_SECONDS. */
  readonly minLeadSeconds: number;
}

export type SchedulingService = ReturnType<typeof createSchedulingService>;

/** A year ahead is the farthest that a dispatcher can have meant. */
const FARTHEST_MS = 366 * 86_400_000;

/** When a briefing goes out, what the account has left, and what a leader decides where the carrier stays silent. */
export function createSchedulingService(deps: SchedulingDeps) {
  const { pushes, accountType, clock } = deps;
  return {
    schedule: async (caller: Caller, id: string, request: ScheduleRequest) => schedule(deps, caller, id, request),

    /** A leader says what became of a push of which the carrier said nothing. */
    resolve: async (caller: Caller, id: string, { outcome, msgId, reason }: ResolveRequest): Promise<Briefing> => {
      assertMove(await get(deps, id), outcome === 'sent' ? 'resolve_sent' : 'resolve_not_sent');
      await pushes.resolve(id, { outcome, msgId, reason, actor: staffActor(caller) });
      return get(deps, id);
    },

    /** What the account has used and left in the period of `at` (default now), by our own plan and the platform's word. */
    quota: async (at?: Date): Promise<QuotaView> => quotaView(accountType, pushes.limits, await pushes.quota(at)),

    /** Each day of the month `YYYY-MM`: holidays, other briefings, pushes left for the audience of the briefing `forId`. */
    calendar: async (month: string, forId?: string): Promise<CalendarView> => {
      const mine = forId === undefined ? null : await get(deps, forId);
      const { from, to } = monthBounds(month);
      const planned = (await pushes.between(from, to)).filter(({ briefingId }) => briefingId !== forId);
      // The platform can have refused in the period that holds now, in none to come.
      const now = await pushes.quota(clock.now());
      const audience = mine?.audience ?? { kind: 'all' };
      return calendarView({
        month,
        accountType,
        audience,
        planned,
        pushes,
        statuses: await deps.store.statuses(planned.map(({ briefingId }) => briefingId)),
        refusedKey: now.refused ? now.period.key : null,
        calendars: deps.calendars,
      });
    },
  };
}

async function schedule(
  deps: SchedulingDeps,
  caller: Caller,
  id: string,
  request: ScheduleRequest,
): Promise<{ briefing: Briefing; warnings: string[] }> {
  const { pushes, calendars, articles } = deps;
  const seen = await get(deps, id);
  assertMove(seen, 'schedule');
  const dueAt = sendTime(deps, request);
  const { title, audience, frozen } = seen;
  if (frozen === null) throw new AppError('wrong_state');
  await assertStillCurrent(articles, frozen.articles);
  const articleIds = frozen.articles.map(({ articleId }) => articleId);
  const order = { briefingId: id, title, audience, articleIds, dueAt, asText: request.asText };
  let others: readonly Push[] = [];
  const briefing = await pushes.plan(order, async (tx, found) => {
    others = found;
    const facts = { sendAt: dueAt.toISOString(), asText: request.asText ?? false };
    return moveWithin(deps, seen, { move: 'schedule', caller, facts }, {}, tx);
  });
  const unusual = pushes.limits.warnings(audience, audiencesOf(pushes, others));
  return { briefing, warnings: [...scheduleWarnings(dueAt, calendars), ...unusual] };
}

/** Of those that use up a push. */
function audiencesOf({ uses }: PushesApi, others: readonly Push[]) {
  return others.filter(uses).map((push) => push.audience);
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
