import { loadConfig } from '../../platform/config/index.ts';
import { createLog } from '../../platform/logging/index.ts';
import { AppError } from '../../kernel/index.ts';
import { verifyCollections } from '../../platform/mongo/index.ts';
import { buildApp, type App } from '../build-app.ts';
import { allCollections } from '../collections.ts';

/** How long a command waits for MongoDB before it says that it is away. */
const CONNECT_MS = 10_000;

/**
 * The built service without listening, for one command; closed afterwards. AppError where MongoDB is away, or (unless
 * `anyStore`) where `npm run migrate` has not been run: a command must not write past missing validators.
 */
export async function withApp<T>(work: (app: App) => Promise<T>, options: { anyStore?: boolean } = {}): Promise<T> {
  const config = loadConfig(process.env);
  const app = await buildApp({ config, log: createLog({ level: 'error', role: 'cli' }), consoleDir: '' });
  let timer: NodeJS.Timeout | undefined;
  try {
    const away = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new AppError('store_unavailable', { message: '连不上 MongoDB，请检查 MONGODB_URI。' })),
        CONNECT_MS,
      );
    });
    await Promise.race([app.mongo.whenReady(), away]);
    if (!options.anyStore) await requireMigrated(app);
    return await work(app);
  } finally {
    clearTimeout(timer);
    await app.close();
  }
}

async function requireMigrated({ mongo }: App): Promise<void> {
  const differences = await verifyCollections(mongo.work, allCollections);
  if (differences.length === 0) return;
  throw new AppError('wrong_state', {
    message: `数据库还没有迁移到这个版本，请先运行 npm run migrate：\n${differences.map((line) => `  - ${line}`).join('\n')}`,
  });
}
