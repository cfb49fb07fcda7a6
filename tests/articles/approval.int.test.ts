import { describe, expect, it } from 'vitest';
import { oid, openOffice } from './office.ts';

const office = openOffice();
const { approve, ask, person, submitted, write } = office;

describe('who may approve', () => {
  it('is a leader who neither wrote nor submitted it, for the hash that was read', async () => {
    const article = await submitted();
    const approved = await approve(article);
    expect(approved).toMatchObject({ status: 'published', publicVersion: 1, unit: 'mzb' });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(200);
  });

  it.each(['editor', 'dispatcher', 'supervisor', 'clerk'])('is never a %s', async (role) => {
    const { id, contentHash } = await submitted();
    expect(await ask(role, 'POST', `/articles/${id}/approve`, { contentHash })).toMatchObject({ status: 403 });
    expect((await office.page(`/articles/${id}`)).status).toBe(404);
  });

  it('is not the leader who wrote it, though no other leader is there', async () => {
    const article = await submitted({}, 'leader');
    const refused = await ask('leader', 'POST', `/articles/${article.id}/approve`, {
      contentHash: article.contentHash,
    });
    expect(refused).toMatchObject({ status: 403, code: 'self_approval' });
    expect(await approve(article, {}, 'otherLeader')).toMatchObject({ status: 'published' });
  });

  it('is not the leader who submitted what another wrote', async () => {
    const { id, contentHash } = await write();
    await person('leader').post(`/articles/${id}/submit`);
    expect(await ask('leader', 'POST', `/articles/${id}/approve`, { contentHash })).toMatchObject({
      code: 'self_approval',
    });
  });

  it('nor after another leader turned it back and the writer submitted the same again', async () => {
    const { id, contentHash } = await write();
    await person('leader').post(`/articles/${id}/submit`);
    await person('otherLeader').post(`/articles/${id}/reject`, { reason: '请补充依据' });
    await person('editor').post(`/articles/${id}/submit`);
    expect(await ask('leader', 'POST', `/articles/${id}/approve`, { contentHash })).toMatchObject({
      code: 'self_approval',
    });
  });

  it('is not the leader who wrote any version that it came from', async () => {
    const first = await write({}, 'leader');
    await person('editor').request('PATCH', `/articles/${first.id}`, { baseVersion: 1, summary: '改过的摘要' });
    await person('second').request('PATCH', `/articles/${first.id}`, { baseVersion: 2, bodyHtml: '<p>全换了。</p>' });
    const third = await person('second').post<typeof first>(`/articles/${first.id}/submit`);
    expect(third.version).toBe(3);
    expect(new Set(third.authors)).toEqual(
      new Set(await Promise.all(['leader', 'editor', 'second'].map((name) => office.idOf(name)))),
    );
    const order = { contentHash: third.contentHash };
    expect(await ask('leader', 'POST', `/articles/${first.id}/approve`, order)).toMatchObject({
      code: 'self_approval',
    });
    expect(await approve(third, {}, 'otherLeader')).toMatchObject({ status: 'published', publicVersion: 3 });
  });

  it('is nobody for another hash than that of the version', async () => {
    const article = await submitted();
    const order = { contentHash: 'a'.repeat(64) };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, order)).toMatchObject({
      status: 409,
      code: 'hash_mismatch',
    });
  });

  it('is nobody for a draft, and nobody twice', async () => {
    const draft = await write();
    const order = { contentHash: draft.contentHash };
    expect(await ask('leader', 'POST', `/articles/${draft.id}/approve`, order)).toMatchObject({
      status: 409,
      code: 'wrong_state',
    });
    const article = await submitted();
    await approve(article);
    expect(
      await ask('otherLeader', 'POST', `/articles/${article.id}/approve`, { contentHash: article.contentHash }),
    ).toMatchObject({
      status: 409,
      code: 'wrong_state',
    });
  });

  it('is one of two leaders who press at once', async () => {
    for (const publishWith of ['approval', 'briefing']) {
      const { id, contentHash } = await submitted({ publishWith });
      const answers = await Promise.all(
        ['leader', 'otherLeader'].map((name) => ask(name, 'POST', `/articles/${id}/approve`, { contentHash })),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
      const versions = await office
        .db()
        .collection('article_versions')
        .find({ articleId: oid(id) })
        .toArray();
      expect(versions).toHaveLength(1);
      expect(versions[0]).toMatchObject({
        status: publishWith === 'approval' ? 'published' : 'approved',
        approval: { contentHash },
      });
    }
  });

  it('is not a leader whose account was closed in between', async () => {
    const article = await submitted();
    const gone = await office.town().staff('leader');
    expect(await gone.get(`/articles/${article.id}`)).toMatchObject({ status: 'submitted' });
    const { id } = (await gone.get<{ staff: { id: string } }>('/session')).staff;
    await office.town().app.staff.change({ kind: 'system', part: 'tests' }, id, { disabled: true });
    const order = { contentHash: article.contentHash };
    expect(await gone.request('POST', `/articles/${article.id}/approve`, order)).toMatchObject({ status: 401 });
    expect(await person('editor').get(`/articles/${article.id}`)).toMatchObject({ status: 'submitted' });
  });

  it('is one whose approval stands beside the audit of it', async () => {
    const article = await submitted();
    await approve(article);
    const row = await office
      .db()
      .collection('audit_log')
      .findOne({ action: 'articles.approve', 'target.id': article.id });
    expect(row).toMatchObject({
      actor: { id: await office.idOf('leader') },
      before: 'submitted',
      after: 'published',
      facts: { contentHash: article.contentHash, version: 1 },
    });
  });
});

