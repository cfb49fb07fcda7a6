import type { AuditRecorder } from '../audit/index.ts';
import { AppError, type Clock } from '../kernel/index.ts';
import type { Connection } from '../platform/mongo/index.ts';
import type { BriefingsDoor } from '../pushes/index.ts';
import { assertMove, createBriefingsStore } from './briefings.store.ts';

/**
 * What pushes, which lie below, need of the briefings: the frozen content as it stands now with the hash that was
 * approved, and that a briefing's state follows its push. Needs nothing but the store.
 */
export function createBriefingBook(deps: {
  readonly connection: Connection;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
}): BriefingsDoor {
  const { audit, clock } = deps;
  const store = createBriefingsStore(deps.connection);
  return {
    approved: async (briefingId) => {
      const found = await store.find(briefingId);
      return { content: found?.frozen ?? null, hash: found?.approval?.contentHash ?? null };
    },
    follow: async (tx, { briefingId, move, actor, reason, facts }) => {
      const seen = await store.find(briefingId, tx);
      if (seen === null) throw new AppError('not_found');
      const moved = await store.change(seen, { status: assertMove(seen, move) }, clock.now(), tx);
      if (moved === null) throw new AppError('stale_version');
      await audit.record(tx, {
        action: `briefings.${move}`,
        actor,
        target: { kind: 'briefing', id: briefingId },
        before: seen.status,
        after: moved.status,
        ...(reason === undefined ? {} : { reason }),
        ...(facts === undefined ? {} : { facts }),
      });
    },
  };
}
