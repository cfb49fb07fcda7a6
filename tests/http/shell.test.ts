import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/kernel/index.ts';
import { defineRoute, SessionAnswer } from '../../src/http/index.ts';
import { COOKIE, errorOf, sampleRoutes, SESSION, startShell } from './harness.ts';

const shell = await startShell(sampleRoutes);
const NOTES = '/api/v1/notes';

describe('who may enter', () => {
  it('nobody without a session where one is needed, nobody whose role may not', async () => {
    expect((await shell.get('/api/v1/open')).status).toBe(200);
    expect(await errorOf(await shell.get('/api/v1/mine'))).toMatchObject({
      code: 'not_signed_in',
      message: '请先登录。',
    });
    expect((await shell.get('/api/v1/mine', { Cookie: 'xy_session=stolen' })).status).toBe(401);
    expect((await shell.get('/api/v1/mine', { Cookie: COOKIE })).status).toBe(200);
    const forbidden = await shell.get('/api/v1/audit', { Cookie: COOKIE });
    expect([forbidden.status, (await errorOf(forbidden)).code]).toEqual([403, 'forbidden']);
  });
});

describe('a write', () => {
  const write = (headers: Record<string, string>, path = NOTES) => shell.send('POST', path, { title: 'a' }, headers);
  it.each([
    ['without the token', { 'X-CSRF-Token': '' }],
    ['with another token', { 'X-CSRF-Token': `${SESSION.csrfToken}x` }],
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from a sister site', { 'Sec-Fetch-Site': 'same-site' }],
    ['from another origin', { Origin: 'https://evil.example' }],
    ['from a page without an origin', { Origin: 'null' }],
    ['from the same host without https', { Origin: 'http://town.example' }],
  ])('%s is refused with 403 and has no effect', async (_, headers) => {
    shell.effects.splice(0);
    const answer = await write(headers);
    expect([answer.status, (await errorOf(answer)).code]).toEqual([403, 'bad_csrf']);
    expect(shell.effects).toEqual([]);
  });
  it.each([
    ['from our own page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://town.example' }],
    ['from an old browser on our own page', { Origin: 'https://town.example' }],
    ['from a program', {}],
  ])('%s is taken', async (_, headers) => expect((await write(headers)).status).toBe(201));

  it('that logs in needs no token, also beside an older session, but never comes from another site', async () => {
    expect((await write({ 'X-CSRF-Token': '' }, '/api/v1/session')).status).toBe(200);
    expect((await write({ 'X-CSRF-Token': '', Cookie: '' }, '/api/v1/session')).status).toBe(200);
    expect((await write({ Cookie: '', 'Sec-Fetch-Site': 'cross-site' }, '/api/v1/session')).status).toBe(403);
  });
});

describe('the session cookie', () => {
  const login = () => [
    defineRoute({
      method: 'post',
      path: '/api/v1/session',
      allow: 'public',
      summary: 'in',
      handler: async () => new SessionAnswer({}, { token: 't0k3n', expiresAt: new Date(Date.now() + 60_000) }),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/session',
      allow: 'signed-in',
      summary: 'out',
      handler: async () => new SessionAnswer({}, null),
    }),
  ];
  it('is closed to scripts and to other sites, and Secure where the town has https', async () => {
    const https = await startShell(login);
    const set = (await https.send('POST', '/api/v1/session')).headers.getSetCookie();
    expect(set).toHaveLength(1);
    expect(set[0]).toMatch(/^xy_session=t0k3n; path=\/; expires=[^;]+GMT; samesite=strict; secure; httponly$/i);
    expect((await https.send('DELETE', '/api/v1/session')).headers.getSetCookie()[0]).toMatch(/^xy_session=; .*1970/);
    const http = await startShell(login, { publicUrl: 'http://127.0.0.1:3000' });
    expect((await http.send('POST', '/api/v1/session')).headers.getSetCookie()[0]).not.toMatch(/secure/i);
  });
});

