import type { Connection } from 'mongoose';

/** What the service needs of a MongoDB server, as English sentences saying what to do; empty when all is well. */
export async function checkServer(connection: Connection): Promise<string[]> {
  if (!connection.db) throw new Error('MongoDB is not connected');
  const build = await connection.db.admin().command({ buildInfo: 1 });
  const hello = await connection.db.admin().command({ hello: 1 });
  const problems: string[] = [];
  const version = String(build['version']);
  if (Number.parseInt(version, 10) < 6) {
    problems.push(`MongoDB ${version} is too old: version 6.0 or newer is needed (upgrade the server).`);
  }
  if (!hello['setName'] && hello['msg'] !== 'isdbgrid') {
    problems.push(
      'MongoDB is not a replica set: start it with --replSet and run rs.initiate() once (one node is enough).',
    );
  }
  return problems;
}