describe('major decisions (三重一大)', () => {
  const major = { categoryCode: 'zw_zdjc' };
  const decision = { date: '2026-03-02', minutesNo: '〔2026〕3号' };

  it('need the record of the collective discussion', async () => {
    const article = await submitted(major);
    const bare = { contentHash: article.contentHash };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, bare)).toMatchObject({ status: 400 });
    const future = { ...bare, collectiveDecision: { ...decision, date: '2999-01-01' } };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, future)).toMatchObject({ status: 400 });
    const noDay = { ...bare, collectiveDecision: { ...decision, date: '2026-02-30' } };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, noDay)).toMatchObject({ status: 400 });
    await approve(article, { collectiveDecision: decision });
    const html = await (await office.page(`/articles/${article.id}`)).text();
    expect(html).toContain('2026年3月2日集体研究');
    expect(html).toContain('〔2026〕3号');
  });

  it('are those of such a category, whatever the writer ticked', async () => {
    expect(await write({ ...major, majorDecision: false })).toMatchObject({ majorDecision: true });
    expect(await write({ majorDecision: true })).toMatchObject({ majorDecision: true });
  });
});

describe('personal data', () => {
  const withPhone = { bodyHtml: '<table><tr><td>示例甲</td><td>138-0013-8000</td></tr></table>' };

  it('is marked at submit and holds the approval up until the leader writes down why', async () => {
    const article = await submitted(withPhone);
    expect(article.personalData).toEqual([
      { kind: 'mobile', name: '手机号', place: '正文 表格 1 第 1 行第 2 列', shown: '138******00' },
    ]);
    const order = { contentHash: article.contentHash };
    const refused = await ask('leader', 'POST', `/articles/${article.id}/approve`, order);
    expect(refused).toMatchObject({
      status: 409,
      code: 'personal_data_found',
      body: { error: { details: { places: article.personalData } } },
    });
    expect(JSON.stringify(refused.body)).not.toContain('0013');
    expect((await office.page(`/articles/${article.id}`)).status).toBe(404);
    const personalDataBasis = '《示例办法》第三条要求公开联系电话';
    const approved = await approve(article, { personalDataBasis });
    expect(approved).toMatchObject({ status: 'published', approval: { personalDataBasis } });
    const row = await office
      .db()
      .collection('audit_log')
      .findOne({ action: 'articles.approve', 'target.id': article.id });
    expect(row).toMatchObject({ reason: personalDataBasis, facts: { personalDataPlaces: 1 } });
  });

  it('is looked for in title, short title, summary and links as well', async () => {
    const hide = '13800138000';
    const { personalData } = await write({
      title: `电话${hide}`,
      shortTitle: hide,
      summary: hide,
      bodyHtml: `<p><a href="https://e.example/${hide}">看</a></p>`,
    });
    expect(personalData.map(({ place }) => place)).toEqual(['标题', '短标题', '摘要', '正文 第 1 段（链接）']);
  });

  it('needs a reason of some words', async () => {
    const article = await submitted(withPhone);
    const order = { contentHash: article.contentHash, personalDataBasis: '要' };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, order)).toMatchObject({ status: 400 });
  });
});
