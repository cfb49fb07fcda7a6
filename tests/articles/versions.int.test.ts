import { describe, expect, it } from 'vitest';
import { type ArticleAnswer, oid, openOffice } from './office.ts';

const office = openOffice({ env: { STAFF_WEBHOOK_URL: 'http://127.0.0.1:9/robot' } });
const { approve, ask, person, published, submitted, write } = office;

const edit = async (id: string, baseVersion: number, change: object, by = 'editor'): Promise<ArticleAnswer> => {
  const answer = await ask(by, 'PATCH', `/articles/${id}`, { baseVersion, ...change });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.body as ArticleAnswer;
};
const shown = async (id: string): Promise<string> => (await office.page(`/articles/${id}`)).text();
const reason = '数字有误，请核对';

describe('editing', () => {
  it('makes a new version and leaves the approved one public until the newer is approved', async () => {
    const first = await published({ bodyHtml: '<p>第一稿。</p>' });
    const second = await edit(first.id, 1, { bodyHtml: '<p>第二稿。</p>' }, 'second');
    expect(second).toMatchObject({ version: 2, status: 'draft', publicVersion: 1, approval: null });
    expect(second.contentHash).not.toBe(first.contentHash);
    expect(await shown(first.id)).toContain('第一稿。');
    await person('second').post(`/articles/${first.id}/submit`);
    expect(await shown(first.id)).toContain('第一稿。');
    await approve(second);
    const page = await shown(first.id);
    expect(page).toContain('第二稿。');
    expect(page).toContain('已更正');
    const versions = office
      .db()
      .collection('article_versions')
      .find({ articleId: oid(first.id) });
    expect((await versions.sort({ version: 1 }).toArray()).map(({ status }) => status)).toEqual([
      'replaced',
      'published',
    ]);
  });

  it('is refused on a version that is no longer the newest, and nothing changes', async () => {
    const { id } = await write();
    await edit(id, 1, { summary: '甲' });
    expect(await ask('second', 'PATCH', `/articles/${id}`, { baseVersion: 1, summary: '乙' })).toMatchObject({
      status: 409,
      code: 'stale_version',
    });
    expect(await person('editor').get(`/articles/${id}`)).toMatchObject({ version: 2, summary: '甲' });
  });

  it('by two at once is saved for one', async () => {
    const { id } = await write();
    const answers = await Promise.all(
      ['editor', 'second'].map((by) => ask(by, 'PATCH', `/articles/${id}`, { baseVersion: 1, summary: by })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(await person('editor').get(`/articles/${id}`)).toMatchObject({ version: 2 });
  });

  it('that changes nothing makes no version and takes no approval away', async () => {
    const article = await published({ publishWith: 'briefing', title: '短标题即可' });
    expect(article.status).toBe('approved');
    expect(await edit(article.id, 1, { title: '短标题即可' })).toMatchObject({ version: 1, status: 'approved' });
  });

  it('while a leader reads it keeps that leader from approving', async () => {
    const article = await submitted();
    await edit(article.id, 1, { summary: '换了' });
    const order = { contentHash: article.contentHash };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, order)).toMatchObject({ status: 409 });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(404);
  });
});

describe('the unit that it comes from', () => {
  it('is the writer’s, another one of the town, or the town office; an edit may change it', async () => {
    expect((await write()).unit).toBe('mzb');
    expect((await write({ unitCode: null })).unit).toBeNull();
    const article = await submitted({ unitCode: 'lyz' });
    expect(article.unit).toBe('lyz');
    const changed = await edit(article.id, 1, { unitCode: 'dzb' });
    expect(changed).toMatchObject({ unit: 'dzb', version: 2, status: 'draft' });
    expect(changed.contentHash).not.toBe(article.contentHash);
    const unknown = { baseVersion: 2, unitCode: 'nothing' };
    expect(await ask('editor', 'PATCH', `/articles/${article.id}`, unknown)).toMatchObject({ status: 400 });
    const { changes } = await person('editor').get<{ changes: { field: string }[] }>(
      `/articles/${article.id}/diff?from=1&to=2`,
    );
    expect(changes.map(({ field }) => field)).toEqual(['unitCode']);
  });

  it('may be one that the town has no more, as long as nobody changes it', async () => {
    const { id } = await write();
    const gone = { $set: { unitCode: 'oldzs' } };
    await office
      .db()
      .collection('article_versions')
      .updateOne({ articleId: oid(id) }, gone);
    expect(await edit(id, 1, { summary: '改摘要', unitCode: 'oldzs' })).toMatchObject({ unit: 'oldzs', version: 2 });
  });
});

