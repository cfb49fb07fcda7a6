import { NOTHING_FORGOTTEN, type Personal } from '../feature/index.ts';
import { chinaDate, startOfChinaDate, type Clock } from '../kernel/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { MediaFiles } from './media.ts';
import type { TellStore } from './tells.store.ts';
import type { TipoffDoc, TipoffStore } from './tipoffs.store.ts';
import type { Vault } from './vault.ts';

export interface TipoffPersonalDeps {
  readonly store: TipoffStore;
  readonly tellStore: TellStore;
  readonly files: MediaFiles;
  readonly vault: Vault;
  readonly audit: AuditRecorder;
  readonly transact: Transact;
  /** `retentionDays.tipoffs` */
  readonly keepDays: number;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const A_RUN = 50;

/**
 * What a tipoff holds of its holder (docs/promises.md#p5). Export and forgetting know nothing of it: whoever runs the command would learn
 * that there is one (docs/promises.md#p8). Its holder asks the discipline office.
 */
export function createTipoffPersonal(deps: TipoffPersonalDeps): Personal {
  const { store, vault } = deps;
  return {
    held: async () => ({}),
    // What is answered forgets who it was, and nothing more is owed.
    cut: async (tx, openid) => {
      const holders = vault.holders(openid);
      await store.unlinkAnswered(tx, holders);
      await deps.tellStore.removeOf(tx, holders);
    },
    forget: async () => NOTHING_FORGOTTEN,
    expire: [
      {
        sweep: 'tipoffs.forget',
        everySeconds: 3_600,
        // Not by the common row of the audit, which others see: it would tell that there were tipoffs, and how many.
        run: async () => {
          const today = startOfChinaDate(chinaDate(deps.clock.now())).getTime();
          const old = await store.answeredBefore(new Date(today - deps.keepDays * DAY_MS), A_RUN);
          for (const doc of old) await end(deps, doc);
          return old.length;
        },
      },
    ],
  };
}

/** The tipoff, its files and its row of the audit, which only the discipline office could have seen: all or nothing. */
async function end(deps: TipoffPersonalDeps, doc: TipoffDoc): Promise<void> {
  await deps.transact(async (tx) => {
    for (const { file } of deps.vault.openContent(doc._id, doc.content).parts) {
      if (file) await deps.files.remove(file.id, tx);
    }
    await deps.store.remove(tx, doc._id);
    await deps.audit.record(tx, {
      action: 'tipoffs.forget',
      actor: { kind: 'system', part: 'retention' },
      target: { kind: 'tipoff', id: doc._id },
    });
  });
}
