import { chinaDate, sha256Hex, utf8Bytes } from '../../kernel/index.ts';
import type { Audience } from '../contract.ts';
import { Refusal } from '../errcodes.ts';
import { integerAt, type JsonObject, listAt, objectAt, stringAt } from '../json.ts';
import type { MassJob } from '../mass-job.ts';
import { MONTHLY_PUSHES, showPush, startJob } from '../mass-jobs.ts';
import type { Resident } from '../residents.ts';
import type { World } from '../world.ts';
import { type Api, type ApiAnswer, type ApiCall, type ApiTable, followerOf, json, ok } from './api.ts';
import { type MassContent, massContentOf } from './mass-content.ts';
import { membersOf } from './tags.ts';

/** Seconds for which a clientmsgid is remembered, and in which a repeat of an unanswered one is too fast. */
const REMEMBERED = 86_400;
const TOO_FAST = 60;
const MAX_TOUSER = 10_000;

interface Range {
  readonly audience: Audience;
  readonly recipients: readonly Resident[];
  /** Equal for equal ranges. */
  readonly digest: string;
}

function filterRange(world: World, body: JsonObject): Range {
  const filter = objectAt(body, 'filter');
  if (filter === undefined) throw new Refusal(40035);
  const toAll = filter['is_to_all'] ?? false;
  if (typeof toAll !== 'boolean') throw new Refusal(40035);
  if (toAll) return { audience: { kind: 'all' }, recipients: world.residents.followers(), digest: 'all' };
  const tagId = integerAt(filter, 'tag_id');
  if (tagId === undefined || !world.tags.has(tagId)) throw new Refusal(45159);
  return { audience: { kind: 'tag', tagId }, recipients: membersOf(world, tagId), digest: `tag ${tagId}` };
}

function listRange(world: World, body: JsonObject): Range {
  const openids = [...new Set(listAt(body, 'touser') ?? [])];
  if (openids.length < 2) throw new Refusal(40130);
  if (openids.length > MAX_TOUSER) throw new Refusal(40032);
  const recipients = openids.flatMap((openid) => {
    if (typeof openid !== 'string') throw new Refusal(40003);
    const resident = world.residents.get(openid);
    return resident?.following === true ? [resident] : [];
  });
  if (recipients.length < 2) throw new Refusal(40130);
  return { audience: { kind: 'openids', count: openids.length }, recipients, digest: openids.join(' ') };
}

function refuseKnownId(world: World, clientMsgId: string): void {
  const now = world.time.seconds();
  const job = world.jobs.findLast((one) => one.clientMsgId === clientMsgId);
  const known =
    job === undefined
      ? world.refusedIds.get(clientMsgId)
      : { msgId: job.msgId, at: Math.floor(job.acceptedAt.getTime() / 1_000), answered: job.answered };
  if (known === undefined || now - known.at >= REMEMBERED) return;
  if (!known.answered && now - known.at < TOO_FAST) throw new Refusal(45066);
  throw new Refusal(45065, { msg_id: known.msgId });
}

/**
 * Subscription accounts push once a day; service accounts to everybody four times a month
 * (docs/wechat-platform.md#mass-send).
 */
function refuseOverQuota(world: World, audience: Audience): void {
  const today = chinaDate(world.time.now());
  const days = world.jobs.map((job) => ({ day: chinaDate(job.acceptedAt), kind: job.audience.kind }));
  if (world.account.type === 'subscription' && days.some(({ day }) => day === today)) throw new Refusal(45028);
  const toAll = days.filter(({ day, kind }) => kind === 'all' && day.slice(0, 7) === today.slice(0, 7));
  const used = world.account.type === 'service' && audience.kind === 'all' && toAll.length >= MONTHLY_PUSHES;
  if (used) throw new Refusal(45028);
}

function givenId(world: World, body: JsonObject): string | undefined {
  const id = body['clientmsgid'];
  if (id === undefined || id === '') return undefined;
  if (typeof id !== 'string') throw new Refusal(47001);
  if (utf8Bytes(id) > world.behaviour.clientMsgIdMaxBytes) throw new Refusal(45067);
  return id;
}

/** Content, clientmsgid and quota in the platform's order. A default id needs the content first. */
function admitted(world: World, body: JsonObject, range: Range): { content: MassContent; clientMsgId: string } {
  const given = givenId(world, body);
  if (given !== undefined && world.behaviour.massCheckOrder === 'clientmsgid') refuseKnownId(world, given);
  try {
    const content = massContentOf(world, body);
    const clientMsgId = given ?? sha256Hex(`${range.digest}\n${content.digest}`).slice(0, 32);
    refuseKnownId(world, clientMsgId);
    refuseOverQuota(world, range.audience);
    return { content, clientMsgId };
  } catch (error) {
    const usesId = given !== undefined && world.behaviour.refusedAttemptUsesId && error instanceof Refusal;
    if (usesId && error.errcode !== 45065 && error.errcode !== 45066) {
      world.refusedIds.set(given, { msgId: world.newMassId(), at: world.time.seconds(), answered: true });
    }
    throw error;
  }
}

