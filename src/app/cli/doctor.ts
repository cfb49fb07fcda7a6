import { loadConfig } from '../../platform/config/index.ts';
import { createLog } from '../../platform/logging/index.ts';
import { connectRedis } from '../../platform/redis/index.ts';
import { systemClock } from '../../kernel/index.ts';
import { examine } from '../checkup.ts';
import { runCommand } from './command.ts';
import { withApp } from './with-app.ts';

/** How long Redis may take to be there before it counts as away. */
const REDIS_MS = 2_000;

/** `npm run doctor`: what would go wrong in this installation, one line each; exit 1 where something is broken. */
runCommand(async () => {
  const config = loadConfig(process.env);
  const { REDIS_URL, WECHAT_API_BASE } = config.env;
  const redis = REDIS_URL ? connectRedis({ url: REDIS_URL, log: createLog({ level: 'silent', role: 'cli' }) }) : null;
  try {
    if (redis) {
      await new Promise<void>((resolve) => {
        redis.once('ready', resolve);
        setTimeout(resolve, REDIS_MS).unref();
      });
    }
    const examineAll = ({ mongo, staff, wechat }: Parameters<Parameters<typeof withApp>[0]>[0]) =>
      examine({
        config,
        connection: mongo.work,
        redis,
        staff,
        wechat,
        clock: systemClock,
        platformTime: () => dateOf(WECHAT_API_BASE),
      });
    const { broken, warnings } = await withApp(examineAll, { anyStore: true });
    for (const line of broken) console.log(`BROKEN  ${line}`);
    for (const line of warnings) console.log(`WARNING ${line}`);
    if (broken.length + warnings.length === 0) console.log('all is well');
    return broken.length > 0 ? 1 : 0;
  } finally {
    redis?.disconnect();
  }
});

async function dateOf(address: string): Promise<Date | null> {
  const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(5_000) });
  const date = answer.headers.get('date');
  return date === null ? null : new Date(date);
}
