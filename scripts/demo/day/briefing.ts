import type { Office } from '../accounts.ts';
import type { Phones, Resident } from '../phones.ts';
import { held, quote, type Stage, until } from '../stage.ts';
import type { PublishedArticle } from './articles.ts';

interface Counts {
  readonly total: number;
  readonly sent: number;
  readonly failed: number;
}

interface BriefingView {
  readonly id: string;
  readonly status: string;
  readonly statusName: string;
  readonly failure: { readonly message: string } | null;
  readonly dispatch: {
    readonly batches: readonly {
      readonly clientMsgId: string;
      readonly msgId?: string;
      readonly counts?: Counts;
    }[];
  } | null;
}

interface Quota {
  readonly left: number;
  readonly limit: number;
}

/**
 * Pushes to everybody that must be left when the day begins: followers of the first village get two in a day, as on an
 * earlier day, and the person who watches may want one.
 */
export const PUSHES_WANTED = 3;

export async function pushesLeft(office: Office): Promise<number> {
  return (await office.clerk('dispatcher').get<Quota>('/briefings/quota')).left;
}

/** Who takes part in a push. */
export interface PushPlay {
  readonly office: Office;
  readonly phones: Phones;
  readonly title: string;
  readonly articleIds: readonly string[];
  readonly audience: { readonly kind: 'all' } | { readonly kind: 'village'; readonly code: string };
}

/** A briefing from composing to the platform's own count, with the refusals on its way. */
export async function playBriefing(
  stage: Stage,
  { office, phones, residents }: { office: Office; phones: Phones; residents: readonly Resident[] },
  lead: PublishedArticle,
): Promise<void> {
  const dispatcher = office.clerk('dispatcher');
  const { items } = await dispatcher.get<{ items: { id: string }[] }>('/articles?status=published&limit=5');
  const rest = items.map(({ id }) => id).filter((id) => id !== lead.id);
  const play: PushPlay = {
    office,
    phones,
    title: '每日简报（示例）',
    articleIds: [lead.id, ...rest.slice(0, 2)],
    audience: { kind: 'all' },
  };
  const id = await stage.make(
    'dispatcher composes a briefing of three articles for everybody and submits it',
    async () => {
      const submitted = await compose(play);
      const early = await dispatcher.ask('POST', `/briefings/${submitted.id}/schedule`, {});
      held(early.status === 409, `a briefing without approval is scheduled: ${early.status}`);
      return [submitted.id, `${submitted.statusName}; to schedule it now is ${early.status} ${early.code}`];
    },
  );
  await stage.step('dispatcher binds a phone and sees the briefing there before the town does', async () => {
    const [phone] = residents;
    held(phone !== undefined, 'nobody follows');
    const { code } = await dispatcher.post<{ code: string }>('/session/bind');
    const bound = await phone.say(`绑定 ${code}`);
    await dispatcher.post(`/briefings/${id}/preview`);
    const preview = await phone.waitFor('the preview on the phone', ({ via }) => via === 'preview');
    return `phone shows ${quote(bound)}, then a preview of ${preview.articles?.length ?? 0} cards`;
  });
  await stage.step('leader approves the briefing, dispatcher schedules it', async () => {
    const refused = await dispatcher.ask('POST', `/briefings/${id}/approve`, {});
    held(refused.status === 403, `a dispatcher's approval is answered ${refused.status}`);
    const scheduled = await approveAndSchedule(office, id);
    return `${scheduled.statusName} for ${scheduled.sendAt}`;
  });
  await stage.step('the worker pushes it, the platform reports what became of it', async () => {
    const counts = await delivered(play, id);
    held(counts.sent >= residents.length && counts.failed === 0, JSON.stringify(counts));
    return `delivered, counted by the platform: sent ${counts.sent} of ${counts.total}; the platform took one mass send`;
  });
  await stage.step('each follower looks at the phone', async () => {
    const counts = await Promise.all(residents.map(async (resident) => cardsOf(resident, lead.title)));
    held(
      counts.every((count) => count === 1),
      `the phones have it ${counts.join(', ')} times`,
    );
    return `${counts.length} phones, each has the briefing once, first ${quote(lead.title)}`;
  });
}

/** What concerns one village goes to that village alone. */
export async function playVillagePush(
  stage: Stage,
  { office, phones }: { office: Office; phones: Phones },
  { inside, outside, article }: { inside: Resident; outside: readonly Resident[]; article: PublishedArticle },
): Promise<void> {
  const village = office.meta.villages[0];
  held(village !== undefined, 'the town has no village');
  await stage.step(`a briefing for ${village.name} alone reaches ${inside.name}, who follows from there`, async () => {
    const play: PushPlay = {
      office,
      phones,
      title: `${village.name}简报（示例）`,
      articleIds: [article.id],
      audience: { kind: 'village', code: village.code },
    };
    const { id } = await compose(play);
    await approveAndSchedule(office, id);
    const counts = await delivered(play, id);
    const [reached, ...others] = await Promise.all(
      [inside, ...outside].map(async (one) => cardsOf(one, article.title)),
    );
    held(
      reached === 1 && others.every((count) => count === 0),
      `inside ${reached}, outside ${others.join(', ')} times`,
    );
    return `sent ${counts.sent} of ${counts.total}; ${outside.map(({ name }) => name).join(' and ')} did not get it`;
  });
}

async function compose({ office, title, articleIds, audience }: PushPlay): Promise<BriefingView> {
  const dispatcher = office.clerk('dispatcher');
  const { id } = await dispatcher.post<BriefingView>('/briefings', { title, articleIds, audience });
  return dispatcher.post<BriefingView>(`/briefings/${id}/submit`);
}

async function approveAndSchedule(office: Office, id: string): Promise<BriefingView & { readonly sendAt: string }> {
  await office.clerk('leader').post(`/briefings/${id}/approve`);
  return office.clerk('dispatcher').post(`/briefings/${id}/schedule`, {});
}

/** A worker looks each 3 s, for new tags each 10 s. */
const DELIVERED_MS = 90_000;

/** Waits for the platform's own counts; NotHeld unless the platform took exactly one mass send for it. */
async function delivered({ office, phones }: PushPlay, id: string): Promise<Counts> {
  const done = await until(
    'the briefing is delivered',
    async () => {
      const seen = await office.clerk('dispatcher').get<BriefingView>(`/briefings/${id}`);
      held(!['failed', 'unknown', 'cancelled'].includes(seen.status), `it is ${seen.status}: ${seen.failure?.message}`);
      return seen.status === 'delivered' ? seen : undefined;
    },
    DELIVERED_MS,
  );
  const [batch, ...more] = done.dispatch?.batches ?? [];
  held(batch?.counts !== undefined && more.length === 0, 'it has no counts of the platform');
  const sends = (await phones.massSends()).filter(
    ({ msgId, clientMsgId }) => msgId === batch.msgId || clientMsgId === batch.clientMsgId,
  );
  held(sends.length === 1, `the platform took ${sends.length} mass sends for it`);
  return batch.counts;
}

/** How many cards with this title pushes have brought to a phone. */
async function cardsOf(resident: Resident, title: string): Promise<number> {
  const pushes = (await resident.received()).filter(({ via }) => via === 'push');
  return pushes.flatMap((push) => push.articles ?? []).filter((card) => card.title === title).length;
}
