import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { decodeCursor, decodeIdCursor, encodeCursor } from '../../src/http/index.ts';
import { COOKIE, errorOf, sampleRoutes, SESSION, startShell } from './harness.ts';

const shell = await startShell(sampleRoutes);
const PATH = '/api/v1/notes';

/** The answer to a refused write, and that nothing happened. */
async function refused(answer: Promise<Response>) {
  const { status, error } = await answer.then(async (it) => ({ status: it.status, error: await errorOf(it) }));
  expect(shell.effects).toEqual([]);
  expect(error.message).toMatch(/[\u4e00-\u9fff]/);
  return { status, ...error };
}

describe('a JSON body', () => {
  it('is taken where it fits', async () => {
    const answer = await shell.send('POST', PATH, { title: '公示' });
    expect(answer.status).toBe(201);
    expect(shell.effects.splice(0)).toEqual([{ title: '公示' }]);
  });

  it.each([
    ['an operator for a value', { title: { $gt: '' } }, 'title', '应当是文字'],
    ['an operator as a field', { title: 'a', $where: '1' }, '$where', '没有这一项，请去掉'],
    ['an unknown field', { title: 'a', extra: 1 }, 'extra', '没有这一项，请去掉'],
    ['a missing field', {}, 'title', '必须填写'],
    ['an empty text', { title: '' }, 'title', '不能为空'],
    ['a text too long', { title: '一二三四五六' }, 'title', '最多 5 个字'],
    ['a number as text', { title: 'a', count: '2' }, 'count', '应当是数字'],
    ['a number too large', { title: 'a', count: 4 }, 'count', '不能大于 3'],
  ])('with %s is refused with its place, in Chinese', async (_, body, path, problem) => {
    const got = await refused(shell.send('POST', PATH, body));
    expect(got).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(got.details).toEqual([{ path, problem }]);
  });

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a word', '"title"'],
    ['broken JSON', '{"title":'],
  ])('that is %s is refused', async (_, body) => {
    expect(await refused(shell.send('POST', PATH, body))).toMatchObject({ status: 400, code: 'invalid_input' });
  });

  it.each([
    ['a key that reaches prototypes', '{"title":"a","__proto__":{"role":"admin"}}'],
    ['one deeper', '{"title":"a","x":{"constructor":{"prototype":{}}}}'],
    ['100,000 brackets', '['.repeat(100_000)],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])('that is %s is refused before any schema sees it', async (_, body) => {
    const got = await refused(shell.send('POST', PATH, body));
    expect(got).toMatchObject({ status: 400, message: '内容格式不对（不是有效的 JSON）。' });
  });

  it('of 2 MB is refused with 413, by its length or by what comes', async () => {
    const big = JSON.stringify({ title: 'x'.repeat(2_000_000) });
    expect(await refused(shell.send('POST', PATH, big))).toMatchObject({ status: 413, code: 'too_large' });
    expect(await chunked(big)).toMatchObject({ status: 413 });
    expect(shell.effects).toEqual([]);
  });

  it.each([
    ['another type', { 'Content-Type': 'text/plain' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['compressed JSON', { 'Content-Encoding': 'gzip' }],
  ])('as %s is refused with 415', async (_, headers) => {
    const got = await refused(shell.send('POST', PATH, '{"title":"a"}', headers));
    expect(got).toMatchObject({ status: 415, code: 'unsupported_type' });
  });

  it('is refused where the route wants none', async () => {
    const got = await refused(shell.send('POST', '/api/v1/notes/1/close', { role: 'admin' }));
    expect(got).toMatchObject({ status: 400, details: [{ path: 'role', problem: '没有这一项，请去掉' }] });
    expect((await shell.send('POST', '/api/v1/notes/1/close')).status).toBe(200);
    expect((await shell.send('POST', '/api/v1/notes/1/close', {})).status).toBe(200);
    shell.effects.splice(0);
  });
});

