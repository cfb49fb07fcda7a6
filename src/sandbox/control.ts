import type { Context } from 'koa';
import { PHOTO_BYTES } from './api/media.ts';
import type {
  FinishAnswer,
  InboxAnswer,
  LedgerAnswer,
  PhoneAnswer,
  ResidentAnswer,
  ResidentsAnswer,
} from './contract.ts';
import { ControlError } from './control-error.ts';
import { checkedBehaviour, checkedFault } from './control-input.ts';
import { verifyWebhook } from './deliveries.ts';
import { parseJsonObject, readBody } from './http.ts';
import { integerAt, type JsonObject, numberAt, stringAt } from './json.ts';
import type { MassJob } from './mass-job.ts';
import { finishJob, massSendOf, sendFinishEvent } from './mass-jobs.ts';
import type { Resident } from './residents.ts';
import { say } from './say.ts';
import { stateOf } from './state.ts';
import type { World } from './world.ts';

/** What the control interface works on; `reset` makes a new world. */
interface ControlTarget {
  world(): World;
  reset(): void;
}

interface ControlCall {
  readonly target: ControlTarget;
  readonly world: World;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
  /** The path's own parts, decoded. */
  readonly parts: readonly string[];
}

type Handler = (call: ControlCall) => unknown;

const MAX_RESIDENTS = 100_000;
/** Follow events under way at once when many residents are made. */
const AT_ONCE = 20;

function residentOf({ world, parts }: ControlCall): Resident {
  const resident = world.residents.get(parts[0] ?? '');
  if (resident === undefined) throw new ControlError(404, 'no such resident');
  return resident;
}

/** New residents; with `subscribe` they follow, and the webhook hears of it unless `silent`. */
async function makeResidents({ world, body }: ControlCall): Promise<ResidentAnswer | ResidentsAnswer> {
  const count = integerAt(body, 'count') ?? 1;
  if (count < 1 || count > MAX_RESIDENTS) throw new ControlError(400, `count is 1 to ${MAX_RESIDENTS}`);
  const known = stringAt(body, 'openid');
  if (known !== undefined && (count !== 1 || !/^[\w-]{10,64}$/.test(known) || world.residents.get(known))) {
    throw new ControlError(400, 'openid is that of one resident who is not here yet');
  }
  const made = Array.from({ length: count }, () => world.residents.add(known));
  const follow = { type: 'subscribe', ...(body['scene'] === undefined ? {} : { scene: body['scene'] }) };
  const answers = [];
  if (body['subscribe'] === true && body['silent'] === true) {
    for (const resident of made) world.residents.follow(resident, stringAt(body, 'scene') ?? null);
  } else if (body['subscribe'] === true) {
    for (let from = 0; from < made.length; from += AT_ONCE) {
      const some = made.slice(from, from + AT_ONCE);
      answers.push(...(await Promise.all(some.map(async (resident) => say(world, resident, follow)))));
    }
  }
  const openids = made.map(({ openid }) => openid);
  const [openid] = openids;
  const alone = body['count'] === undefined && openid !== undefined;
  return alone ? { openid, reply: answers[0]?.reply ?? null } : { openids };
}

const listResidents: Handler = ({ world, query }) => ({
  residents: world.residents
    .all()
    .slice(0, Number(query.get('limit') ?? MAX_RESIDENTS))
    .map(({ openid, number, following, tagIds, inbox }) => ({
      openid,
      number,
      following,
      tagIds: [...tagIds],
      messages: inbox.length,
    })),
});

const inbox: Handler = (call): InboxAnswer => {
  const after = Number(call.query.get('after') ?? 0);
  return { items: residentOf(call).inbox.filter(({ seq }) => seq > after) };
};

const phone: Handler = ({ world }): PhoneAnswer => ({
  name: world.account.name,
  scenes: [...new Set([...world.qrTickets.values(), ...world.residents.all().flatMap(({ scene }) => scene ?? [])])],
  photoBytes: PHOTO_BYTES,
});

const ledger: Handler = ({ world, query }): LedgerAnswer => {
  const api = query.get('api');
  const calls = world.ledger.calls().filter((call) => api === null || call.api === api);
  return { calls, massSends: world.jobs.map(massSendOf) };
};

/**
 * With `mode` or `delayMs`: what becomes of finish events from now on; `auto` and `twice` also release what is held.
 * Otherwise ends one job that is still sending, sends the finish event of a finished one again, or releases all held.
 */
async function finish({ world, body }: ControlCall): Promise<FinishAnswer> {
  const { mode: finishMode, delayMs: finishDelayMs } = body;
  const wanted = {
    ...(finishMode === undefined ? {} : { finishMode }),
    ...(finishDelayMs === undefined ? {} : { finishDelayMs }),
  };
  Object.assign(world.behaviour, checkedBehaviour(wanted, world.behaviour));
  const isRelease = finishMode === 'auto' || finishMode === 'twice' || Object.keys(wanted).length === 0;
  const jobs = isRelease ? await release(world, { copies: finishMode === 'twice' ? 2 : 1, ...body }) : [];
  const behaviour = world.behaviour;
  return {
    finishMode: behaviour.finishMode,
    finishDelayMs: behaviour.finishDelayMs,
    massSends: jobs.map(massSendOf),
  };
}

