import { type Clock, formatChinaMinute } from '../kernel/index.ts';
import { type Briefing, isOverdue } from './briefing.ts';
import type { BriefingsStore } from './briefings.store.ts';

/** A push that does not go by itself, in words for staff. */
export interface StuckPush {
  readonly briefingId: string;
  readonly title: string;
  readonly words: string;
}

/** The finish event comes within minutes; an accepted push without a result for this long is worth a look. */
const NO_RESULT_MS = 3_600_000;

/** Late, waiting, unknown or unanswered pushes; empty when all is well. */
export async function stuckPushes(store: Pick<BriefingsStore, 'underWay'>, clock: Clock): Promise<StuckPush[]> {
  const now = clock.now();
  return (await store.underWay(now)).flatMap((briefing) => {
    const trouble = troubleOf(briefing, now);
    if (trouble === null) return [];
    return [{ briefingId: briefing.id, title: briefing.title, words: `简报《${briefing.title}》${trouble}` }];
  });
}

function troubleOf(briefing: Briefing, now: Date): string | null {
  const { status, hold, sendAt, batch } = briefing;
  if (hold !== null) return `没有推送，等待党政办重新排期：${hold.message}`;
  if (status === 'unknown') {
    return briefing.nextAt === null
      ? '推送结果不明，请分管领导认定是否已发出。'
      : '推送结果不明，系统正在用同一编号向平台核对，请不要手工再发。';
  }
  if (isOverdue(briefing, now)) return `应在${sendAt ? formatChinaMinute(sendAt) : '此前'}推送，还没有完成。`;
  const accepted = batch?.acceptedAt;
  // Without a number a leader has said that it was sent, and there is nothing to ask the platform for.
  if (batch?.msgId == null) return null;
  if (status === 'submitted_to_platform' && accepted && now.getTime() - accepted.getTime() > NO_RESULT_MS) {
    return '平台受理后一直没有给出结果。';
  }
  return null;
}
