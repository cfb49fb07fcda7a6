import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { startMongo, startRedis, withDatabase } from '../../scripts/stores/index.ts';

/** Commands of clients; what a server of a replica set asks itself is left out. */
const COUNTED = [
  'find',
  'insert',
  'update',
  'delete',
  'findAndModify',
  'aggregate',
  'count',
  'getMore',
  'commitTransaction',
  'abortTransaction',
];
const TICKS_A_SECOND = 100;

export interface Reading {
  readonly mongo: number;
  readonly redis: number;
  /** CPU seconds of both. */
  readonly cpu: number;
}

/** A MongoDB and a Redis of the benchmark's own. */
export async function openStores() {
  const mongo = await startMongo({ quiet: true });
  const redis = await startRedis({ quiet: true });
  const client = await new MongoClient(mongo.uri).connect();
  const asked = redis === null ? null : new Redis(redis.url);
  const cpuOf = (pid: number | undefined): number => {
    if (pid === undefined) return 0;
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  };
  return {
    uri: (name: string): string => withDatabase(mongo.uri, name),
    redisUrl: redis?.url ?? null,
    client,
    read: async (): Promise<Reading> => {
      const status = await client.db('admin').command({ serverStatus: 1 });
      const commands = (status['metrics'] as { commands: Record<string, { total?: unknown }> }).commands;
      const info = (await asked?.info('stats')) ?? '';
      return {
        mongo: COUNTED.reduce((sum, name) => sum + Number(commands[name]?.total ?? 0), 0),
        redis: Number(/total_commands_processed:(\d+)/.exec(info)?.[1] ?? 0),
        cpu: cpuOf(mongo.pid) + cpuOf(redis?.pid),
      };
    },
    stop: async (): Promise<void> => {
      asked?.disconnect();
      await client.close();
      await mongo.stop();
      await redis?.stop();
    },
  };
}

export type Stores = Awaited<ReturnType<typeof openStores>>;
