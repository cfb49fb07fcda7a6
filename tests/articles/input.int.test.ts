import { describe, expect, it } from 'vitest';
import { openOffice, writing } from './office.ts';

const office = openOffice();
const { ask, person, write } = office;
const ID = '0123456789abcdef01234567';

const counted = async (): Promise<readonly number[]> =>
  Promise.all(
    ['articles', 'article_versions', 'audit_log'].map((name) => office.db().collection(name).countDocuments()),
  );

describe('bad input is refused in words and changes nothing', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['a title of 200 characters', { title: '示'.repeat(200) }, 400],
    ['no title', { title: undefined }, 400],
    ['a title of nothing but blanks and invisible characters', { title: ' \u200B\u3000' }, 400],
    ['a short title of 33 characters', { shortTitle: '示'.repeat(33) }, 400],
    ['a summary of 129 characters', { summary: '示'.repeat(129) }, 400],
    ['a body of more than a megabyte', { bodyHtml: `<p>${'a'.repeat(1_000_001)}</p>` }, 400],
    ['a body of two megabytes', { bodyHtml: 'a'.repeat(2_000_000) }, 413],
    ['a body of a book', { bodyHtml: `<p>${'字'.repeat(250_000)}</p>` }, 400],
    ['a body of nothing', { bodyHtml: '<p> &nbsp; </p><script>1</script>' }, 400],
    [
      '300 images',
      { bodyHtml: Array.from({ length: 300 }, (_, i) => `<img src="/media/${String(i).padStart(24, '0')}">`).join('') },
      400,
    ],
    ['an unknown category', { categoryCode: 'nothing' }, 400],
    ['an unknown village', { villageCode: 'v99' }, 400],
    ['an unknown unit', { unitCode: 'nothing' }, 400],
    ['an operator for a code', { categoryCode: { $ne: null } }, 400],
    ['an operator for a text', { title: { $gt: '' } }, 400],
    ['an unknown field', { status: 'published' }, 400],
    ['a field of the store', { approval: { by: ID } }, 400],
    ['a list for a text', { title: ['甲'] }, 400],
    ['a cover that is no id', { coverMediaId: '../1' }, 400],
    ['an unknown way to publish', { publishWith: 'now' }, 400],
  ])('%s', async (_name, over, status) => {
    const before = await counted();
    const answer = await ask('editor', 'POST', '/articles', writing(over));
    expect(answer.status).toBe(status);
    expect((answer.body as { error: { message: string } }).error.message).toMatch(/[\u4e00-\u9fa5]/);
    expect(await counted()).toEqual(before);
  });

  it('a body of half a megabyte of office dress around one sentence is taken', async () => {
    const dress = '<span style="mso-bidi-font-size:10.5pt;font-family:宋体">'.repeat(50);
    const html = `${dress}一句话。${'</span>'.repeat(50)}`;
    const bodyHtml = `<p>${html}</p>`.repeat(Math.floor(500_000 / html.length));
    expect(await write({ bodyHtml })).toMatchObject({ status: 'draft' });
  });

  it.each<[string, string, string, unknown, number]>([
    ['editor', 'PATCH', `/articles/${ID}`, { baseVersion: 1 }, 404],
    ['editor', 'PATCH', '/articles/1', { baseVersion: 1 }, 404],
    ['editor', 'PATCH', `/articles/${ID}`, { title: '没有版本' }, 400],
    ['editor', 'PATCH', `/articles/${ID}`, { baseVersion: { $gt: 0 } }, 400],
    ['editor', 'POST', `/articles/${ID}/submit`, {}, 404],
    ['leader', 'POST', `/articles/${ID}/approve`, { contentHash: 'a'.repeat(64) }, 404],
    ['leader', 'POST', `/articles/${ID}/approve`, { contentHash: { $ne: '' } }, 400],
    ['leader', 'POST', `/articles/${ID}/approve`, { contentHash: `${'a'.repeat(64)}\n` }, 400],
    ['leader', 'POST', `/articles/${ID}/approve`, { contentHash: 'a'.repeat(64), force: true }, 400],
    ['leader', 'POST', `/articles/${ID}/reject`, { reason: { $gt: '' } }, 400],
    ['leader', 'POST', `/articles/${ID}/withdraw`, { reason: '示例' }, 404],
    ['editor', 'GET', `/articles/${ID}`, undefined, 404],
    ['editor', 'GET', `/articles/${ID}/versions`, undefined, 404],
    ['editor', 'GET', `/articles/${ID}/diff`, undefined, 404],
    ['editor', 'GET', '/articles?status=Published', undefined, 400],
    ['editor', 'GET', '/articles?status[$ne]=draft', undefined, 400],
    ['editor', 'GET', '/articles?limit=1000', undefined, 400],
    ['editor', 'GET', '/articles?cursor=nonsense', undefined, 400],
    ['editor', 'GET', '/articles?mine=true&mine=false', undefined, 400],
    ['clerk', 'GET', '/articles', undefined, 403],
    ['clerk', 'POST', '/articles', writing(), 403],
    ['supervisor', 'POST', '/articles', writing(), 403],
    ['editor', 'POST', `/articles/${ID}/withdraw`, { reason: '示例' }, 403],
  ])('%s %s %s → %4$s', async (by, method, path, body, status) => {
    const before = await counted();
    expect((await ask(by, method, path, body)).status).toBe(status);
    expect(await counted()).toEqual(before);
  });

  it('keys that reach prototypes', async () => {
    const answer = await fetch(`${office.town().url}/api/v1/articles`, {
      method: 'POST',
      headers: { ...person('editor').headers, 'content-type': 'application/json' },
      body: JSON.stringify(writing()).replace('{', '{"__proto__":{"role":"leader"},'),
    });
    expect(answer.status).toBe(400);
  });
});
