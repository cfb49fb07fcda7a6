import { type IndexDescriptionInfo, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allCollections } from '../../src/app/collections.ts';
import {
  migrateCollections,
  openForMigration,
  verifyCollections,
  type Connection,
} from '../../src/platform/mongo/index.ts';
import { projectTexts } from '../support/project-files.ts';
import { bareDatabase } from '../support/stores.ts';

const { uri, name } = bareDatabase();
const client = new MongoClient(uri);
const db = client.db(name);
let connection: Connection;
let first: string[];
beforeAll(async () => {
  connection = await openForMigration(uri);
  first = await migrateCollections(connection, allCollections);
});
afterAll(async () => {
  await connection.close();
  await client.close();
});

describe('every collection', () => {
  it('is declared once', () => {
    const names = allCollections.map((manifest) => manifest.name);
    expect([...new Set(names)]).toEqual(names);
  });

  it('that a store names is declared, so that `migrate` makes it', () => {
    const used = projectTexts()
      .filter(({ path }) => /^src\/.*\.store\.ts$/.test(path))
      .flatMap(({ text }) => [...text.matchAll(/\bcollection: '(\w+)'|\.collection(?:<[^>]*>)?\('(\w+)'\)/g)])
      .map(([, inSchema, inCall]) => inSchema ?? inCall ?? '');
    const declared = allCollections.map((manifest) => manifest.name);
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((one) => !declared.includes(one))).toEqual([]);
  });

  it('has after `migrate` exactly the indexes of its manifest, and a second run changes nothing', async () => {
    expect(first.length).toBeGreaterThan(allCollections.length);
    for (const { name: collection, indexes } of allCollections) {
      const found: IndexDescriptionInfo[] = await db.collection(collection).indexes();
      const names = found.map((index) => index.name ?? '').filter((index) => index !== '_id_');
      expect(new Set(names), collection).toEqual(new Set(indexes.map((index) => index.name)));
    }
    expect(await verifyCollections(connection, allCollections)).toEqual([]);
    expect(await migrateCollections(connection, allCollections)).toEqual([]);
  });

  it('that differs is found, and `migrate` mends it', async () => {
    await db.collection('staff').dropIndex('username');
    await db.collection('staff').createIndex({ username: 1 }, { name: 'username' });
    await db.collection('audit_log').createIndex({ reason: 1 }, { name: 'left_over' });
    await db.command({ collMod: 'audit_log', validator: {}, validationLevel: 'moderate' });
    expect(await verifyCollections(connection, allCollections)).toEqual([
      'validator of audit_log differs',
      'index staff.username differs',
    ]);
    const done = await migrateCollections(connection, allCollections);
    expect(done.sort()).toEqual(
      [
        'validator of audit_log',
        'dropped index audit_log.left_over',
        'dropped index staff.username',
        'index staff.username',
      ].sort(),
    );
    expect(await verifyCollections(connection, allCollections)).toEqual([]);
  });
});
