import { isAppError } from './errors.ts';

/** Names that the driver and mongoose give to it. Words only: whoever asks need not know the store. */
const NAMES =
  /^Mongo(?:oseServerSelection|ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|WaitQueueTimeout|PoolClosed|PoolCleared|PoolClearedOnNetwork|ClientClosed|OperationTimeout|ExpiredSession)Error$/;
/** mongoose says so without a name of its own when `bufferCommands` is off. */
const NEVER_CONNECTED = /before initial connection is complete|Connection (?:was force closed|is closed)/;
/** Server codes: not primary, shutting down, interrupted, write conflict that outlasted the retries. */
const CODES = new Set([6, 7, 89, 91, 112, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436]);
/** The driver's own word for "the same again may work". */
const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];

/** True where a failure means that MongoDB is away or changing its primary, and not that the work was wrong. */
export function isStoreAway(error: unknown): boolean {
  if (isAppError(error)) return error.code === 'store_unavailable';
  if (!(error instanceof Error)) return false;
  if (error.name === 'MongooseError') return NEVER_CONNECTED.test(error.message);
  if (!error.name.startsWith('Mongo')) return false;
  return NAMES.test(error.name) || CODES.has(Number((error as { code?: unknown }).code)) || isLabelled(error);
}

function isLabelled(error: Error & { hasErrorLabel?: unknown }): boolean {
  const { hasErrorLabel } = error;
  if (typeof hasErrorLabel !== 'function') return false;
  return LABELS.some((label) => hasErrorLabel.call(error, label) === true);
}
