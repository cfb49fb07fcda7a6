import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMongo, startMongo } from '../../scripts/stores/index.ts';
import { createServiceUser } from '../support/service-user.ts';

const DATABASE = 'town';
const unauthorized = { codeName: 'Unauthorized' };
const invalid = { code: 121 };
let mongo: RunningMongo;
let root: MongoClient;
let service: MongoClient;

beforeAll(async () => {
  mongo = await startMongo({ auth: true, quiet: true });
  root = new MongoClient(mongo.uri);
  service = new MongoClient(await createServiceUser(mongo.uri, DATABASE));
  const db = root.db(DATABASE);
  await db.createCollection('guarded', { validator: { $expr: { $ne: ['$status', 'published'] } } });
  await db.collection('guarded').insertOne({ status: 'draft' });
  await db.collection('other').insertOne({ status: 'published' });
});
afterAll(async () => {
  await root?.close();
  await service?.close();
  await mongo?.stop();
});

describe("the service's role", () => {
  it('lets the service do its work', async () => {
    const rows = service.db(DATABASE).collection('guarded');
    await service.withSession((session) =>
      session.withTransaction(async () => {
        await rows.insertOne({ status: 'draft', n: 1 }, { session });
        await rows.updateOne({ n: 1 }, { $set: { n: 2 } }, { session });
      }),
    );
    expect(await rows.countDocuments({ n: 2 })).toBe(1);
    expect((await rows.deleteOne({ n: 2 })).deletedCount).toBe(1);
    expect(await rows.indexes()).toHaveLength(1);
    const [info] = await service.db(DATABASE).listCollections({ name: 'guarded' }, { nameOnly: false }).toArray();
    expect(info).toMatchObject({ options: { validator: { $expr: { $ne: ['$status', 'published'] } } } });
    const plan = await rows.find({}).explain();
    expect(plan).toHaveProperty('queryPlanner');
  });

  it('leaves it no way round a validator', async () => {
    const db = service.db(DATABASE);
    const rows = db.collection('guarded');
    const bad = { status: 'published' };
    await expect(rows.insertOne({ ...bad })).rejects.toMatchObject(invalid);
    await expect(rows.insertOne({ ...bad }, { bypassDocumentValidation: true })).rejects.toMatchObject(unauthorized);
    await expect(rows.updateMany({}, { $set: bad })).rejects.toMatchObject(invalid);
    await expect(rows.replaceOne({}, bad, { bypassDocumentValidation: true })).rejects.toMatchObject(unauthorized);
    for (const stage of [{ $out: 'guarded' }, { $merge: 'guarded' }]) {
      const pour = (bypassDocumentValidation: boolean) =>
        db.collection('other').aggregate([stage], { bypassDocumentValidation }).toArray();
      await expect(pour(false)).rejects.toMatchObject(invalid);
      await expect(pour(true)).rejects.toMatchObject(unauthorized);
    }
    const applyOps = [{ op: 'i', ns: `${DATABASE}.guarded`, o: { _id: 1, ...bad } }];
    await expect(service.db('admin').command({ applyOps })).rejects.toMatchObject(unauthorized);
    expect(await root.db(DATABASE).collection('guarded').countDocuments(bad)).toBe(0);
  });

  it('lets it take nothing away and change no rule, index, user or role', async () => {
    const db = service.db(DATABASE);
    const rows = db.collection('guarded');
    const forbidden = [
      () => rows.drop(),
      () => db.dropDatabase(),
      () => db.renameCollection('guarded', 'aside'),
      () => db.renameCollection('other', 'guarded', { dropTarget: true }),
      () => db.command({ collMod: 'guarded', validator: {} }),
      () => db.command({ collMod: 'guarded', validationLevel: 'off' }),
      () => db.command({ convertToCapped: 'guarded', size: 100_000 }),
      () => rows.createIndex({ status: 1 }),
      () => db.command({ dropIndexes: 'guarded', index: '*' }),
      () => db.command({ create: 'view', viewOn: 'guarded', pipeline: [] }),
      () => db.command({ createUser: 'second', pwd: 'x', roles: [] }),
      () => db.command({ updateRole: 'xiangyinService', privileges: [], roles: ['dbOwner'] }),
      () => service.db('elsewhere').collection('rows').insertOne({}),
    ];
    for (const attempt of forbidden) await expect(attempt()).rejects.toMatchObject(unauthorized);
    const [info] = await root.db(DATABASE).listCollections({ name: 'guarded' }, { nameOnly: false }).toArray();
    expect(info).toMatchObject({ options: { validator: { $expr: { $ne: ['$status', 'published'] } } } });
  });
});
