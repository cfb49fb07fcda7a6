import { startMongo, startRedis } from '../../scripts/stores/index.ts';

/** A process of its own that holds two stores until it is killed. Says what it holds in one line of JSON. */
const [mongo, redis] = await Promise.all([startMongo({ quiet: true }), startRedis({ quiet: true })]);
process.stdout.write(`${JSON.stringify({ pids: [mongo.pid, redis?.pid] })}\n`);
setInterval(() => {}, 60_000);
