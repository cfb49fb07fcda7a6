import { AppError } from '../../kernel/index.ts';
import { ConfigError } from '../../platform/config/index.ts';
import { checkServer, migrateCollections, openForMigration } from '../../platform/mongo/index.ts';
import { allCollections } from '../collections.ts';
import { runCommand } from './command.ts';

/**
 * `npm run migrate`: makes collections, validators and indexes what this version of the service declares
 * (docs/promises.md#p1).
 */
runCommand(async () => {
  const uri = process.env['MONGODB_ADMIN_URI'] || process.env['MONGODB_URI'];
  if (!uri) throw new ConfigError(['environment variable MONGODB_ADMIN_URI (or MONGODB_URI) is missing']);
  const connection = await openForMigration(uri).catch((cause: unknown) => {
    throw new AppError('store_unavailable', { message: whyNot(cause), cause });
  });
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

/** The driver's reason in plain words; it repeats no address, which holds a password. */
function whyNot(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  const refused = code === 18 || code === 8_000;
  return refused
    ? 'MongoDB 不认这个用户名或密码，请检查 MONGODB_ADMIN_URI（或 MONGODB_URI）。'
    : '连不上 MongoDB，请检查它是否在运行，以及 MONGODB_ADMIN_URI（或 MONGODB_URI）里的地址。';
}
