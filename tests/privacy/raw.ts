import type { Document } from 'mongodb';
import { createLog } from '../../src/platform/logging/index.ts';
import type { Log } from '../../src/kernel/index.ts';
import type { Town } from '../support/town.ts';

/** All documents of all collections, by name, as they lie in the database. */
export async function rawDocuments(town: Town): Promise<Map<string, Document[]>> {
  const { db } = town.app.mongo.work;
  if (!db) throw new Error('MongoDB is not connected');
  const names = (await db.listCollections().toArray()).map(({ name }) => name);
  const pairs = names.map(async (name) => [name, await db.collection(name).find().toArray()] as const);
  return new Map(await Promise.all(pairs));
}

/** Text of every string and every byte string of a document, at any depth: what a search of the raw data would see. */
export function everyText(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'bigint') return '';
  if (typeof value === 'string') return `${value}\n`;
  if (value instanceof Date) return `${value.toISOString()}\n`;
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return `${bytes.toString('latin1')}\n${bytes.toString('utf8')}\n`;
  }
  if (typeof value !== 'object') return `${JSON.stringify(value)}\n`;
  if ((value as { _bsontype?: string })._bsontype === 'Binary') {
    return everyText((value as unknown as { buffer: Uint8Array }).buffer);
  }
  return Object.entries(value)
    .map(([key, member]) => `${key}\n${everyText(member)}`)
    .join('');
}

/** A log as the service writes it, all levels, into an array. */
export function capturedLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLog({ level: 'debug', role: 'all', destination }) };
}
