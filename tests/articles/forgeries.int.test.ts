import { type Collection, type Document, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMongo, startMongo, withDatabase } from '../../scripts/stores/index.ts';
import { createServiceUser } from '../support/service-user.ts';
import { migrate } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';
import { type ArticleAnswer, oid, writing } from './office.ts';

/** P1's third layer, as the production database user meets it: a mongod with authentication, the role of deploy/. */
const DATABASE = 'town';
const NAME = 'article_versions';
const INVALID = { code: 121 };
const UNAUTHORIZED = { codeName: 'Unauthorized' };

let mongo: RunningMongo;
let root: MongoClient;
let service: MongoClient;
let town: Town;
/** A version that waits for a leader, as the service wrote it. */
let waiting: Document;
const approver = new ObjectId();

beforeAll(async () => {
  mongo = await startMongo({ auth: true, quiet: true });
  root = new MongoClient(mongo.uri);
  await migrate(withDatabase(mongo.uri, DATABASE));
  await root.db(DATABASE).createCollection('forgeries');
  const uri = await createServiceUser(mongo.uri, DATABASE);
  service = new MongoClient(uri);
  town = await startTown({ uri });
  const editor = await town.staff('editor');
  const { id } = await editor.post<ArticleAnswer>('/articles', writing());
  await editor.post(`/articles/${id}/submit`);
  const found = await versions().findOne({ articleId: oid(id) });
  if (!found) throw new Error('the service wrote no version');
  waiting = found;
});
afterAll(async () => {
  await root?.close();
  await service?.close();
  await mongo?.stop();
});

const versions = (): Collection => service.db(DATABASE).collection(NAME);
const approval = (over: Document = {}): Document => ({
  by: approver,
  byName: '示例',
  at: new Date(),
  contentHash: waiting['contentHash'],
  collectiveDecision: null,
  personalDataBasis: null,
  ...over,
});
const published = (over: Document = {}): Document => ({
  status: 'published',
  publishedAt: new Date(),
  approval: approval(),
  ...over,
});

/** What a forger would set on a version that waits. */
const FORGERIES: readonly [string, () => Document][] = [
  ['published without approval', () => published({ approval: null })],
  ['approved without approval', () => ({ status: 'approved' })],
  ['no authors', () => published({ authors: [] })],
  ['another author in place of the writer', () => published({ authors: [new ObjectId()] })],
  ['an author as approver', () => published({ approval: approval({ by: waiting['createdBy'] }) })],
  ['the submitter as approver', () => published({ submittedBy: approver })],
  ['nobody as submitter', () => published({ submittedBy: null })],
  ['an approver as string', () => published({ approval: approval({ by: String(waiting['createdBy']) }) })],
  ['a submitter as string', () => published({ submittedBy: String(approver) })],
  ['authors as strings', () => published({ authors: [String(approver), waiting['createdBy']] })],
  ['"Published"', () => ({ status: 'Published' })],
  ['["published"]', () => ({ status: ['published'] })],
  ['the approval of another hash', () => published({ approval: approval({ contentHash: 'a'.repeat(64) }) })],
  ['a hash that is none', () => published({ contentHash: null, approval: approval({ contentHash: null }) })],
  ['an approval that is a list', () => published({ approval: [approval()] })],
  ['a major decision without its record', () => published({ majorDecision: true })],
  ['a field that nobody declared', () => published({ force: true })],
];

/** Every way to write a version: each gets the whole forged document and what it differs by. */
const WAYS: readonly [string, (forged: Document, change: Document, bypass: boolean) => Promise<unknown>][] = [
  ['insert', (forged, _change, bypass) => versions().insertOne(fresh(forged), { bypassDocumentValidation: bypass })],
  [
    'insert of many',
    (forged, _, bypass) => versions().insertMany([fresh(forged)], { bypassDocumentValidation: bypass }),
  ],
  [
    'update',
    (_, change, bypass) => versions().updateOne(waitingId(), { $set: change }, { bypassDocumentValidation: bypass }),
  ],
  [
    'update of many',
    (_, change, bypass) => versions().updateMany(waitingId(), { $set: change }, { bypassDocumentValidation: bypass }),
  ],
  [
    'update by pipeline',
    (_, change, bypass) =>
      versions().updateOne(waitingId(), [{ $set: literal(change) }], { bypassDocumentValidation: bypass }),
  ],
  [
    'upsert',
    (forged, _, bypass) => {
      const { _id, ...rest } = fresh(forged);
      return versions().updateOne({ _id }, { $set: rest }, { upsert: true, bypassDocumentValidation: bypass });
    },
  ],
  [
    'find and modify',
    (_, change, bypass) =>
      versions().findOneAndUpdate(waitingId(), { $set: change }, { bypassDocumentValidation: bypass }),
  ],
  ['replace', (forged, _, bypass) => versions().replaceOne(waitingId(), forged, { bypassDocumentValidation: bypass })],
  [
    'bulk insert',
    (forged, _, bypass) =>
      versions().bulkWrite([{ insertOne: { document: fresh(forged) } }], { bypassDocumentValidation: bypass }),
  ],
  [
    'bulk update',
    (_, change, bypass) =>
      versions().bulkWrite([{ updateOne: { filter: waitingId(), update: { $set: change } } }], {
        bypassDocumentValidation: bypass,
      }),
  ],
  [
    'bulk replace',
    (forged, _, bypass) =>
      versions().bulkWrite([{ replaceOne: { filter: waitingId(), replacement: forged } }], {
        bypassDocumentValidation: bypass,
      }),
  ],
  ['$merge', (forged, _, bypass) => pour(fresh(forged), { $merge: NAME }, bypass)],
  ['$merge over it', (forged, _, bypass) => pour(forged, { $merge: { into: NAME, whenMatched: 'replace' } }, bypass)],
  ['$out', (forged, _, bypass) => pour(forged, { $out: NAME }, bypass)],
  [
    'a transaction',
    (_, change, bypass) =>
      service.withSession((session) =>
        session.withTransaction(() =>
          versions().updateOne(waitingId(), { $set: change }, { session, bypassDocumentValidation: bypass }),
        ),
      ),
  ],
];

