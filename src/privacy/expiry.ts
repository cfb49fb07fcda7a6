import type { AuditRecorder } from '../audit/index.ts';
import type { Audited, Expiry } from '../feature/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { Holder } from './holders.ts';

/** Of one expiry in one wake-up; what is left is taken at the next. */
const MOST_ROUNDS = 20;

/** One sweep for each name that the features' expiries bear. */
export function expirySweeps(deps: { holders: readonly Holder[]; audit: AuditRecorder; transact: Transact }): Sweep[] {
  const all = deps.holders.flatMap(({ name, personal }) => personal.expire.map((expiry) => ({ name, expiry })));
  const audited =
    (feature: string, sweep: string): Audited =>
    (work) =>
      deps.transact(async (tx) => {
        const count = await work(tx);
        if (count > 0) {
          await deps.audit.record(tx, {
            action: 'privacy.expire',
            actor: { kind: 'system', part: sweep },
            target: { kind: 'feature', id: feature },
            facts: { count },
          });
        }
        return count;
      });
  const runOut = async (name: string, expiry: Expiry): Promise<number> => {
    let total = 0;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const count = await expiry.run(audited(name, expiry.sweep));
      if (count === 0) break;
      total += count;
    }
    return total;
  };
  return [...new Set(all.map(({ expiry }) => expiry.sweep))].map((sweep) => {
    const own = all.filter(({ expiry }) => expiry.sweep === sweep);
    return {
      name: sweep,
      everySeconds: Math.min(...own.map(({ expiry }) => expiry.everySeconds)),
      run: async () => {
        let total = 0;
        for (const { name, expiry } of own) total += await runOut(name, expiry);
        return total;
      },
    };
  });
}
