import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { withDatabase } from '../../scripts/stores/index.ts';
import { ROOT } from './project-files.ts';

/**
 * Makes the service's user of P1, with the role of deploy/mongo-role.json, in `database`; answers the URI with which
 * the service logs in. `rootUri` is that of a `startMongo({ auth: true })`.
 */
export async function createServiceUser(rootUri: string, database: string): Promise<string> {
  const text = readFileSync(join(ROOT, 'deploy/mongo-role.json'), 'utf8').replaceAll('<database>', database);
  const { role, privileges, roles } = JSON.parse(text) as { role: string; privileges: Document[]; roles: string[] };
  const client = new MongoClient(rootUri);
  try {
    const db = client.db(database);
    await db.command({ createRole: role, privileges, roles });
    await db.command({ createUser: 'service', pwd: 'service-password', roles: [role] });
  } finally {
    await client.close();
  }
  const uri = new URL(withDatabase(rootUri, database));
  uri.username = 'service';
  uri.password = 'service-password';
  uri.searchParams.set('authSource', database);
  return uri.href;
}
