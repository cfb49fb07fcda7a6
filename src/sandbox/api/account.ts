import { Refusal } from '../errcodes.ts';
import { type JsonObject, stringAt } from '../json.ts';
import type { World } from '../world.ts';
import { type ApiTable, json, ok } from './api.ts';

/** Daily tokens of an account and of the public test account (docs/wechat-platform.md#token). */
const TOKENS_A_DAY = 2_000;
const TEST_TOKENS_A_DAY = 200;
const CLEARS_A_MONTH = 10;

function checkCredentials(world: World, given: JsonObject): void {
  const { account } = world;
  const appId = stringAt(given, 'appid');
  const secret = stringAt(given, 'secret');
  if (stringAt(given, 'grant_type') !== 'client_credential') throw new Refusal(40002);
  if (appId === undefined || appId === '') throw new Refusal(41002);
  if (secret === undefined || secret === '') throw new Refusal(41004);
  if (appId !== account.appId) throw new Refusal(40013);
  if (secret !== account.appSecret) throw new Refusal(40125);
}

const tokenAnswer = (token: { value: string; expiresIn: number }) =>
  json({ access_token: token.value, expires_in: token.expiresIn });

/** Tokens, quota and the platform's addresses. */
export const accountApis: ApiTable = {
  '/cgi-bin/token': {
    method: 'GET',
    needsToken: false,
    handle: ({ world, query }) => {
      checkCredentials(world, Object.fromEntries(query));
      world.quotas.takeDaily('token', world.account.testAccount ? TEST_TOKENS_A_DAY : TOKENS_A_DAY);
      return tokenAnswer(world.tokens.issuePlain());
    },
  },
  '/cgi-bin/stable_token': {
    method: 'POST',
    needsToken: false,
    perMinute: { key: 'stable_token', limit: 10_000, errcode: 45011 },
    daily: { limit: 500_000 },
    handle: ({ world, body }) => {
      checkCredentials(world, body);
      const force = body['force_refresh'];
      if (force !== undefined && typeof force !== 'boolean') throw new Refusal(47001);
      return tokenAnswer(world.tokens.issueStable(force === true));
    },
  },
  '/cgi-bin/clear_quota': {
    method: 'POST',
    handle: ({ world, body }) => {
      if (stringAt(body, 'appid') !== world.account.appId) throw new Refusal(40013);
      world.quotas.takeMonthly('clear_quota', CLEARS_A_MONTH, 48006);
      world.quotas.clearDaily();
      return ok();
    },
  },
  '/cgi-bin/getcallbackip': { method: 'GET', handle: () => json({ ip_list: ['127.0.0.1'] }) },
  '/cgi-bin/get_api_domain_ip': { method: 'GET', handle: () => json({ ip_list: ['127.0.0.1'] }) },
};
