import { countChars, utf8Bytes } from '../kernel/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { MAX_REPLY_BYTES, MAX_REPLY_CHARS, type Reply } from '../wechat/index.ts';
import type { Changed, Plan } from './plan.ts';
import type { Flow } from './state.ts';

/**
 * The reply with the waiting notices behind it, as many as fit; they count as seen when the transaction is committed.
 * `more` = some still wait. A reply that is no text carries nothing.
 */
export async function carryNotices(
  notices: Pick<Notices, 'take'>,
  tx: Tx,
  openid: string,
  reply: Reply | null,
): Promise<{ reply: Reply | null; more: boolean }> {
  if (reply?.type !== 'text') return { reply, more: true };
  const room = {
    chars: MAX_REPLY_CHARS - countChars(reply.text),
    bytes: MAX_REPLY_BYTES - utf8Bytes(reply.text),
  };
  const { texts, more } = await notices.take(tx, openid, room);
  return { reply: { type: 'text', text: [reply.text, ...texts].join('\n\n') }, more };
}

/** Any plan as one that runs in a transaction: what is safe to repeat happens before it. */
export async function asChange(plan: Plan, flow: Flow | null): Promise<Extract<Plan, { kind: 'change' }>> {
  const fixed = (changed: Changed): Extract<Plan, { kind: 'change' }> => ({ kind: 'change', run: async () => changed });
  switch (plan.kind) {
    case 'change':
      return plan;
    case 'read':
      return fixed({ reply: plan.reply, flow });
    case 'effect':
      return fixed({ reply: await plan.run(), flow });
    case 'talk': {
      const { first, reply, kind: _kind, apart: _apart, ...next } = plan;
      await first?.();
      return fixed({ reply, ...next });
    }
  }
}
