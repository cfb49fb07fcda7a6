import { checkServer, verifyCollections } from '../../platform/mongo/index.ts';
import { loadConfig } from '../../platform/config/index.ts';
import { createWorkingDays } from '../../platform/working-days/index.ts';
import { allCollections } from '../collections.ts';
import { runCommand } from './command.ts';
import { withApp } from './with-app.ts';

/** `npm run doctor`: what would go wrong in this installation, one line each; exit 1 where something is broken. */
runCommand(async () => {
  const config = loadConfig(process.env);
  return withApp(async ({ mongo, staff, wechat }) => {
    const broken = [...(await checkServer(mongo.work)), ...(await verifyCollections(mongo.work, allCollections))];
    const warnings: string[] = [];
    const leaders = (await staff.list(undefined, 1_000)).filter((one) => one.role === 'leader' && !one.disabled).length;
    if (leaders < 2) warnings.push(`能用的分管领导只有 ${leaders} 位：自己写的稿子没有人能审核，至少要两位。`);
    const calendar = createWorkingDays(config.calendars).warning(new Date());
    if (calendar) warnings.push(calendar);
    if (config.env.REDIS_URL === undefined)
      warnings.push('没有设置 REDIS_URL：限流只在本进程内存里计数，只适合单进程。');
    if (!config.env.PUBLIC_URL.startsWith('https:')) warnings.push('PUBLIC_URL 不是 https：后台登录不安全。');
    await wechat.callbackIps().catch((error: unknown) => {
      broken.push(
        `the platform cannot be reached with these credentials: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    for (const line of broken) console.log(`BROKEN  ${line}`);
    for (const line of warnings) console.log(`WARNING ${line}`);
    if (broken.length + warnings.length === 0) console.log('all is well');
    return broken.length > 0 ? 1 : 0;
  });
});
