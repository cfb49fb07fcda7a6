import mongoose, { type Connection } from 'mongoose';
import type { MongoClientOptions } from 'mongodb';
import type { Log } from '../../kernel/index.ts';
import { whyNeverFit } from './server.ts';

/**
 * Two pools to one MongoDB. `hot` serves the webhook and fails fast (docs/promises.md#p3: a frozen mongod makes the
 * driver's own `timeoutMS` hang, so sockets get hard limits); `work` serves the console, the pages and the sweeps.
 */
export interface MongoPools {
  readonly hot: Connection;
  readonly work: Connection;
  /** True while both pools have been connected and no disconnect was seen since. */
  ready(): boolean;
  /**
   * Resolves at the first moment both pools are connected. Rejects with an Error in plain English where waiting cannot
   * help: an address that cannot be read, or a server that is no replica set.
   */
  whenReady(): Promise<void>;
  close(): Promise<void>;
}

const HOT: MongoClientOptions = {
  serverSelectionTimeoutMS: 1_000,
  connectTimeoutMS: 1_000,
  socketTimeoutMS: 2_000,
  waitQueueTimeoutMS: 500,
  maxPoolSize: 20,
  retryWrites: true,
  writeConcern: { w: 'majority', journal: true },
};

const WORK: MongoClientOptions = {
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 60_000,
  waitQueueTimeoutMS: 5_000,
  maxPoolSize: 20,
  retryWrites: true,
  writeConcern: { w: 'majority', journal: true },
};

const RECONNECT_MS = 1_000;

/** Starts connecting and returns at once, so that the webhook can listen and spool while MongoDB is away. */
export function connectMongo(deps: { uri: string; log: Log }): MongoPools {
  const { uri, log } = deps;
  let closed = false;
  const open = async (connection: Connection, options: MongoClientOptions, name: string): Promise<void> => {
    const isClosed = (): boolean => closed;
    while (!isClosed()) {
      try {
        await connection.openUri(uri, { ...options, appName: `xiangyin-${name}`, autoIndex: false, autoCreate: false });
        log.info('mongo.connected', { pool: name });
        return;
      } catch (err) {
        log.warn('mongo.away', { pool: name, err });
        // Not by force: mongoose refuses every operation of a connection that was ever closed so, also after a reopening.
        await connection.close(false).catch(() => undefined);
        // Asked once a round, by one of the two pools.
        const hopeless = isUnreadable(err) ? unreadable(err) : name === 'hot' ? await whyNeverFit(uri) : null;
        if (hopeless !== null) throw new Error(hopeless, { cause: err });
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      }
    }
  };
  const hot = newConnection();
  const work = newConnection();
  const opened = Promise.all([open(hot, HOT, 'hot'), open(work, WORK, 'work')]);
  // Whoever asks `whenReady` hears of it; the webhook goes on with the spool until then.
  opened.catch(() => undefined);
  return {
    hot,
    work,
    ready: () => isConnected(hot) && isConnected(work),
    whenReady: async () => {
      await opened;
    },
    close: async () => {
      closed = true;
      await Promise.all([hot.close(true), work.close(true)]);
    },
  };
}

/** By name: the driver's address parser has error classes of its own. */
function isUnreadable(error: unknown): error is Error {
  return error instanceof Error && /^Mongo(Parse|InvalidArgument|MissingCredentials)Error$/.test(error.name);
}

function unreadable(error: Error): string {
  return `MONGODB_URI cannot be used: ${error.message.replace(/\/\/[^/@]*@/g, '//')}`;
}

function newConnection(): Connection {
  const connection = mongoose.createConnection();
  // Without this an operation before the connection is up would wait 10 s in memory instead of failing at once.
  // Not by `set`: before openUri mongoose keeps what it does not know yet where nothing reads it.
  Object.assign(connection.config, { bufferCommands: false });
  connection.set('strictQuery', 'throw');
  return connection;
}

/** True while the pool holds a server that answered last. */
export function isConnected(connection: Connection): boolean {
  return connection.readyState === mongoose.ConnectionStates.connected;
}

/** One plain connection for `npm run migrate`, which waits for nothing and ends where MongoDB is away. */
export async function openForMigration(uri: string): Promise<Connection> {
  const connection = mongoose.createConnection();
  await connection.openUri(uri, { serverSelectionTimeoutMS: 10_000, autoIndex: false, autoCreate: false });
  return connection;
}
