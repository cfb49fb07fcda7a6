import type { Office } from '../accounts.ts';
import type { Phones, Resident } from '../phones.ts';
import { held, quote, type Stage, until } from '../stage.ts';
import type { PublishedArticle } from './articles.ts';

interface BriefingView {
  readonly id: string;
  readonly status: string;
  readonly statusName: string;
  readonly failure: { readonly message: string } | null;
  readonly dispatch: {
    readonly batches: readonly {
      readonly clientMsgId: string;
      readonly msgId?: string;
      readonly counts?: { readonly total: number; readonly sent: number; readonly failed: number };
    }[];
  } | null;
}

interface Quota {
  readonly left: number;
  readonly limit: number;
}

/** Pushes that must be left for the day, and one for the person who watches. */
export const PUSHES_WANTED = 2;

export async function pushesLeft(office: Office): Promise<number> {
  return (await office.clerk('dispatcher').get<Quota>('/briefings/quota')).left;
}

/** A briefing from composing to the platform's own count. */
export async function playBriefing(
  stage: Stage,
  { office, phones, residents }: { office: Office; phones: Phones; residents: readonly Resident[] },
  lead: PublishedArticle,
): Promise<void> {
  const dispatcher = office.clerk('dispatcher');
  const leader = office.clerk('leader');
  const id = await stage.make(
    'dispatcher composes a briefing of three articles for everybody and submits it',
    async () => {
      const { items } = await dispatcher.get<{ items: { id: string; title: string }[] }>(
        '/articles?status=published&limit=5',
      );
      const rest = items.filter((item) => item.id !== lead.id).slice(0, 2);
      const composed = await dispatcher.post<BriefingView>('/briefings', {
        title: '每日简报（示例）',
        articleIds: [lead.id, ...rest.map((item) => item.id)],
        audience: { kind: 'all' },
      });
      const path = (verb: string): string => `/briefings/${composed.id}/${verb}`;
      const submitted = await dispatcher.post<BriefingView>(path('submit'));
      const early = await dispatcher.ask('POST', path('schedule'), {});
      held(early.status === 409, `a briefing without approval is scheduled: ${early.status}`);
      return [composed.id, `${submitted.statusName}; to schedule it now is ${early.status} ${early.code}`];
    },
  );
  const path = (verb: string): string => `/briefings/${id}/${verb}`;
  await stage.step('leader approves the briefing, dispatcher schedules it', async () => {
    const refused = await dispatcher.ask('POST', path('approve'), {});
    held(refused.status === 403, `a dispatcher's approval is answered ${refused.status}`);
    await leader.post<BriefingView>(path('approve'));
    const scheduled = await dispatcher.post<BriefingView & { sendAt: string }>(path('schedule'), {});
    return `${scheduled.statusName} for ${scheduled.sendAt}`;
  });
  await stage.step('the worker pushes it, the platform reports what became of it', async () => {
    const draftsBefore = await phones.calls('/cgi-bin/draft/add');
    const done = await until('the briefing is delivered', async () => {
      const seen = await dispatcher.get<BriefingView>(`/briefings/${id}`);
      held(!['failed', 'unknown', 'cancelled'].includes(seen.status), `it is ${seen.status}: ${seen.failure?.message}`);
      return seen.status === 'delivered' ? seen : undefined;
    });
    const [batch] = done.dispatch?.batches ?? [];
    held(batch?.counts !== undefined && done.dispatch?.batches.length === 1, 'it has no counts of the platform');
    const sends = (await phones.massSends()).filter(({ msgId }) => msgId === batch.msgId);
    held(
      sends.length === 1 && sends[0]?.clientMsgId === batch.clientMsgId,
      `the platform took ${sends.length} mass sends`,
    );
    held(batch.counts.sent >= residents.length && batch.counts.failed === 0, JSON.stringify(batch.counts));
    const drafts = (await phones.calls('/cgi-bin/draft/add')) - draftsBefore;
    return `${done.statusName}, counted by the platform: sent ${batch.counts.sent} of ${batch.counts.total}; mass sends 1, drafts ${drafts}`;
  });
  await stage.step('each follower looks at the phone', async () => {
    const shown = await Promise.all(
      residents.map(async (resident) => {
        const pushes = (await resident.received()).filter(({ via }) => via === 'push');
        const cards = pushes.flatMap((push) => push.articles ?? []);
        held(
          cards.filter(({ title }) => title === lead.title).length === 1,
          `${resident.name} has it ${pushes.length} times`,
        );
        return cards.length;
      }),
    );
    return `${shown.length} phones, each has the briefing once, ${shown[0]} cards, first ${quote(lead.title)}`;
  });
}
