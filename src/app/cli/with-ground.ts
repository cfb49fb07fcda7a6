import { loadConfig } from '../../platform/config/index.ts';
import { createLog } from '../../platform/logging/index.ts';
import { AppError } from '../../kernel/index.ts';
import { verifyCollections } from '../../platform/mongo/index.ts';
import { allCollections } from '../collections.ts';
import { createGround, type Ground } from '../ground.ts';

/** How long a command waits for MongoDB before it says that it is away. */
const CONNECT_MS = 10_000;

/**
 * What stands below the features, connected, for one command, which builds the features that it needs; closed
 * afterwards. AppError where MongoDB is away, or (unless `anyStore`) where `npm run migrate` has not been run: a command
 * must not write past missing validators.
 */
export async function withGround<T>(
  work: (ground: Ground) => Promise<T>,
  options: { anyStore?: boolean } = {},
): Promise<T> {
  const ground = createGround({ config: loadConfig(process.env), log: createLog({ level: 'error', role: 'cli' }) });
  let timer: NodeJS.Timeout | undefined;
  try {
    const away = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new AppError('store_unavailable', { message: '连不上 MongoDB，请检查 MONGODB_URI。' })),
        CONNECT_MS,
      );
    });
    await Promise.race([ground.mongo.whenReady(), away]);
    if (!options.anyStore) await requireMigrated(ground);
    return await work(ground);
  } finally {
    clearTimeout(timer);
    await ground.close();
  }
}

async function requireMigrated({ connection }: Ground): Promise<void> {
  const differences = await verifyCollections(connection, allCollections);
  if (differences.length === 0) return;
  throw new AppError('wrong_state', {
    message: `数据库还没有迁移到这个版本，请先运行 npm run migrate：\n${differences.map((line) => `  - ${line}`).join('\n')}`,
  });
}
