import { AppError, type Clock } from '../kernel/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import type { ComplaintPersons } from '../complaints/index.ts';
import type { Limits } from '../platform/config/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { Signer } from '../platform/sealing/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { Tipoffs } from '../tipoffs/index.ts';
import type { PassingStore } from './people.store.ts';

/** What all parts together know of one resident (docs/promises.md#p5). */
export interface People {
  /** Follow and unfollow that also tie and cut what other parts hold. */
  readonly subscribers: Pick<SubscribersApi, 'follow' | 'unfollow'>;
  /** Everything held about a resident but tipoffs. `who` = a ticket or an openid. AppError not_found. */
  exportOf(who: string): Promise<unknown>;
  /** Forgets what is settled; answers what was and what has to wait. AppError not_found. */
  forget(who: string): Promise<{ forgotten: string[]; waiting: string[] }>;
  /** What `retentionDays` ends and no feature ends by itself. */
  readonly sweeps: readonly Sweep[];
}

const DAY_MS = 86_400_000;

export function createPeople(deps: {
  subscribers: SubscribersApi;
  persons: ComplaintPersons;
  passing: PassingStore;
  tipoffs: Pick<Tipoffs, 'personLeft'>;
  audit: AuditRecorder;
  transact: Transact;
  signer: Signer;
  retentionDays: Limits['retentionDays'];
  clock: Clock;
}): People {
  const { subscribers, persons, passing, tipoffs } = deps;

  const openidOf = async (who: string): Promise<string> => {
    if (!/^\d{8}-\d{4,}$/.test(who)) return who;
    const openid = await persons.openidOf(who);
    if (openid === null) throw new AppError('not_found', { message: '没有这个受理号，或者它已经不知道是谁提交的。' });
    return openid;
  };
  /** The audit names a keyed hash: enough to see that two commands spoke of the same resident. */
  const record = (action: string, openid: string): Promise<void> =>
    deps.transact((tx) =>
      deps.audit.record(tx, {
        action: `privacy.${action}`,
        actor: { kind: 'system', part: 'command line' },
        target: { kind: 'resident', id: deps.signer.sign(openid) },
      }),
    );

  const daysAgo = (days: number): Date => new Date(deps.clock.now().getTime() - days * DAY_MS);
  const expire = (): Promise<number> =>
    passing.expire({
      notices: daysAgo(deps.retentionDays.notices),
      conversations: daysAgo(deps.retentionDays.conversations),
    });

  return {
    sweeps: [persons.sweep, { name: 'people.expire', everySeconds: 3_600, run: expire }],
    subscribers: {
      follow: async (event) => {
        await subscribers.follow(event);
        // An old event that came late must tie nothing.
        if ((await subscribers.choiceOf(event.openid)).following) await persons.back(event.openid);
      },
      unfollow: async (event) => {
        await subscribers.unfollow(event);
        if ((await subscribers.choiceOf(event.openid)).following) return;
        await persons.left(event.openid);
        await tipoffs.personLeft(event.openid);
        await passing.cut(event.openid);
      },
    },
    exportOf: async (who) => {
      const openid = await openidOf(who);
      await record('export', openid);
      const [subscription, tickets, passed] = await Promise.all([
        subscribers.choiceOf(openid),
        persons.held(openid),
        passing.held(openid),
      ]);
      return { subscription, tickets, ...passed };
    },
    forget: async (who) => {
      const openid = await openidOf(who);
      await record('forget', openid);
      const done = await persons.forget(openid);
      await passing.forget(openid);
      return done;
    },
  };
}
