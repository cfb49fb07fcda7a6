import { type Clock, formatChinaMinute } from '../kernel/index.ts';
import { isOverdue } from './overdue.ts';
import type { Push } from './push.ts';
import type { PushesStore } from './pushes.store.ts';

/** The finish event comes within minutes; an accepted push without a result for this long is worth a look. */
const NO_RESULT_MS = 3_600_000;

/** Late, waiting, unknown or unanswered pushes, in words for staff; empty when all is well. */
export async function stuckPushes(store: Pick<PushesStore, 'underWay'>, clock: Clock): Promise<string[]> {
  const now = clock.now();
  return (await store.underWay(now)).flatMap((push) => {
    const trouble = troubleOf(push, now);
    return trouble === null ? [] : [`简报《${push.title}》${trouble}`];
  });
}

function troubleOf(push: Push, now: Date): string | null {
  const { state, dueAt } = push;
  switch (state.is) {
    case 'held':
      return `没有推送，等待党政办重新排期：${state.why.message}`;
    case 'stalled':
      return `没有推送，修好后会自动接着推送：${state.why.message}`;
    case 'unknown':
      return state.undecided === null
        ? '推送结果不明，系统正在用同一编号向平台核对，请不要手工再发。'
        : '推送结果不明，请分管领导认定是否已发出。';
    case 'accepted':
      // Without a number a leader has said that it was sent, and there is nothing to ask the carrier for.
      if (state.receipt.id === null) return null;
      return now.getTime() - state.receipt.acceptedAt.getTime() > NO_RESULT_MS ? '平台受理后一直没有给出结果。' : null;
    default:
      return isOverdue(push, now) ? `应在${formatChinaMinute(dueAt)}推送，还没有完成。` : null;
  }
}