describe('the hash', () => {
  it('is another for each thing that the public reads, and the same for the same', async () => {
    const same = { title: '同一标题', bodyHtml: '<p>同一正文</p>' };
    const base = await write(same);
    expect((await write(same)).contentHash).toBe(base.contentHash);
    const others = await Promise.all(
      [
        { title: '另一标题' },
        { shortTitle: '短' },
        { summary: '摘要' },
        { categoryCode: 'cw_dfsj' },
        { villageCode: 'v01' },
        { majorDecision: true },
        { bodyHtml: '<p>另一正文</p>' },
      ].map((change) => write({ ...same, ...change })),
    );
    const fromAnotherUnit = await write(same, 'second');
    const hashes = [base, ...others, fromAnotherUnit].map(({ contentHash }) => contentHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('of a text with half characters is that of what is stored', async () => {
    const article = await submitted({ title: '示例\uD83D公示\uFFFE', bodyHtml: '<p>甲\uDE00乙</p>' });
    expect(await approve(article)).toMatchObject({ status: 'published', title: '示例公示' });
    expect(await shown(article.id)).toContain('甲乙');
  });
});

describe('submitting', () => {
  it('tells the group of the office that something waits, once a submission and without its title', async () => {
    const lines = (id: string) => office.db().collection('staff_lines').find({ ref: id }).toArray();
    const { id } = await submitted({ title: '不该出现' });
    expect(await ask('editor', 'POST', `/articles/${id}/submit`, {})).toMatchObject({ code: 'wrong_state' });
    const told = await lines(id);
    expect(told).toMatchObject([{ kind: 'to_review', path: `/console/articles/${id}` }]);
    expect(JSON.stringify(told)).not.toContain('不该出现');
    await person('leader').post(`/articles/${id}/reject`, { reason });
    await person('editor').post(`/articles/${id}/submit`);
    expect(await lines(id)).toHaveLength(2);
  });
});

describe('turning back', () => {
  it('names the reason, and the writer mends and submits again', async () => {
    const { id } = await submitted();
    const rejected = await person('leader').post<ArticleAnswer>(`/articles/${id}/reject`, { reason });
    expect(rejected).toMatchObject({ status: 'rejected', rejection: { reason } });
    await edit(id, 1, { summary: '核对过了' });
    const again = await person('editor').post<ArticleAnswer>(`/articles/${id}/submit`);
    expect(again).toMatchObject({ status: 'submitted', version: 2, rejection: null });
    expect(await approve(again)).toMatchObject({ status: 'published' });
    const { items } = await person('editor').get<{ items: ArticleAnswer[] }>(`/articles/${id}/versions`);
    expect(items.map(({ version, status, rejection }) => [version, status, rejection?.reason ?? null])).toEqual([
      [2, 'published', null],
      [1, 'replaced', reason],
    ]);
  });

  it('needs a reason and something to turn back', async () => {
    const { id } = await submitted();
    expect(await ask('leader', 'POST', `/articles/${id}/reject`, {})).toMatchObject({ status: 400 });
    expect(await ask('leader', 'POST', `/articles/${id}/reject`, { reason: '  ' })).toMatchObject({ status: 400 });
    await person('leader').post(`/articles/${id}/reject`, { reason });
    expect(await ask('leader', 'POST', `/articles/${id}/reject`, { reason })).toMatchObject({ code: 'wrong_state' });
    expect(await ask('editor', 'POST', `/articles/${id}/withdraw`, { reason })).toMatchObject({ status: 403 });
  });
});

describe('taking back', () => {
  it('leaves a page that says when and why, and nothing of the text', async () => {
    const article = await published({ title: '要撤的标题', bodyHtml: '<p>要撤的正文</p>' });
    const withdrawn = await person('dispatcher').post<ArticleAnswer>(`/articles/${article.id}/withdraw`, { reason });
    expect(withdrawn).toMatchObject({ status: 'withdrawn', publicVersion: null, pushedBriefings: [] });
    const page = await office.page(`/articles/${article.id}`);
    const html = await page.text();
    expect(page.status).toBe(410);
    expect(html).toMatch(/\d{4}年\d{1,2}月\d{1,2}日撤回。原因：数字有误，请核对/);
    expect(html).not.toContain('要撤的');
    expect(await (await office.page('/search?q=要撤的标题')).text()).not.toContain(`/articles/${article.id}`);
    expect(await (await office.page('/feed.xml')).text()).not.toContain(article.id);
    for (const [path, body] of [
      ['submit', {}],
      ['approve', { contentHash: article.contentHash }],
      ['withdraw', { reason }],
    ] as const) {
      const by = path === 'submit' ? 'editor' : 'leader';
      expect(await ask(by, 'POST', `/articles/${article.id}/${path}`, body)).toMatchObject({ status: 409 });
    }
    expect(await ask('editor', 'PATCH', `/articles/${article.id}`, { baseVersion: 1, summary: '再来' })).toMatchObject({
      status: 409,
    });
  });

  it('takes the version that waits for its briefing too, and a newer draft cannot come back', async () => {
    const first = await published();
    const second = await edit(first.id, 1, { summary: '二', publishWith: 'briefing', shortTitle: '短' });
    await person('editor').post(`/articles/${first.id}/submit`);
    await approve(second);
    await edit(first.id, 2, { summary: '三' });
    await person('leader').post(`/articles/${first.id}/withdraw`, { reason });
    const versions = office
      .db()
      .collection('article_versions')
      .find({ articleId: oid(first.id) })
      .sort({ version: 1 });
    expect((await versions.toArray()).map(({ status }) => status)).toEqual(['withdrawn', 'withdrawn', 'replaced']);
    expect((await office.page(`/articles/${first.id}`)).status).toBe(410);
  });

  it('of one that nobody has seen leaves no page', async () => {
    const article = await published({ publishWith: 'briefing', shortTitle: '短' });
    await person('leader').post(`/articles/${article.id}/withdraw`, { reason });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(404);
  });

  it('needs something public and a reason without personal data, as the public reads it', async () => {
    const draft = await write();
    expect(await ask('leader', 'POST', `/articles/${draft.id}/withdraw`, { reason })).toMatchObject({
      code: 'wrong_state',
    });
    const article = await published();
    const told = { reason: '请打13800138000' };
    expect(await ask('leader', 'POST', `/articles/${article.id}/withdraw`, told)).toMatchObject({ status: 400 });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(200);
  });
});

describe('the comparison of two versions', () => {
  it('is in words, against what the public reads', async () => {
    const article = await published({ title: '对照', bodyHtml: '<p>补助<b>500</b>元</p>' });
    await edit(article.id, 1, { bodyHtml: '<p><i>补助</i>520元</p>', shortTitle: '短' });
    const diff = await person('leader').get(`/articles/${article.id}/diff`);
    expect(diff).toEqual({
      from: 1,
      to: 2,
      changes: [
        { field: 'shortTitle', parts: [{ op: 'added', text: '短' }] },
        {
          field: 'body',
          parts: [
            { op: 'same', text: '补助' },
            { op: 'removed', text: '500' },
            { op: 'added', text: '520' },
            { op: 'same', text: '元' },
          ],
        },
      ],
    });
    expect(await ask('leader', 'GET', `/articles/${article.id}/diff?from=1&to=9`)).toMatchObject({ status: 404 });
  });
});

describe('an article that goes with its briefing', () => {
  const long = '示'.repeat(33);

  it('waits, approved and out of sight, for the push', async () => {
    const article = await published({ publishWith: 'briefing', title: '随简报' });
    expect(article).toMatchObject({ status: 'approved', publicVersion: null });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(404);
  });

  it('needs a title that the platform takes', async () => {
    const { id } = await write({ title: long, publishWith: 'briefing' });
    expect(await ask('editor', 'POST', `/articles/${id}/submit`, {})).toMatchObject({ status: 400 });
    await edit(id, 1, { shortTitle: '示'.repeat(32) });
    expect(await person('editor').post(`/articles/${id}/submit`)).toMatchObject({ status: 'submitted' });
    expect(await submitted({ title: long })).toMatchObject({ status: 'submitted' });
  });
});
