import mongoose, { type ClientSession, type Connection } from 'mongoose';
import { MongoError, MongoNotConnectedError } from 'mongodb';

/** A running transaction. Services hand it on to stores and to the audit; they never look inside. */
export type Tx = ClientSession;

/** Runs `work` in one transaction: all of it happens or nothing. */
export type Transact = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

const CONNECTED = mongoose.ConnectionStates.connected;

/** Retries stop after 2 s (docs/promises.md#p2): the driver's own loop would go on for 120 s while a resident waits. */
const RETRY_FOR_MS = 2_000;

/**
 * Transactions with majority write concern on this connection. `work` may run several times (on transient conflicts)
 * and must have no effect outside the transaction. Errors of `work` pass through unchanged.
 */
export function createTransact(connection: Connection): Transact {
  return async (work) => {
    const giveUpAt = Date.now() + RETRY_FOR_MS;
    // mongoose would stumble over the client that is not there yet.
    if (connection.readyState !== CONNECTED && !connection.db) throw new MongoNotConnectedError('not connected yet');
    const session = await connection.startSession();
    try {
      for (let attempt = 0; ; attempt += 1) {
        session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
        try {
          const result = await work(session);
          await commit(session, giveUpAt);
          return result;
        } catch (error) {
          if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
          if (!hasLabel(error, 'TransientTransactionError') || Date.now() > giveUpAt) throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** Math.min(attempt, 4)));
        }
      }
    } finally {
      await session.endSession().catch(() => undefined);
    }
  };
}

async function commit(session: ClientSession, giveUpAt: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || Date.now() > giveUpAt) throw error;
    }
  }
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}

/** True when `error` is MongoDB's duplicate-key refusal (11000). */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === 11_000;
}
