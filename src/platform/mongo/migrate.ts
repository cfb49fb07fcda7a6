import { isDeepStrictEqual } from 'node:util';
import type { Connection } from 'mongoose';
import type { Db, Document, IndexDescriptionInfo } from 'mongodb';
import type { CollectionManifest, IndexDeclaration } from './manifest.ts';

/**
 * Makes collections, validators and indexes what the manifests declare. Needs a user with `collMod` and
 * `createIndex` (MONGODB_ADMIN_URI). Indexes of ours that are no longer declared are dropped; repeatable.
 * Returns one line in English per change made.
 */
export async function migrateCollections(
  connection: Connection,
  manifests: readonly CollectionManifest[],
): Promise<string[]> {
  const db = database(connection);
  const standing = await readCollections(db);
  const done: string[] = [];
  // First of all: a death in between leaves a database that the service refuses, not one with documents of two shapes.
  for (const { name, upgrade } of manifests) {
    const changed = (await upgrade?.(db)) ?? 0;
    if (changed > 0) done.push(`brought ${changed} of ${name} into today's shape`);
  }
  for (const manifest of manifests) {
    const found = standing.get(manifest.name);
    if (!found) {
      await db.createCollection(manifest.name, manifest.validator ? strict(manifest.validator) : {});
      done.push(`created ${manifest.name}`);
    } else if (!sameValidator(found, manifest)) {
      await db.command({ collMod: manifest.name, ...strict(manifest.validator ?? {}) });
      done.push(`validator of ${manifest.name}`);
    }
    done.push(...(await migrateIndexes(db, manifest, found !== undefined)));
  }
  return done;
}

/** One command drops what is no longer declared, one makes all that is missing: each command waits for the disk. */
async function migrateIndexes(db: Db, manifest: CollectionManifest, stood: boolean): Promise<string[]> {
  const collection = db.collection(manifest.name);
  const existing = stood ? await collection.indexes() : [];
  const isDeclared = (index: IndexDescriptionInfo): boolean =>
    manifest.indexes.some((declared) => declared.name === index.name && sameIndex(index, declared));
  const old = existing.filter((index) => index.name !== '_id_' && !isDeclared(index)).map(({ name = '' }) => name);
  const kept = new Set(existing.map(({ name }) => name).filter((name) => name !== undefined && !old.includes(name)));
  const missing = manifest.indexes.filter(({ name }) => !kept.has(name));
  // By command: the driver's own helper takes one name at a time.
  if (old.length > 0) await db.command({ dropIndexes: manifest.name, index: old });
  if (missing.length > 0)
    await collection.createIndexes(missing.map(({ key, ...rest }) => ({ key: { ...key }, ...rest })));
  return [
    ...old.map((name) => `dropped index ${manifest.name}.${name}`),
    ...missing.map(({ name }) => `index ${manifest.name}.${name}`),
  ];
}

/**
 * Differences between what the manifests declare and what the database holds, one English sentence each; empty when
 * all is well. The service refuses to start on any difference (docs/promises.md#p1).
 */
export async function verifyCollections(
  connection: Connection,
  manifests: readonly CollectionManifest[],
): Promise<string[]> {
  const db = database(connection);
  const standing = await readCollections(db);
  const differences: string[] = [];
  for (const manifest of manifests) {
    const found = standing.get(manifest.name);
    if (!found) {
      differences.push(`collection ${manifest.name} is missing`);
      continue;
    }
    if (!sameValidator(found, manifest)) differences.push(`validator of ${manifest.name} differs`);
    const existing = await db.collection(manifest.name).indexes();
    for (const declared of manifest.indexes) {
      const index = existing.find((candidate) => candidate.name === declared.name);
      if (!index) differences.push(`index ${manifest.name}.${declared.name} is missing`);
      else if (!sameIndex(index, declared)) differences.push(`index ${manifest.name}.${declared.name} differs`);
    }
  }
  return differences;
}

function strict(validator: Document): Document {
  return { validator, validationLevel: 'strict', validationAction: 'error' };
}

/** Options of every collection that stands, by name, in one question. */
async function readCollections(db: Db): Promise<Map<string, Document>> {
  const found = await db.listCollections({}, { nameOnly: false }).toArray();
  return new Map(found.map((info) => [info.name, (info as { options?: Document }).options ?? {}]));
}

function sameValidator(options: Document, manifest: CollectionManifest): boolean {
  const validator = manifest.validator ?? {};
  if (!isDeepStrictEqual(plain(options['validator'] ?? {}), plain(validator))) return false;
  if (!manifest.validator) return true;
  return (options['validationLevel'] ?? 'strict') === 'strict' && (options['validationAction'] ?? 'error') === 'error';
}

function sameIndex(index: IndexDescriptionInfo, declared: IndexDeclaration): boolean {
  return (
    isDeepStrictEqual(Object.entries(index.key), Object.entries(declared.key)) &&
    Boolean(index.unique) === Boolean(declared.unique) &&
    Boolean(index.sparse) === Boolean(declared.sparse) &&
    index.expireAfterSeconds === declared.expireAfterSeconds &&
    isDeepStrictEqual(plain(index.partialFilterExpression ?? {}), plain(declared.partialFilterExpression ?? {}))
  );
}

/** Numbers may come back as Int32 or Double; JSON text makes them comparable. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function database(connection: Connection): Db {
  if (!connection.db) throw new Error('MongoDB is not connected');
  return connection.db;
}
