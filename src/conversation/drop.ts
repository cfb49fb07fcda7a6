import { AppError, sha256Hex, type Clock } from '../kernel/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Say } from '../platform/config/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { ConversationStore } from './conversations.store.ts';

const A_SWEEP = 100;

interface DropDeps {
  readonly store: ConversationStore;
  readonly transact: Transact;
  readonly notices: Pick<Notices, 'owe'>;
  readonly say: Say;
  readonly clock: Clock;
  /** How long a flow may lie (`conversation.dropDays`). */
  readonly dropMs: number;
}

/**
 * Ends flows that nobody came back to. Whoever was in the middle of saying something is told that it was not
 * submitted; a tipoff gets the very same words, so that nothing tells it apart (docs/promises.md#p8). Offers and
 * settings end silently.
 */
export function createDropSweep(deps: DropDeps): Sweep {
  const { store, transact, clock } = deps;

  const dropOne = async (openid: string, before: Date): Promise<number> => {
    const conversation = await store.load(openid);
    const { flow } = conversation;
    if (!flow || flow.touchedAt >= before) return 0;
    const at = clock.now();
    const met = new AppError('stale_version');
    const key = `flow_dropped:${sha256Hex(`${openid} ${flow.touchedAt.toISOString()}`)}`;
    try {
      await transact(async (tx) => {
        if (flow.name === 'complaint' || flow.name === 'tipoff') {
          await deps.notices.owe(tx, { key, openid, kind: 'flow_dropped', text: deps.say('flowDropped') });
        }
        if (!(await store.save({ before: conversation, key, reply: null, flow: null, at, tx }))) throw met;
      });
      return 1;
    } catch (error) {
      // The resident came back in this moment: their flow lives.
      if (error === met) return 0;
      throw error;
    }
  };

  return {
    name: 'conversation.drop',
    everySeconds: 60,
    run: async () => {
      const before = new Date(clock.now().getTime() - deps.dropMs);
      let dropped = 0;
      for (const openid of await store.untouchedSince(before, A_SWEEP)) dropped += await dropOne(openid, before);
      return dropped;
    },
  };
}
