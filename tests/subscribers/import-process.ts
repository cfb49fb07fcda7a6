import mongoose from 'mongoose';
import { createTransact } from '../../src/platform/mongo/index.ts';
import { createSubscribers } from '../../src/subscribers/index.ts';
import { createMemoryTokenStore, createWechatClient } from '../../src/wechat/index.ts';
import { SILENT, TOWN } from '../briefings/harness.ts';

/** A process of its own that carries an import until it is done or killed. Argument: where the stores and platform are. */
const place = JSON.parse(process.argv[2] ?? '{}') as {
  uri: string;
  apiBase: string;
  appId: string;
  appSecret: string;
};
const clock = { now: () => new Date() };
const connection = await mongoose.createConnection(place.uri, { autoIndex: false, autoCreate: false }).asPromise();
const { sweeps } = createSubscribers({
  connection,
  transact: createTransact(connection),
  audit: { record: async () => {} },
  clock,
  log: SILENT,
  town: TOWN,
  wechat: createWechatClient({
    ...place,
    accountType: 'subscription',
    verified: true,
    tokenStore: createMemoryTokenStore(),
    clock,
    log: SILENT,
  }),
});
await sweeps.find(({ name }) => name === 'subscribers.import')?.run();
await connection.close();
