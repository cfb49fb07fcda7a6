import { describe, expect, test } from 'vitest';
import { type Answer, json, startBench } from './support.ts';

async function plainToken(bench: Awaited<ReturnType<typeof startBench>>, query: Record<string, string> = {}) {
  const { url, ...account } = bench.sandbox;
  const all = { grant_type: 'client_credential', appid: account.appId, secret: account.appSecret, ...query };
  return json<Answer>(await fetch(`${url}/cgi-bin/token?${new URLSearchParams(all).toString()}`));
}

async function stableToken(bench: Awaited<ReturnType<typeof startBench>>, more: Record<string, unknown> = {}) {
  const { url, ...account } = bench.sandbox;
  const all = { grant_type: 'client_credential', appid: account.appId, secret: account.appSecret, ...more };
  return json<Answer>(await fetch(`${url}/cgi-bin/stable_token`, { method: 'POST', body: JSON.stringify(all) }));
}

async function use(bench: Awaited<ReturnType<typeof startBench>>, token: unknown): Promise<number> {
  const answer = await json<Answer>(await fetch(`${bench.sandbox.url}/cgi-bin/tags/get?access_token=${String(token)}`));
  return answer.errcode ?? 0;
}

describe('fetching a token', () => {
  test('refuses wrong appid, secret and grant type each with its own code', async () => {
    const bench = await startBench();
    expect((await plainToken(bench, { appid: 'wx1' })).errcode).toBe(40013);
    expect((await plainToken(bench, { secret: 'no' })).errcode).toBe(40125);
    expect((await plainToken(bench, { grant_type: 'no' })).errcode).toBe(40002);
    expect((await plainToken(bench, { appid: '' })).errcode).toBe(41002);
    expect((await plainToken(bench, { secret: '' })).errcode).toBe(41004);
    expect((await stableToken(bench, { secret: 'no' })).errcode).toBe(40125);
    const get = await fetch(`${bench.sandbox.url}/cgi-bin/stable_token`);
    expect((await json<Answer>(get)).errcode).toBe(43002);
  });

  test('a new plain token leaves the old one working for five minutes', async () => {
    const bench = await startBench();
    const first = await plainToken(bench);
    const second = await plainToken(bench);
    expect(first['expires_in']).toBe(7200);
    expect(second['access_token']).not.toBe(first['access_token']);
    expect(await use(bench, first['access_token'])).toBe(0);
    await bench.clock(301);
    expect(await use(bench, first['access_token'])).toBe(40001);
    expect(await use(bench, second['access_token'])).toBe(0);
  });

  test('the stable token stays the same until its last five minutes, and knows nothing of the plain one', async () => {
    const bench = await startBench();
    const first = await stableToken(bench);
    await plainToken(bench);
    expect((await stableToken(bench))['access_token']).toBe(first['access_token']);
    await bench.clock(6_890);
    expect((await stableToken(bench))['access_token']).toBe(first['access_token']);
    await bench.clock(6_950);
    const renewed = await stableToken(bench);
    expect(renewed['access_token']).not.toBe(first['access_token']);
    expect(await use(bench, first['access_token'])).toBe(0);
    await bench.clock(7_300);
    expect(await use(bench, first['access_token'])).not.toBe(0);
    expect(await use(bench, renewed['access_token'])).toBe(0);
  });

  test('a forced refresh within 30 s gives the same token, and there are 20 a day', async () => {
    const bench = await startBench();
    const first = await stableToken(bench, { force_refresh: true });
    expect((await stableToken(bench, { force_refresh: true }))['access_token']).toBe(first['access_token']);
    await bench.clock(31);
    const second = await stableToken(bench, { force_refresh: true });
    expect(second['access_token']).not.toBe(first['access_token']);
    const seen: (number | undefined)[] = [];
    const nextDay = 15 * 3_600;
    for (let i = 0; i < 21; i += 1) {
      await bench.clock(nextDay + i * 40);
      seen.push((await stableToken(bench, { force_refresh: true })).errcode);
    }
    expect(seen.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => undefined));
    expect(seen[20]).toBe(45009);
  });
});

describe('using a token', () => {
  test('missing 41001, malformed 40014, unknown 40001, expired 42001, revoked 40001', async () => {
    const bench = await startBench();
    const none = await json<Answer>(await fetch(`${bench.sandbox.url}/cgi-bin/tags/get`));
    expect(none.errcode).toBe(41001);
    expect(await use(bench, encodeURIComponent('a b'))).toBe(40014);
    expect(await use(bench, 'nobody-gave-this-out')).toBe(40001);
    const token = await bench.token();
    expect(await use(bench, token)).toBe(0);
    await bench.clock(7_201);
    expect(await use(bench, token)).toBe(42001);
    const next = await bench.token();
    await bench.control('POST', 'tokens/revoke');
    expect(await use(bench, next)).toBe(40001);
    expect(await use(bench, await bench.token())).toBe(0);
  });

  test('refusals come with HTTP 200 and the id of the request', async () => {
    const bench = await startBench();
    const response = await fetch(`${bench.sandbox.url}/cgi-bin/tags/get?access_token=x`);
    expect(response.status).toBe(200);
    expect((await json<Answer>(response)).errmsg).toMatch(/ rid: 6[0-9a-f]{7}-[0-9a-f]{8}-[0-9a-f]{8}$/);
  });
});

describe('requests of the wrong form', () => {
  test('GET for POST 43002, POST for GET 43001, no body 44002, no JSON 47001, unknown path 404 in HTML', async () => {
    const bench = await startBench();
    const token = await bench.token();
    const at = (path: string) => `${bench.sandbox.url}/cgi-bin/${path}?access_token=${token}`;
    const post = async (path: string, body?: string | Buffer) =>
      (await json<Answer>(await fetch(at(path), { method: 'POST', ...(body === undefined ? {} : { body }) }))).errcode;
    expect((await json<Answer>(await fetch(at('draft/add')))).errcode).toBe(43002);
    expect(await post('tags/get', '{}')).toBe(43001);
    expect(await post('draft/add')).toBe(44002);
    expect(await post('draft/add', '{')).toBe(47001);
    expect(await post('draft/add', '[]')).toBe(47001);
    expect(await post('draft/add', Buffer.from([0x7b, 0xff, 0x7d]))).toBe(47001);
    const unknown = await fetch(at('no/such/thing'));
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toContain('text/html');
  });
});
