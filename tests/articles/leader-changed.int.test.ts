import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changedMeanwhile } from '../support/meanwhile.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { oid, openOffice } from './office.ts';

const office = openOffice({ env: { BRIEFING_MIN_LEAD_SECONDS: '0' } });
const { submitted, person, published } = office;
const client = new MongoClient(office.uri);
beforeAll(() => client.connect());
afterAll(() => client.close());

const someLeader = async (): Promise<{ leader: StaffClient; id: string }> => {
  const leader = await office.town().staff('leader');
  return { leader, id: (await leader.get<{ staff: { id: string } }>('/session')).staff.id };
};
const submittedBriefing = async (): Promise<{ id: string; contentHash: string }> => {
  const { id: articleId } = await published();
  const whole = { title: '一期（示例）', articleIds: [articleId], audience: { kind: 'all' } };
  const { id } = await person('dispatcher').post<{ id: string }>('/briefings', whole);
  return person('dispatcher').post(`/briefings/${id}/submit`);
};

describe.each([
  ['closed', { disabled: true }],
  ['given another role', { role: 'supervisor' }],
])('a leader whose account is %s while the decision is under way', (_name, change) => {
  it.each([
    ['approve', 'article'],
    ['reject', 'article'],
    ['approve', 'briefing'],
    ['reject', 'briefing'],
  ] as const)('does not %s the %s', async (verb, kind) => {
    const { id, contentHash } = kind === 'article' ? await submitted() : await submittedBriefing();
    const { leader, id: leaderId } = await someLeader();
    const body = { contentHash, ...(verb === 'reject' ? { reason: '请核对' } : {}) };
    const answer = await changedMeanwhile({ client, database: office.db().databaseName }, leaderId, change, () =>
      leader.request('POST', `/${kind}s/${id}/${verb}`, body),
    );
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    expect(await person('dispatcher').get(`/${kind}s/${id}`)).toMatchObject({ status: 'submitted' });
    const decided = { 'target.id': id, action: `${kind}s.${verb}` };
    expect(await office.db().collection('audit_log').countDocuments(decided)).toBe(0);
  });
});

describe('the version that was read', () => {
  it('alone is returned: a newer one, submitted meanwhile, stays', async () => {
    const read = await submitted();
    const editor = person('editor');
    await editor.request('PATCH', `/articles/${read.id}`, { baseVersion: 1, summary: '换了' });
    const newer = await editor.post<{ contentHash: string }>(`/articles/${read.id}/submit`);
    const reject = (contentHash: string) =>
      person('leader').request('POST', `/articles/${read.id}/reject`, { reason: '请核对', contentHash });
    expect(await reject(read.contentHash)).toMatchObject({ status: 409, body: { error: { code: 'hash_mismatch' } } });
    expect(await editor.get(`/articles/${read.id}`)).toMatchObject({ status: 'submitted', version: 2 });
    expect(await reject(newer.contentHash)).toMatchObject({ status: 200, body: { status: 'rejected' } });
    const versions = office.db().collection('article_versions');
    expect(await versions.countDocuments({ articleId: oid(read.id), status: 'rejected' })).toBe(1);
  });

  it('alone is returned of a briefing too', async () => {
    const { id, contentHash } = await submittedBriefing();
    const reject = (hash: string) =>
      person('leader').request('POST', `/briefings/${id}/reject`, { reason: '请核对', contentHash: hash });
    expect(await reject('0'.repeat(64))).toMatchObject({ status: 409 });
    expect(await reject(contentHash)).toMatchObject({ status: 200, body: { status: 'rejected' } });
  });
});