function submit(call: ApiCall, range: Range): ApiAnswer {
  const { world } = call;
  const { content, clientMsgId } = admitted(world, call.body, range);
  const made = content.make();
  content.taken();
  const isNews = made.articles !== undefined;
  const job: MassJob = {
    msgId: world.newMassId(),
    msgDataId: isNews ? world.newMassId() : null,
    clientMsgId,
    audience: range.audience,
    content: made,
    recipients: range.recipients,
    acceptedAt: world.time.now(),
    answered: false,
    status: 'SENDING',
    finishEvent: 'pending',
    counts: null,
    finishXml: null,
    timer: undefined,
  };
  startJob(world, job);
  call.onAnswered(() => {
    job.answered = true;
  });
  return json({
    errcode: 0,
    errmsg: 'send job submission success',
    msg_id: job.msgId,
    ...(job.msgDataId === null ? {} : { msg_data_id: job.msgDataId }),
  });
}

function jobOf({ world, body }: ApiCall): MassJob {
  const msgId = integerAt(body, 'msg_id');
  const job = world.jobs.find((one) => one.msgId === msgId);
  if (job === undefined) throw new Refusal(40059);
  return job;
}

function deleteArticles(call: ApiCall): ApiAnswer {
  const job = jobOf(call);
  const articles = job.content.articles;
  if (articles === undefined || job.status !== 'SEND_SUCCESS') throw new Refusal(40059);
  const index = integerAt(call.body, 'article_idx') ?? 0;
  if (index > articles.length) throw new Refusal(40060);
  for (const [at, { url }] of articles.entries()) {
    const page = call.world.pages.get(url.slice(url.lastIndexOf('/') + 1));
    if (page !== undefined && (index === 0 || index === at + 1)) page.deleted = true;
  }
  if (index === 0) job.status = 'DELETE';
  return ok();
}

function preview({ world, body }: ApiCall): ApiAnswer {
  if (stringAt(body, 'touser') === undefined && stringAt(body, 'towxname') !== undefined) {
    world.quotas.takeDaily('message/mass/preview by wxname', 100);
    throw new Refusal(40132);
  }
  const resident = followerOf(world, body['touser']);
  showPush(world, resident, massContentOf(world, body).make(), { via: 'preview' });
  return json({ errcode: 0, errmsg: 'preview success', msg_id: world.newMassId() });
}

/** Both sends share 100 calls a day and 60 a minute. */
const SEND = {
  method: 'POST',
  perMinute: { key: 'message/mass', limit: 60, errcode: 42010 },
  daily: { limit: 100, key: 'message/mass' },
} as const satisfies Partial<Api>;

/** People received a minute, in ten thousands, by level 0–4. */
const REAL_SPEED = [80, 60, 45, 30, 10] as const;

/** Mass sends, their state, previews and speed. */
export const massApis: ApiTable = {
  '/cgi-bin/message/mass/sendall': {
    ...SEND,
    right: 'verified',
    handle: (call) => submit(call, filterRange(call.world, call.body)),
  },
  '/cgi-bin/message/mass/send': {
    ...SEND,
    right: 'verified_service',
    handle: (call) => submit(call, listRange(call.world, call.body)),
  },
  '/cgi-bin/message/mass/preview': { method: 'POST', right: 'verified', handle: preview },
  '/cgi-bin/message/mass/get': {
    method: 'POST',
    right: 'verified',
    handle: (call) => {
      const job = jobOf(call);
      return json({ msg_id: job.msgId, msg_status: job.status });
    },
  },
  '/cgi-bin/message/mass/delete': {
    method: 'POST',
    right: 'verified',
    daily: { limit: 10 },
    handle: deleteArticles,
  },
  '/cgi-bin/message/mass/speed/get': {
    method: 'POST',
    right: 'verified',
    emptyBody: true,
    handle: ({ world }) => json({ speed: world.speed.level, realspeed: REAL_SPEED[world.speed.level] }),
  },
  '/cgi-bin/message/mass/speed/set': {
    method: 'POST',
    right: 'verified',
    handle: ({ world, body }) => {
      if (body['speed'] === undefined) throw new Refusal(45084);
      const level = integerAt(body, 'speed');
      if (level === undefined || level < 0 || level >= REAL_SPEED.length) throw new Refusal(45083);
      world.speed.level = level;
      return ok();
    },
  },
};
