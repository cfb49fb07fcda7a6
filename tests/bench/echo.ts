import { createRequire } from 'node:module';
import { join } from 'node:path';
import Koa from 'koa';
import { ACCOUNT } from './account.ts';
import { serveChild } from './child.ts';

/** co-wechat's own echo: it opens, answers and seals, and stores nothing. */
await serveChild(async ({ modules = '' }) => {
  const load = createRequire(join(modules, 'package.json'));
  const wechat = load('co-wechat') as (config: object) => { middleware(reply: () => Promise<string>): Koa.Middleware };
  const app = new Koa();
  app.use(
    wechat({
      token: ACCOUNT.token,
      appid: ACCOUNT.appId,
      encodingAESKey: ACCOUNT.aesKey,
      checkSignature: true,
    }).middleware(async () => '收到了'),
  );
  return app.callback();
});
