import { chinaDate } from '../kernel/index.ts';
import type { InboxEntry, LedgerMassSend, PushCounts } from './contract.ts';
import { deliver } from './deliveries.ts';
import { newOpenid } from './random.ts';
import type { Resident } from './residents.ts';
import type { MassJob, PushContent } from './mass-job.ts';
import type { World } from './world.ts';
import { type Bare, bare, renderXml, type XmlFields } from './xml.ts';

/** Pushes that a follower of a service account receives in a calendar month (docs/wechat-platform.md#mass-send). */
export const MONTHLY_PUSHES = 4;

/** The finish event comes from an account of the platform, not from a follower. */
const MPHELPER = newOpenid();

const month = (world: World) => chinaDate(world.time.now()).slice(0, 7);

/** Starts the job: after the configured delay the phones have it and the finish event leaves. */
export function startJob(world: World, job: MassJob): void {
  world.jobs.push(job);
  job.timer = setTimeout(() => finishJob(world, job), world.behaviour.finishDelayMs);
  world.ended.signal.addEventListener('abort', () => clearTimeout(job.timer), { once: true });
}

/** Ends a job that is still SENDING, now or when its delay is over. */
export function finishJob(world: World, job: MassJob): void {
  clearTimeout(job.timer);
  const { finishStatus, finishMode } = world.behaviour;
  const success = finishStatus === 'send success';
  job.counts = success ? handOut(world, job) : { total: 0, filtered: 0, sent: 0, failed: 0 };
  if (job.status === 'SENDING') job.status = success ? 'SEND_SUCCESS' : 'SEND_FAIL';
  job.finishXml = finishXml(world, job, finishStatus);
  if (finishMode === 'drop') job.finishEvent = 'dropped';
  else if (finishMode === 'hold') job.finishEvent = 'held';
  else void sendFinishEvent(world, job, finishMode === 'twice' ? 2 : 1);
}

/** Puts the push on the phones. Who has had four this month is filtered, who left meanwhile fails. */
function handOut(world: World, job: MassJob): PushCounts {
  const limited = world.account.type === 'service';
  const now = month(world);
  const counts = { total: job.recipients.length, filtered: 0, sent: 0, failed: 0 };
  for (const resident of job.recipients) {
    const had = resident.pushesByMonth.get(now) ?? 0;
    if (limited && had >= MONTHLY_PUSHES) continue;
    counts.filtered += 1;
    if (!resident.following) {
      counts.failed += 1;
      continue;
    }
    counts.sent += 1;
    resident.pushesByMonth.set(now, had + 1);
    showPush(world, resident, job.content, { via: 'push', msgId: String(job.msgId) });
  }
  return counts;
}

/** One push or preview as the phone shows it. */
export function showPush(
  world: World,
  resident: Resident,
  content: PushContent,
  { via, msgId }: { via: 'push' | 'preview' | 'customer_service'; msgId?: string },
): void {
  const first = content.articles?.[0];
  const entry: Omit<InboxEntry, 'seq' | 'at'> = {
    from: 'account',
    via,
    type: content.articles === undefined ? content.msgtype : 'news',
    ...(content.text === undefined ? {} : { text: content.text }),
    ...(content.mediaId === undefined ? {} : { mediaId: content.mediaId }),
    ...(content.mediaUrl === undefined ? {} : { mediaUrl: content.mediaUrl }),
    ...(content.articles === undefined ? {} : { articles: content.articles }),
    ...(first === undefined ? {} : { title: first.title, url: first.url }),
    ...(msgId === undefined ? {} : { msgId }),
  };
  world.residents.show(resident, entry);
}

function finishXml(world: World, job: MassJob, status: string): string {
  const counts = job.counts ?? { total: 0, filtered: 0, sent: 0, failed: 0 };
  const articles = job.content.articles ?? [];
  const list = (items: readonly XmlFields[]): XmlFields | Bare =>
    items.length === 0 ? bare('') : { item: [...items] };
  const results: XmlFields = world.behaviour.finishArticleUrls
    ? {
        CopyrightCheckResult: { Count: 0, ResultList: list([]), CheckState: 0 },
        ArticleUrlResult: {
          Count: articles.length,
          ResultList: list(articles.map(({ url }, index) => ({ ArticleIdx: index + 1, ArticleUrl: url }))),
        },
      }
    : {};
  return renderXml({
    ToUserName: world.account.originalId,
    FromUserName: MPHELPER,
    CreateTime: world.time.seconds(),
    MsgType: 'event',
    Event: 'MASSSENDJOBFINISH',
    MsgID: job.msgId,
    Status: status,
    TotalCount: counts.total,
    FilterCount: counts.filtered,
    SentCount: counts.sent,
    ErrorCount: counts.failed,
    ...results,
  });
}

/** Brings the finish event of a finished job to the webhook, `copies` times at once. */
export async function sendFinishEvent(world: World, job: MassJob, copies = 1): Promise<void> {
  const xml = job.finishXml;
  if (xml === null) return;
  const sent = await Promise.all(
    Array.from({ length: copies }, async () => deliver(world, { openid: MPHELPER, sentType: 'event', xml })),
  );
  const good = sent.some(({ attempts, outcome }) => attempts > 0 && outcome.kind !== 'banner');
  job.finishEvent = good ? 'delivered' : 'undelivered';
}

/** A job as the ledger shows it. */
export function massSendOf(job: MassJob): LedgerMassSend {
  return {
    msgId: String(job.msgId),
    msgDataId: job.msgDataId === null ? null : String(job.msgDataId),
    clientMsgId: job.clientMsgId,
    audience: job.audience,
    msgtype: job.content.msgtype,
    accepted: job.acceptedAt.toISOString(),
    answered: job.answered,
    status: job.status,
    finishEvent: job.finishEvent,
    counts: job.counts,
    articles: (job.content.articles ?? []).map(({ title, url, sourceUrl }) => ({
      title,
      url,
      sourceUrl: sourceUrl ?? '',
    })),
  };
}
