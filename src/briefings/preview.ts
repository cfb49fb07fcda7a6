import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError } from '../kernel/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { PushesApi } from '../pushes/index.ts';
import type { ArticlesDoor, StaffDoor } from './briefing.ports.ts';
import type { Briefing } from './briefing.ts';

export interface PreviewDeps {
  readonly articles: ArticlesDoor;
  readonly pushes: Pick<PushesApi, 'preview'>;
  readonly staff: StaffDoor;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
}

/** Shows the briefing on one phone as followers would see it: the given openid's, else the caller's bound one. */
export async function previewBriefing(
  { staff, articles, pushes, transact, audit }: PreviewDeps,
  caller: Caller,
  seen: Briefing,
  openid?: string,
): Promise<void> {
  const phone = openid ?? (await staff.boundOpenidOf(caller.id));
  if (phone === null) {
    throw new AppError('invalid_input', {
      message: '您还没有绑定微信：请先在账号页取绑定码，在公众号里发送“绑定 <码>”。',
    });
  }
  await pushes.preview(phone, seen.frozen?.articles ?? (await articles.freezeApproved(seen.articleIds)));
  await transact(async (tx) => {
    await audit.record(tx, {
      action: 'briefings.preview',
      actor: staffActor(caller),
      target: { kind: 'briefing', id: seen.id },
    });
  });
}
