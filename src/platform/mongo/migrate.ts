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
  const done: string[] = [];
  for (const manifest of manifests) {
    const found = await readCollection(db, manifest.name);
    if (!found) {
      await db.createCollection(manifest.name, manifest.validator ? strict(manifest.validator) : {});
      done.push(`created ${manifest.name}`);
    } else if (!sameValidator(found, manifest)) {
      await db.command({ collMod: manifest.name, ...strict(manifest.validator ?? {}) });
      done.push(`validator of ${manifest.name}`);
    }
    done.push(...(await migrateIndexes(db, manifest)));
  }
  return done;
}

async function migrateIndexes(db: Db, manifest: CollectionManifest): Promise<string[]> {
  const collection = db.collection(manifest.name);
  const done: string[] = [];
  const existing = await collection.indexes();
  for (const index of existing) {
    const name = index.name ?? '';
    if (name === '_id_') continue;
    const declared = manifest.indexes.find((candidate) => candidate.name === name);
    if (declared && sameIndex(index, declared)) continue;
    await collection.dropIndex(name);
    done.push(`dropped index ${manifest.name}.${name}`);
  }
  for (const { name, key, ...options } of manifest.indexes) {
    if (existing.some((index) => index.name === name && sameIndex(index, { name, key, ...options }))) continue;
    await collection.createIndex({ ...key }, { name, ...options });
    done.push(`index ${manifest.name}.${name}`);
  }
  return done;
}

/**
 * Differences between what the manifests declare and what the database holds, one English sentence each; empty when
 * all is well. The service refuses to start on any difference (P1).
 */
export async function verifyCollections(
  connection: Connection,
  manifests: readonly CollectionManifest[],
): Promise<string[]> {
  const db = database(connection);
  const differences: string[] = [];
  for (const manifest of manifests) {
    const found = await readCollection(db, manifest.name);
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

async function readCollection(db: Db, name: string): Promise<Document | undefined> {
  const [info] = await db.listCollections({ name }, { nameOnly: false }).toArray();
  return info ? ((info as { options?: Document }).options ?? {}) : undefined;
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
