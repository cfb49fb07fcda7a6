import type { AuditEntry, AuditRecorder } from '../audit/index.ts';
import type { Forgotten, Person } from '../feature/index.ts';
import { AppError } from '../kernel/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { Signer } from '../platform/sealing/index.ts';
import { type Holder, residentIn } from './holders.ts';

/** What a resident may ask for. `who` = an openid, or a reference that the resident was given (a ticket). */
export interface Rights {
  /** Everything held about a resident but tipoffs. AppError not_found for an unknown reference. */
  exportOf(who: string): Promise<unknown>;
  /**
   * Forgets what is settled; answers what was and what has to wait. A ticket is enough where nobody knows any more, or
   * ever knew, whose it is. AppError not_found for an unknown one.
   */
  forget(who: string): Promise<Forgotten>;
}

/** References have a form of their own, which no openid has. */
const REFERENCE = /^\d{8}-\d{4,}$/;

export function createRights(deps: {
  holders: readonly Holder[];
  audit: AuditRecorder;
  transact: Transact;
  signer: Signer;
}): Rights {
  const { holders, audit, transact } = deps;

  const personOf = async (who: string): Promise<Person> => {
    if (!REFERENCE.test(who)) return { openid: who, reference: null };
    for (const { personal } of holders) {
      const openid = await personal.whose?.(who);
      if (openid !== undefined) return { openid, reference: who };
    }
    throw new AppError('not_found', { message: '没有这个受理号。' });
  };
  const entry = (action: string, { openid, reference }: Person): AuditEntry => ({
    action: `privacy.${action}`,
    actor: { kind: 'system', part: 'command line' },
    target: residentIn(deps.signer, openid ?? reference ?? ''),
  });

  return {
    exportOf: async (who) => {
      const person = await personOf(who);
      // On record before anything is shown.
      await transact((tx) => audit.record(tx, entry('export', person)));
      const held = await Promise.all(holders.map(({ personal }) => personal.held(person)));
      return Object.assign({}, ...held) as unknown;
    },
    forget: async (who) => {
      const person = await personOf(who);
      return transact(async (tx) => {
        const done: Forgotten[] = [];
        for (const { personal } of holders) done.push(await personal.forget(tx, person));
        await audit.record(tx, entry('forget', person));
        return {
          forgotten: done.flatMap(({ forgotten }) => forgotten),
          waiting: done.flatMap(({ waiting }) => waiting),
        };
      });
    },
  };
}