describe('an error', () => {
  const failing = (error: unknown) => {
    const shared = { method: 'get', allow: 'public', summary: 'fails' } as const;
    const handler = async () => {
      throw error;
    };
    return () => ['/api/v1/x', '/x/:id'].map((path) => defineRoute({ ...shared, path, handler }));
  };
  const named = (name: string, facts: object = {}) => Object.assign(new Error('words of the driver'), { name }, facts);

  it('nobody expected is answered plainly, without its words, and logged once with the request', async () => {
    const broken = await startShell(failing(new TypeError('secret words')));
    const answer = await broken.get('/api/v1/x');
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toEqual([
      500,
      { error: { code: 'internal', message: '系统出了问题，我们已记录，请稍后再试。' } },
    ]);
    const logged = broken.lines.filter((line) => line.includes('secret words'));
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0]!)).toMatchObject({ requestId: answer.headers.get('x-request-id'), level: 'error' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await broken.get('/x/1');
    expect(await page.text()).toBe(
      `<html>500 系统出了问题，我们已记录，请稍后再试。 ${page.headers.get('x-request-id')}</html>`,
    );
  });

  it('that was expected keeps its code, status, words, details and Retry-After, and is not logged as a bug', async () => {
    const error = new AppError('too_many_requests', { message: '慢一点。', details: { n: 1 }, retryAfterSeconds: 7 });
    const busy = await startShell(failing(error));
    const answer = await busy.get('/api/v1/x');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await answer.json()).toEqual({
      error: { code: 'too_many_requests', message: '慢一点。', details: { n: 1 } },
    });
    expect(busy.lines.some((line) => line.includes('"error"'))).toBe(false);
  });

  it.each([
    named('MongoServerSelectionError'),
    named('MongoNetworkTimeoutError'),
    named('MongoWaitQueueTimeoutError'),
    named('MongoServerError', { code: 11_600 }),
    Object.assign(new Error('Cannot call `staff.findOne()` before initial connection is complete if …'), {
      name: 'MongooseError',
    }),
  ])('that means "the store is away" is 503: $name', async (error) => {
    const away = await startShell(failing(error));
    expect(await errorOf(await away.get('/api/v1/x'))).toMatchObject({ code: 'store_unavailable' });
  });
  it.each([
    named('MongoServerError', { code: 121 }),
    named('MongoServerError', { code: 11_000 }),
    named('StrictModeError'),
  ])('that is a bug of ours in the store is 500: $name $code', async (error) => {
    const wrong = await startShell(failing(error));
    expect(await errorOf(await wrong.get('/api/v1/x'))).toMatchObject({ code: 'internal' });
  });
});

describe('every answer', () => {
  it.each(['/healthz', '/api/v1/nowhere', '/nowhere', '/api/v1/mine'])(
    'carries the headers of safety: %s',
    async (path) => {
      const { headers } = await shell.get(path);
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'self'.*frame-ancestors 'none'.*script-src 'self'/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('the limit per address', () => {
  it('refuses with 429 and Retry-After before anything is read, but never the platform or a balancer', async () => {
    const asked: string[] = [];
    const take = async (_: 'ip', key: string) => {
      asked.push(key);
      return { ok: false, retryAfterSeconds: 9 } as const;
    };
    const full = await startShell(sampleRoutes, { limiter: { take } });
    const answer = await full.send('POST', NOTES, { title: 'a' });
    expect([answer.status, answer.headers.get('retry-after'), full.effects]).toEqual([429, '9', []]);
    expect(asked).toEqual(['127.0.0.1']);
    for (const path of ['/wechat', '/healthz', '/readyz', '/metrics']) expect((await full.get(path)).status).toBe(200);
  });

  it('counts what the proxy saw, and only behind one: what callers claim before it changes nothing', async () => {
    const forwarded = { 'X-Forwarded-For': '6.6.6.6, 198.51.100.7' };
    const ipOf = async (answer: Response) => ((await answer.json()) as { ip: string }).ip;
    expect(await ipOf(await shell.get('/api/v1/open', forwarded))).toBe('127.0.0.1');
    const behind = await startShell(sampleRoutes, { trustProxy: true });
    expect(await ipOf(await behind.get('/api/v1/open', forwarded))).toBe('198.51.100.7');
  });
});

describe('/readyz and /metrics', () => {
  it('say what is missing', async () => {
    const waiting = await startShell(sampleRoutes, { readiness: async () => ['MongoDB is away'] });
    const answer = await waiting.get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'not ready', problems: ['MongoDB is away'] }]);
    expect((await waiting.get('/healthz')).status).toBe(200);
  });
  it('without a token answers this host alone, and not through a proxy', async () => {
    const answer = await shell.get('/metrics');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/xiangyin_http_requests_total\{[^}]*route="\/api\/v1\/notes"/);
    expect((await shell.get('/metrics', { 'X-Forwarded-For': '198.51.100.7' })).status).toBe(404);
  });
  it('with a token answers who holds it', async () => {
    const guarded = await startShell(sampleRoutes, { metricsToken: 'sixteen-or-more-x' });
    const ask = async (token?: string) => (await guarded.get('/metrics', token ? { Authorization: token } : {})).status;
    expect(await ask()).toBe(404);
    expect(await ask('Bearer sixteen-or-more-y')).toBe(404);
    expect(await ask('sixteen-or-more-x')).toBe(404);
    expect(await ask('Bearer sixteen-or-more-x')).toBe(200);
  });
});

