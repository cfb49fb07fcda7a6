import type { Redis } from 'ioredis';
import { examine } from '../checkup.ts';
import { createOffice } from '../office.ts';
import { runCommand } from './command.ts';
import { withGround } from './with-ground.ts';

/** How long Redis may take to be there before it counts as away. */
const REDIS_MS = 2_000;

/** `npm run doctor`: what would go wrong in this installation, one line each; exit 1 where something is broken. */
runCommand(() =>
  withGround(
    async (ground) => {
      await settled(ground.redis);
      const { staff } = createOffice(ground);
      const platformTime = () => dateOf(ground.config.env.WECHAT_API_BASE);
      const { broken, warnings } = await examine({ ...ground, staff, platformTime });
      for (const line of broken) console.log(`BROKEN  ${line}`);
      for (const line of warnings) console.log(`WARNING ${line}`);
      if (broken.length + warnings.length === 0) console.log('all is well');
      return broken.length > 0 ? 1 : 0;
    },
    { anyStore: true },
  ),
);

async function settled(redis: Redis | null): Promise<void> {
  if (!redis || redis.status === 'ready') return;
  await new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    setTimeout(resolve, REDIS_MS).unref();
  });
}

async function dateOf(address: string): Promise<Date | null> {
  const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(5_000) });
  const date = answer.headers.get('date');
  return date === null ? null : new Date(date);
}
