import { ConfigError } from '../../platform/config/index.ts';
import { checkServer, migrateCollections, openForMigration } from '../../platform/mongo/index.ts';
import { allCollections } from '../collections.ts';
import { runCommand } from './command.ts';

/** `npm run migrate`: makes collections, validators and indexes what this version of the service declares (P1). */
runCommand(async () => {
  const uri = process.env['MONGODB_ADMIN_URI'] || process.env['MONGODB_URI'];
  if (!uri) throw new ConfigError(['environment variable MONGODB_ADMIN_URI (or MONGODB_URI) is missing']);
  const connection = await openForMigration(uri);
  try {
    const problems = await checkServer(connection);
    if (problems.length > 0) throw new ConfigError(problems);
    const done = await migrateCollections(connection, allCollections);
    for (const line of done) console.log(line);
    console.log(done.length === 0 ? 'nothing to do' : `${done.length} changes made`);
    return 0;
  } finally {
    await connection.close();
  }
});