describe('the log', () => {
  it('names the route and never the path, the query, the body, a cookie or an address', async () => {
    const quiet = await startShell(sampleRoutes);
    const person = {
      openid: 'oABCDEFGHIJKLMNOPQRSTUVWXYZ12',
      phone: '13812345678',
      ticket: '20260210-0001',
      words: '水管坏了',
    };
    const query = new URLSearchParams({ openid: person.openid, n: person.words, k: 'signed-link' });
    await quiet.get(`/api/v1/open?${query.toString()}`);
    await quiet.get(`/api/v1/open?n=${person.phone}`);
    await quiet.get(`/pages/${person.ticket}?k=signed-link`);
    await quiet.get(`/nowhere/${person.openid}`);
    await quiet.get(`/wechat?openid=${person.openid}&signature=signed-link`);
    await quiet.send('POST', NOTES, { title: person.words, phone: person.phone, openid: person.openid });
    await quiet.send('POST', NOTES, `{"title":"${person.words}`);
    await quiet.send('POST', NOTES, { title: '水管' }, { 'X-CSRF-Token': 'signed-link' });
    const all = quiet.lines.join('');
    expect(quiet.lines.filter((line) => line.includes('"event":"http"'))).toHaveLength(8);
    for (const word of [
      ...Object.values(person),
      'signed-link',
      SESSION.token,
      SESSION.csrfToken,
      '127.0.0.1',
      '水管',
    ]) {
      expect(all, word).not.toContain(word);
    }
    expect(all).toContain('"route":"/pages/:id"');
  });
});

describe('the staff console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<html>console</html>');
  writeFileSync(join(folder, 'assets/app-1234.js'), 'export {};');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gets its files, its first page for its own routes, and 404 for a file that is not there', async () => {
    const built = await startShell(sampleRoutes, { consoleDir: folder });
    const file = await built.get('/console/assets/app-1234.js');
    expect([file.headers.get('content-type'), file.headers.get('cache-control')]).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    for (const path of ['/console/', '/console/articles/1'])
      expect(await (await built.get(path)).text()).toContain('console');
    expect((await built.get('/console/assets/gone.js')).status).toBe(404);
  });

  it('gets what the build packed, packed, and plain where the browser asks for that', async () => {
    writeFileSync(join(folder, 'assets/big-1234.js'), 'export const big = 1;');
    writeFileSync(join(folder, 'assets/big-1234.js.gz'), gzipSync('export const big = 1;'));
    const built = await startShell(sampleRoutes, { consoleDir: folder });
    for (const [accepted, sent] of [
      ['gzip', 'gzip'],
      ['identity', null],
      ['gzip;q=0', null],
    ] as const) {
      const answer = await built.get('/console/assets/big-1234.js', { 'accept-encoding': accepted });
      expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual([sent, 'Accept-Encoding']);
      expect(await answer.text()).toBe('export const big = 1;');
    }
    const small = await built.get('/console/assets/app-1234.js', { 'accept-encoding': 'gzip' });
    expect([small.headers.get('content-encoding'), await small.text()]).toEqual([null, 'export {};']);
  });

  it('does not count against the address: an office of ten opens it behind one', async () => {
    const take = async () => ({ ok: false, retryAfterSeconds: 9 }) as const;
    const built = await startShell(sampleRoutes, { consoleDir: folder, limiter: { take } });
    expect((await built.get('/console/')).status).toBe(200);
    expect((await built.get('/console/assets/app-1234.js')).status).toBe(200);
    expect((await built.get('/consoles')).status).toBe(429);
  });
});
