import { loadConfig } from '../../platform/config/index.ts';
import { createLog } from '../../platform/logging/index.ts';
import { AppError } from '../../kernel/index.ts';
import { buildApp, type App } from '../build-app.ts';

/** How long a command waits for MongoDB before it says that it is away. */
const CONNECT_MS = 10_000;

/** The built service without listening, for one command; closed afterwards. */
export async function withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
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
    return await work(app);
  } finally {
    clearTimeout(timer);
    await app.close();
  }
}