const waitingId = () => ({ _id: waiting['_id'] as ObjectId });
/** As a version of another article, so that no unique index refuses it first. */
const fresh = (forged: Document) => ({ ...forged, _id: new ObjectId(), articleId: new ObjectId() });
const literal = (change: Document): Document =>
  Object.fromEntries(Object.entries(change).map(([field, value]) => [field, { $literal: value as unknown }]));

async function pour(forged: Document, stage: Document, bypassDocumentValidation: boolean): Promise<unknown> {
  const forgeries = service.db(DATABASE).collection('forgeries');
  const { insertedId } = await forgeries.insertOne({ ...forged });
  return forgeries.aggregate([{ $match: { _id: insertedId } }, stage], { bypassDocumentValidation }).toArray();
}

const untouched = async (): Promise<void> => {
  expect(await versions().countDocuments({ status: { $nin: ['submitted', 'published'] } })).toBe(0);
  expect(await versions().findOne(waitingId())).toEqual(waiting);
};

describe('the collection refuses, by every command,', () => {
  it.each(FORGERIES)('%s', async (_name, change) => {
    for (const [, write] of WAYS) {
      await service.db(DATABASE).collection('forgeries').deleteMany({});
      await expect(write({ ...waiting, ...change() }, change(), false)).rejects.toMatchObject(INVALID);
    }
    await untouched();
  });

  it('a version whose authors, approval or hash is missing', async () => {
    for (const field of ['authors', 'approval', 'contentHash', 'submittedBy', 'status']) {
      const { [field]: _gone, ...rest } = { ...waiting, ...published() };
      await expect(versions().insertOne(fresh(rest))).rejects.toMatchObject(INVALID);
      await expect(versions().replaceOne(waitingId(), rest)).rejects.toMatchObject(INVALID);
      await expect(versions().updateOne(waitingId(), { $unset: { [field]: 1 } })).rejects.toMatchObject(INVALID);
    }
    await untouched();
  });

  it('but takes an honest approval by the same commands', async () => {
    for (const [name, write] of WAYS.filter(([way]) => /^(?:insert|upsert|bulk insert|\$merge)$/.test(way))) {
      await service.db(DATABASE).collection('forgeries').deleteMany({});
      await write({ ...waiting, ...published() }, published(), false);
      expect(await versions().countDocuments({ status: 'published' }), name).toBeGreaterThan(0);
      await versions().deleteMany({ status: 'published' });
    }
    await versions().updateOne(waitingId(), { $set: published() });
    expect(await versions().countDocuments({ status: 'published' })).toBe(1);
    await versions().replaceOne(waitingId(), waiting);
    await untouched();
  });

  it('and lets nobody of the service look past it', async () => {
    for (const [, write] of WAYS) {
      await service.db(DATABASE).collection('forgeries').deleteMany({});
      const change = published({ approval: null });
      await expect(write({ ...waiting, ...change }, change, true)).rejects.toMatchObject(UNAUTHORIZED);
    }
    const db = service.db(DATABASE);
    await expect(db.command({ collMod: NAME, validationLevel: 'off' })).rejects.toMatchObject(UNAUTHORIZED);
    await expect(db.command({ collMod: NAME, validator: {} })).rejects.toMatchObject(UNAUTHORIZED);
    await expect(versions().drop()).rejects.toMatchObject(UNAUTHORIZED);
    await expect(db.renameCollection('forgeries', NAME, { dropTarget: true })).rejects.toMatchObject(UNAUTHORIZED);
    await untouched();
  });
});

describe('the list of articles', () => {
  it('never says published of what no version is', async () => {
    const article = { _id: waiting['articleId'] as ObjectId };
    for (const status of ['published', 'approved', 'Published', ['published']]) {
      await expect(
        service.db(DATABASE).collection('articles').updateOne(article, { $set: { status } }),
      ).rejects.toMatchObject(INVALID);
    }
  });
});

describe('the service with this user', () => {
  it('does its whole work', async () => {
    const [editor, leader] = await Promise.all([town.staff('editor'), town.staff('leader')]);
    const { id } = await editor.post<ArticleAnswer>('/articles', writing());
    const { contentHash } = await editor.post<ArticleAnswer>(`/articles/${id}/submit`);
    await leader.post(`/articles/${id}/approve`, { contentHash });
    expect((await fetch(`${town.url}/articles/${id}`)).status).toBe(200);
    await leader.post(`/articles/${id}/withdraw`, { reason: '示例' });
    expect((await fetch(`${town.url}/articles/${id}`)).status).toBe(410);
  });
});