async function release(world: World, body: JsonObject): Promise<readonly MassJob[]> {
  const copies = integerAt(body, 'copies') ?? 1;
  const msgId = stringAt(body, 'msgId') ?? integerAt(body, 'msgId')?.toString();
  const jobs = world.jobs.filter((job) =>
    msgId === undefined ? job.finishEvent === 'held' : String(job.msgId) === msgId,
  );
  if (msgId !== undefined && jobs.length === 0) throw new ControlError(404, 'no mass send with this msgId');
  for (const job of jobs) {
    if (job.finishXml === null) finishJob(world, job);
    else await sendFinishEvent(world, job, copies);
  }
  return jobs;
}

const setClock: Handler = ({ world, body }) => {
  const offset = numberAt(body, 'offsetSeconds');
  if (offset === undefined) throw new ControlError(400, 'offsetSeconds is a number');
  world.time.offsetSeconds = offset;
  return { offsetSeconds: offset, now: world.time.now().toISOString() };
};

const setWebhook: Handler = ({ world, body }) => {
  const url = body['url'];
  if (url !== null && (typeof url !== 'string' || !URL.canParse(url)))
    throw new ControlError(400, 'url is a URL or null');
  world.link.webhookUrl = url;
  return { webhookUrl: url };
};

const setQuota: Handler = ({ world, body }) => {
  const path = stringAt(body, 'path');
  const limit = integerAt(body, 'limit');
  if (path === undefined || limit === undefined) throw new ControlError(400, 'path is a string, limit a whole number');
  world.quotas.setLimit(path.replace('/cgi-bin/', ''), limit);
  return { path, limit };
};

const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/_\/residents$/, listResidents],
  ['POST', /^\/_\/residents$/, makeResidents],
  ['POST', /^\/_\/residents\/([^/]+)\/say$/, async (call) => say(call.world, residentOf(call), call.body)],
  ['GET', /^\/_\/residents\/([^/]+)\/inbox$/, inbox],
  ['GET', /^\/_\/phone$/, phone],
  ['GET', /^\/_\/ledger$/, ledger],
  ['GET', /^\/_\/menu$/, ({ world }) => ({ menu: world.menu.buttons })],
  ['GET', /^\/_\/state$/, ({ world }) => stateOf(world)],
  ['GET', /^\/_\/faults$/, ({ world }) => ({ faults: world.faults.list() })],
  [
    'POST',
    /^\/_\/faults$/,
    ({ world, body }) => {
      world.faults.add(checkedFault(body));
      return { faults: world.faults.list() };
    },
  ],
  [
    'DELETE',
    /^\/_\/faults$/,
    ({ world }) => {
      world.faults.clear();
      return { faults: [] };
    },
  ],
  ['POST', /^\/_\/clock$/, setClock],
  [
    'POST',
    /^\/_\/behaviour$/,
    ({ world, body }) => Object.assign(world.behaviour, checkedBehaviour(body, world.behaviour)),
  ],
  ['POST', /^\/_\/quotas$/, setQuota],
  [
    'POST',
    /^\/_\/tokens\/revoke$/,
    ({ world }) => {
      world.tokens.revokeAll();
      return { revoked: true };
    },
  ],
  ['POST', /^\/_\/finish$/, finish],
  ['POST', /^\/_\/webhook$/, setWebhook],
  ['POST', /^\/_\/verify$/, async ({ world }) => ({ verified: await verifyWebhook(world) })],
  [
    'POST',
    /^\/_\/reset$/,
    ({ target }) => {
      target.reset();
      return stateOf(target.world());
    },
  ],
];

async function bodyOf(ctx: Context): Promise<JsonObject> {
  if (ctx.method !== 'POST') return {};
  const raw = await readBody(ctx.req);
  if (raw === undefined) throw new ControlError(413, 'the body is too large');
  const body = raw.length === 0 ? {} : parseJsonObject(raw, false);
  if (body === undefined) throw new ControlError(400, 'the body is a JSON object');
  return body;
}

/** Answers one request under `/_/`: JSON, `{"error":{"message"}}` with 400 or 404 for a wrong one. */
export async function handleControl(target: ControlTarget, ctx: Context): Promise<void> {
  try {
    const route = ROUTES.find(([method, path]) => method === ctx.method && path.test(ctx.path));
    if (route === undefined) throw new ControlError(404, `no such control call: ${ctx.method} ${ctx.path}`);
    const parts = (route[1].exec(ctx.path) ?? []).slice(1).map(decodeURIComponent);
    const body = await bodyOf(ctx);
    const query = new URLSearchParams(ctx.querystring);
    ctx.body = await route[2]({ target, world: target.world(), body, query, parts });
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    ctx.status = error.status;
    ctx.body = { error: { message: error.message } };
  }
}
