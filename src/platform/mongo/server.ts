import type { Connection } from 'mongoose';
import { type Document, MongoClient } from 'mongodb';

/** MongoDB 6 is the oldest that the validators and transactions were tried on. */
const OLDEST = 6;
const QUICK = { serverSelectionTimeoutMS: 1_000, connectTimeoutMS: 1_000, socketTimeoutMS: 1_000 };
const NO_REPLICA_SET =
  'MongoDB is not a replica set: start it with --replSet and run rs.initiate() once (one node is enough).';

/** What the service needs of a MongoDB server, as English sentences saying what to do; empty when all is well. */
export async function checkServer(connection: Connection): Promise<string[]> {
  if (!connection.db) throw new Error('MongoDB is not connected');
  const build = await connection.db.admin().command({ buildInfo: 1 });
  const hello = await connection.db.admin().command({ hello: 1 });
  return judgeServer(build, hello);
}

/** The judgement behind checkServer, from the server's own answers to `buildInfo` and `hello`. */
export function judgeServer(build: Document, hello: Document): string[] {
  const problems: string[] = [];
  const version = String(build['version']);
  // A version that cannot be read is not known to be new enough.
  if (!(Number.parseInt(version, 10) >= OLDEST)) {
    problems.push(`MongoDB ${version} is too old: version ${OLDEST}.0 or newer is needed (upgrade the server).`);
  }
  if (!hello['setName'] && hello['msg'] !== 'isdbgrid') problems.push(NO_REPLICA_SET);
  return problems;
}

/**
 * Why a server that answers can never be selected, as a sentence saying what to do: with `replicaSet` in the address the
 * driver waits for ever for a single server to become a set. Null where nobody answers, or where the set is still being
 * made: that is worth waiting for.
 */
export async function whyNeverFit(uri: string): Promise<string | null> {
  const direct = uri.replace(/([?&])replicaSet=[^&]*&?/i, '$1');
  let client: MongoClient | undefined;
  try {
    client = new MongoClient(direct, { directConnection: true, ...QUICK });
    const hello = await client.db('admin').command({ hello: 1 });
    return hello['setName'] || hello['isreplicaset'] || hello['msg'] === 'isdbgrid' ? null : NO_REPLICA_SET;
  } catch {
    // Several hosts, another protocol, nobody there: nothing can be said.
    return null;
  } finally {
    // A frozen server must not hold us up: it is not waited for.
    client?.close(true).catch(() => undefined);
  }
}

/** The hosts in an address, for a message: without user, password and options. */
export function describeHosts(uri: string): string {
  return uri.replace(/^mongodb(\+srv)?:\/\/([^/@]*@)?/, '').replace(/[/?].*$/, '');
}

/** The server's own clock. */
export async function serverTime(connection: Connection): Promise<Date> {
  if (!connection.db) throw new Error('MongoDB is not connected');
  const hello = await connection.db.admin().command({ hello: 1 });
  return hello['localTime'] as Date;
}
