import mongoose from 'mongoose';
import {
  MongoBulkWriteError,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoParseError,
  MongoServerError,
  MongoTopologyClosedError,
} from 'mongodb';
import { describe, expect, it } from 'vitest';
import { toAppError } from '../../src/http/errors.ts';
import { AppError, isStoreAway } from '../../src/kernel/index.ts';

const server = (code: number, ...errorLabels: string[]) => new MongoServerError({ message: 'x', code, errorLabels });
const bulk = new MongoBulkWriteError({ message: 'x', code: 1, writeErrors: [] }, {} as never);
bulk.addErrorLabel('RetryableWriteError');

const AWAY: readonly (readonly [string, unknown])[] = [
  ['our own word', new AppError('store_unavailable')],
  ['a broken connection', new MongoNetworkError('x')],
  ['a silent one', new MongoNetworkTimeoutError('x')],
  ['no connection yet', new MongoNotConnectedError('x')],
  ['a closed client', new MongoTopologyClosedError()],
  ['a session that outlived its server', new MongoExpiredSessionError('x')],
  ['mongoose’s choice of a server', new mongoose.Error.MongooseServerSelectionError('x')],
  ['mongoose before it began', new mongoose.Error('Cannot call `a.b()` before initial connection is complete if …')],
  ['no primary', server(10_107)],
  ['a primary that leaves', server(189)],
  ['a conflict that outlasted the retries', server(112)],
  ['a retryable label', server(1, 'RetryableWriteError')],
  ['a transient one', server(1, 'TransientTransactionError')],
  ['a commit of which nobody knows', server(1, 'UnknownTransactionCommitResult')],
  ['a batch with a label', bulk],
];
const WRONG: readonly (readonly [string, unknown])[] = [
  ['another word of ours', new AppError('wrong_state')],
  ['a duplicate key', server(11_000)],
  ['a validator', server(121)],
  ['an address that cannot be read', new MongoParseError('x')],
  ['mongoose’s strictness', new mongoose.Error('Path `x` is not in schema and strict mode is set to throw.')],
  ['a bug', new TypeError('x')],
  ['a foreign error with such a code', Object.assign(new Error('x'), { code: 189 })],
  ['no error', 'x'],
];

describe('the store is away', () => {
  it.each(AWAY)('by %s', (_name, error) => {
    expect(isStoreAway(error)).toBe(true);
    expect(toAppError(error).code).toBe('store_unavailable');
  });
  it.each(WRONG)('not by %s', (_name, error) => {
    expect(isStoreAway(error)).toBe(false);
    expect(toAppError(error).code).not.toBe('store_unavailable');
  });
});
