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
  return (await store.underWay()).flatMap((briefing) => {
    const words = troubleOf(briefing, now);
    return words === null ? [] : [{ briefingId: briefing.id, title: briefing.title, words }];
  });
}

function troubleOf(briefing: Briefing, now: Date): string | null {
  const { status, hold, sendAt, batch } = briefing;
  if (hold !== null) return `没有推送，等待重新排期：${hold.message}`;
  if (status === 'unknown') return '推送结果不明，请分管领导认定是否已发出。';
  if (isOverdue(briefing, now)) return `应在${sendAt ? formatChinaMinute(sendAt) : '此前'}推送，还没有完成。`;
  const accepted = batch?.acceptedAt;
  if (status === 'submitted_to_platform' && accepted && now.getTime() - accepted.getTime() > NO_RESULT_MS) {
    return '平台受理后一直没有给出结果。';
  }
  return null;
}
