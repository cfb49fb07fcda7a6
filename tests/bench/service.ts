import { createWriteStream } from 'node:fs';
import { allCollections } from '../../src/app/collections.ts';
import { startService } from '../../src/app/start.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { migrateCollections, openForMigration } from '../../src/platform/mongo/index.ts';
import { signIn } from '../support/staff-client.ts';
import { ACCOUNT } from './account.ts';
import { reportTo, type ChildOptions } from './child.ts';

/** The whole service as it runs in production: all promises, all sweeps, a log that is written. */
const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const ARTICLES = 60;

const connection = await openForMigration(options.mongo);
await migrateCollections(connection, allCollections);
await connection.close();
const config = loadConfig({
  PUBLIC_URL: 'http://127.0.0.1',
  MONGODB_URI: options.mongo,
  ...(options.redis === null ? {} : { REDIS_URL: options.redis }),
  SECRET_KEY: 'a-secret-key-for-benchmarks-of-32-bytes',
  WECHAT_APP_ID: ACCOUNT.appId,
  WECHAT_APP_SECRET: 's'.repeat(32),
  WECHAT_TOKEN: ACCOUNT.token,
  WECHAT_ENCODING_AES_KEY: ACCOUNT.aesKey,
  WECHAT_API_BASE: 'http://127.0.0.1:1',
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: options.dataDir,
  NODE_ENV: 'production',
});
const log = createLog({ level: 'info', role: 'all', destination: createWriteStream('/dev/null') });
const limits = { ...config.limits, rate: { ...config.limits.rate, perIpPerMinute: 1e6, loginPer15Minutes: 1e6 } };
const service = await startService({ config: { ...config, limits }, log, consoleDir: options.dataDir });

const url = `http://127.0.0.1:${service.port}`;
const people = { url, staff: service.app.staff };
const [editor, leader] = [
  await signIn({ ...people, role: 'editor', unit: 'mzb' }),
  await signIn({ ...people, role: 'leader', unit: null }),
];
const TITLES = ['低保名单公示', '医保缴费办法', '危房改造补贴', '财务收支情况', '路灯维修安排', '公示栏更换'];
for (let n = 0; n < ARTICLES; n += 1) {
  const { id } = await editor.post<{ id: string }>('/articles', {
    title: `${TITLES[n % TITLES.length]}第${n + 1}期`,
    categoryCode: n % 2 === 0 ? 'cw_shjz' : 'cw_szqk',
    bodyHtml: `<p>本月${TITLES[n % TITLES.length]}的情况如下，请大家看看有没有不对的地方。</p>`,
  });
  const { contentHash } = await editor.post<{ contentHash: string }>(`/articles/${id}/submit`);
  await leader.post(`/articles/${id}/approve`, { contentHash });
}
reportTo(process, service.port);