describe('an upload', () => {
  const upload = async (size: number, field = 'file') => {
    const form = new FormData();
    form.set(field, new Blob([new Uint8Array(size)]), '照片.jpg');
    return fetch(`${shell.url}/api/v1/media`, {
      method: 'POST',
      headers: { Cookie: COOKIE, 'X-CSRF-Token': SESSION.csrfToken },
      body: form,
    });
  };
  it('is one file in the field `file`, with the name it came with', async () => {
    expect((await upload(1_000)).status).toBe(201);
    expect(shell.effects.splice(0)).toMatchObject([{ filename: '照片.jpg' }]);
  });
  it('too large is 413, a little or a lot', async () => {
    expect(await refused(upload(1_001))).toMatchObject({ status: 413 });
    expect(await refused(upload(500_000))).toMatchObject({ status: 413 });
  });
  it('without a file is 400, of another type 415', async () => {
    expect(await refused(upload(10, 'other'))).toMatchObject({ status: 400 });
    expect(await refused(shell.send('POST', '/api/v1/media', {}))).toMatchObject({ status: 415 });
  });
  it('broken off leaves nothing behind and the shell serves on', async () => {
    await new Promise<void>((done) => {
      const half = request(`${shell.url}/api/v1/media`, {
        method: 'POST',
        headers: {
          Cookie: COOKIE,
          'X-CSRF-Token': SESSION.csrfToken,
          'Content-Type': 'multipart/form-data; boundary=b',
          'Content-Length': '900',
        },
      });
      half.on('error', () => undefined).on('close', done);
      half.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc', () => half.destroy());
    });
    await expect
      .poll(() => shell.lines.some((line) => line.includes('/api/v1/media') && line.includes('400')))
      .toBe(true);
    expect(shell.effects).toEqual([]);
    expect((await upload(10)).status).toBe(201);
    shell.effects.splice(0);
  });
});

describe('an address', () => {
  it('with a parameter given twice is refused', async () => {
    const got = await refused(shell.get('/api/v1/open?n=1&n=2'));
    expect(got).toMatchObject({ status: 400, message: '参数 n 重复了。' });
  });
  it.each(['/api/v1/open?x=1', '/api/v1/open?__proto__=1', '/api/v1/open?n[$gt]='])(
    'with an unknown parameter is refused: %s',
    async (path) => expect(await refused(shell.get(path))).toMatchObject({ status: 400 }),
  );
  it.each(['x', '1', 'AAAAAAAAAAAAAAAAAAAAAAAA', '%E0%A4%A', '..%2f..', '%00'])(
    'with an id of another shape names nothing: %s',
    async (id) => expect(await refused(shell.get(`/api/v1/things/${id}`))).toMatchObject({ status: 404 }),
  );
  it('nobody knows is 404, as JSON or as a page', async () => {
    expect(await refused(shell.get('/api/v1/nowhere'))).toMatchObject({ status: 404, code: 'not_found' });
    const page = await shell.get('/nowhere');
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });
  it.each(['PUT', 'DELETE', 'OPTIONS'])(
    'by a method it does not know is 405 with those that it knows: %s',
    async (method) => {
      const answer = await shell.send(method, PATH);
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
      expect(await errorOf(answer)).toMatchObject({ code: 'method_not_allowed' });
      expect(shell.effects).toEqual([]);
    },
  );
  it('answers HEAD where it answers GET', async () => {
    const answer = await fetch(`${shell.url}/healthz`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
  it('of the console that cannot be decoded or leads outside is 404', async () => {
    for (const path of ['/console/%E0%A4%A', '/console/%00.js', '/console/..%2f..%2fpackage.json', '/consoles']) {
      expect((await shell.get(path)).status, path).toBe(404);
    }
    expect((await shell.get('/console')).headers.get('location')).toBe('/console/');
  });
});

describe('a cursor', () => {
  it('comes back as it was made', () => {
    expect(decodeCursor(encodeCursor(['b', 3]), ['string', 'number'])).toEqual(['b', 3]);
  });
  it.each([
    '',
    'x',
    '{}',
    encodeCursor([1]),
    encodeCursor(['a', 'b']),
    Buffer.from('{"$gt":""}').toString('base64url'),
  ])('that we did not make is refused: %s', (cursor) =>
    expect(() => decodeCursor(cursor, ['string'])).toThrow('翻页位置不对'),
  );
  it('of a list by id holds an id', () => {
    expect(decodeIdCursor(encodeCursor(['a'.repeat(24)]))).toBe('a'.repeat(24));
    expect(() => decodeIdCursor(encodeCursor(['x']))).toThrow('翻页位置不对');
  });
});

/** A body without a length, as fetch would not send it. */
async function chunked(body: string): Promise<{ status: number | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${shell.url}${PATH}`, {
      method: 'POST',
      headers: { Cookie: COOKIE, 'X-CSRF-Token': SESSION.csrfToken, 'Content-Type': 'application/json' },
    });
    sent.on('response', (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode });
    });
    sent.on('error', reject);
    for (let at = 0; at < body.length; at += 100_000) sent.write(body.slice(at, at + 100_000));
    sent.end();
  });
}
