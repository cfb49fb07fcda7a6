import type { Context } from 'koa';
import { accountApis } from './api/account.ts';
import type { Api, ApiAnswer, ApiCall, ApiTable } from './api/api.ts';
import { customerServiceApis } from './api/customer-service.ts';
import { draftApis } from './api/drafts.ts';
import { followerApis } from './api/followers.ts';
import { massApis } from './api/mass.ts';
import { mediaApis } from './api/media.ts';
import { menuApis } from './api/menu.ts';
import { serviceAccountApis } from './api/service-account.ts';
import { tagApis } from './api/tags.ts';
import type { FaultRequest } from './contract.ts';
import { errmsgOf, Refusal } from './errcodes.ts';
import { hasUnicodeEscape, parseJsonObject, parseUpload, readBody } from './http.ts';
import type { JsonObject } from './json.ts';
import { randomHex } from './random.ts';
import type { World } from './world.ts';

/** Every path that this platform knows. */
export const APIS: ApiTable = {
  ...accountApis,
  ...menuApis,
  ...tagApis,
  ...followerApis,
  ...draftApis,
  ...mediaApis,
  ...customerServiceApis,
  ...massApis,
  ...serviceAccountApis,
};

const HTML_404 =
  '<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>';
const htmlOf = (status: number) => `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`;

/** Every errmsg ends with the id of the request. */
const rid = () => ` rid: 6${randomHex(7)}-${randomHex(8)}-${randomHex(8)}`;

type Answered = { readonly answer: ApiAnswer; readonly errcode: number };

function refused(errcode: number, extra: JsonObject = {}): Answered {
  return { answer: { json: { errcode, errmsg: `${errmsgOf(errcode)}${rid()}`, ...extra } }, errcode };
}

function checkRight(world: World, right: Api['right']): void {
  if (right === undefined) return;
  const { verified, type } = world.account;
  if (!verified || (right === 'verified_service' && type !== 'service')) throw new Refusal(48001);
}

const quotaKey = (path: string) => path.replace('/cgi-bin/', '');

/** Token, method, right, quota and body in this order, then the work. Throws Refusal. */
async function perform(world: World, api: Api, ctx: Context, onAnswered: ApiCall['onAnswered']): Promise<ApiAnswer> {
  const query = new URLSearchParams(ctx.querystring);
  // The body is read first, whatever becomes of the call: a refusal must not leave it in the connection.
  const form = api.upload === true ? await parseUpload(ctx.req) : undefined;
  const raw = api.upload === true ? undefined : await readBody(ctx.req);
  if (api.needsToken !== false) world.tokens.check(query.get('access_token'));
  if (ctx.method !== api.method) throw new Refusal(api.method === 'POST' ? 43002 : 43001);
  checkRight(world, api.right);
  if (api.perMinute !== undefined) {
    world.quotas.takeMinute(api.perMinute.key, api.perMinute.limit, api.perMinute.errcode);
  }
  if (api.daily !== undefined) world.quotas.takeDaily(api.daily.key ?? quotaKey(ctx.path), api.daily.limit);
  const body = api.method === 'POST' && api.upload !== true ? bodyOf(api, raw) : {};
  return api.handle({ world, query, body, form, onAnswered });
}

function bodyOf(api: Api, raw: Buffer | undefined): JsonObject {
  if (raw === undefined) throw new Refusal(45002);
  if (raw.length === 0 && api.emptyBody === true) return {};
  if (raw.length === 0) throw new Refusal(44002);
  if (api.refusesEscapes === true && hasUnicodeEscape(raw.toString())) throw new Refusal(40033);
  const body = parseJsonObject(raw, true);
  if (body === undefined) throw new Refusal(47001);
  return body;
}

async function answered(
  world: World,
  api: Api,
  ctx: Context,
  { fault, onAnswered }: { fault: FaultRequest | undefined; onAnswered: ApiCall['onAnswered'] },
): Promise<Answered> {
  const instead = fault !== undefined && fault.effect !== true && (fault.errcode ?? fault.status) !== undefined;
  if (instead) {
    await readBody(ctx.req);
    return refused(fault.errcode ?? -1);
  }
  try {
    const answer = await perform(world, api, ctx, onAnswered);
    const errcode = 'json' in answer ? Number(answer.json['errcode'] ?? 0) : 0;
    return fault?.errcode === undefined ? { answer, errcode } : refused(fault.errcode);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error.errcode, { ...error.extra });
  }
}

function write(ctx: Context, api: Api, { answer, errcode }: Answered): void {
  ctx.status = 200;
  if ('file' in answer) {
    ctx.body = answer.file.bytes;
    ctx.set('Content-Type', answer.file.mime);
    ctx.set('Content-Disposition', `attachment; filename="${answer.file.filename}"`);
    return;
  }
  ctx.body = JSON.stringify(answer.json);
  const plain = api.plainErrors === true && errcode !== 0;
  ctx.set('Content-Type', plain ? 'text/plain' : 'application/json; encoding=utf-8');
}

const pause = async (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Answers one request to `/cgi-bin/…` as the platform does: HTTP 200 also for refusals, 404 for unknown paths. */
export async function handleApi(world: World, ctx: Context): Promise<void> {
  const started = Date.now();
  const api = Object.hasOwn(APIS, ctx.path) ? APIS[ctx.path] : undefined;
  const fault = world.faults.take(ctx.path);
  const whenAnswered: (() => void)[] = [];
  const result =
    api === undefined
      ? undefined
      : await answered(world, api, ctx, { fault, onAnswered: (then) => whenAnswered.push(then) });
  if (fault?.delayMs !== undefined) await pause(fault.delayMs, world.ended.signal);
  const status = result === undefined ? 404 : (fault?.status ?? 200);
  world.ledger.record({
    at: world.time.now().toISOString(),
    api: ctx.path,
    method: ctx.method,
    status,
    errcode: result?.errcode ?? 0,
    ...(result !== undefined && result.errcode !== 0 ? { errmsg: errmsgOf(result.errcode) } : {}),
    ms: Date.now() - started,
    ...(fault === undefined ? {} : { fault: faultName(fault) }),
  });
  if (fault?.dropAnswer === true || ctx.req.socket.destroyed) {
    ctx.respond = false;
    ctx.req.socket.destroy();
    return;
  }
  if (api === undefined || result === undefined || status !== 200) {
    ctx.status = status;
    ctx.type = 'html';
    ctx.body = status === 404 ? HTML_404 : htmlOf(status);
    return;
  }
  write(ctx, api, result);
  // With an errcode put in its place the true answer is as lost as with a cut connection.
  if (fault?.errcode === undefined) ctx.res.once('finish', () => whenAnswered.forEach((then) => then()));
}

function faultName(fault: FaultRequest): string {
  const parts = [
    fault.errcode === undefined ? '' : `errcode ${fault.errcode}`,
    fault.status === undefined ? '' : `status ${fault.status}`,
    fault.delayMs === undefined ? '' : `delay ${fault.delayMs} ms`,
    fault.dropAnswer === true ? 'answer dropped' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
