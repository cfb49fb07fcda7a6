import type { Connection } from 'mongoose';
import { MongoBulkWriteError, ReadConcern, type AnyBulkWriteOperation, type Collection } from 'mongodb';
import { AppError } from '../kernel/index.ts';
import { createBatch } from '../platform/batch/index.ts';
import { freeAt, heldBy, type Lease, renewed } from '../platform/lease/index.ts';
import { isConnected } from '../platform/mongo/index.ts';
import type { RowCodec } from './row-codec.ts';
import { FAILED, OPEN_BY_LEASE, toDoc, toRow, traceless, type RowDoc } from './row-doc.ts';
import type { InboxRow, Outcome } from './row.ts';

/** What one command carries; measured: 32 rows a command write 20,000 rows/s. */
const GROUP = { items: 128 } as const;
/** MongoDB takes 16 MB in one document and 48 MB in one command. */
const MAX_ROW_BYTES = 15_000_000;
const MAX_GROUP_BYTES = 40_000_000;

/** An open row of a resident, as much as its neighbours must know. */
export interface OpenRow {
  readonly key: string;
  /** Null or run out: its owner is gone, anybody may take it over. */
  readonly lease: Lease | null;
}

export interface Look {
  readonly row: InboxRow | null;
  /** All open rows of the resident. */
  readonly open: readonly OpenRow[];
}

export interface Contact {
  readonly kind: 'message' | 'click' | 'subscribe' | 'scan';
  readonly at: Date;
}

/** Which message opens which window (docs/wechat-platform.md#customer-service). */
const CONTACT_KINDS: Readonly<Record<string, Contact['kind']>> = {
  CLICK: 'click',
  scancode_push: 'click',
  scancode_waitmsg: 'click',
  subscribe: 'subscribe',
  SCAN: 'scan',
};

/** Every call rejects at once with AppError store_unavailable while MongoDB is known to be away. */
export interface InboxStore {
  /** The row with this key and the resident's open rows; reads of many messages share one command. */
  look(key: string, openid: string): Promise<Look>;
  /**
   * Durable (majority, journaled) when it resolves true; false = the key is there already, written by whomever, also
   * by an earlier try of ours that seemed to fail: look at its state. AppError internal where this row was refused.
   */
  insert(row: InboxRow): Promise<boolean>;
  /** True once the row with this key is on a majority: what another process has just written may still be lost. */
  isDurable(key: string): Promise<boolean>;
  /** Marks done with w:1; lost marks are mended by the sweep, whose effect is then a repeat without effect. */
  finish(row: InboxRow, outcome: Outcome & { tellAt: Date | null; at: Date }): Promise<void>;
  /** Takes an open row whose lease has ended at `now`; null where another was faster or it is done. */
  takeOver(input: { key: string; lease: Lease; now: Date }): Promise<InboxRow | null>;
  /** The holder goes on working; false, and nothing happens, where it no longer holds the row. */
  extend(input: { key: string; by: string; until: Date }): Promise<boolean>;
  /** Ends the lease of a row whose effect failed, so that anybody may try again after `until`. */
  release(input: { key: string; by: string; until: Date; failed: boolean }): Promise<void>;
  /** Keys of open rows whose lease has ended, oldest first. */
  expired(now: Date, limit: number): Promise<string[]>;
  /** Done rows whose reply is owed as a notice at `now`, oldest debt first. */
  toTell(now: Date, limit: number): Promise<InboxRow[]>;
  /** Owes the reply of a row as a notice from `at` on; null = it was told. */
  setTellAt(key: string, at: Date | null): Promise<void>;
  /** When and how the resident wrote to us since then: what opens the platform's windows for messages to them. */
  contacts(openid: string, since: Date): Promise<Contact[]>;
  counts(): Promise<{ open: number; failed: number }>;
}

export function createInboxStore(connection: Connection, codec: RowCodec): InboxStore {
  const rows = (): Collection<RowDoc> => {
    if (!connection.db || !isConnected(connection)) throw new AppError('store_unavailable');
    return connection.db.collection('inbox') as unknown as Collection<RowDoc>;
  };

  const looks = createBatch<{ key: string; openid: string }, Look>(async (wanted) => {
    const found = await rows().find(lookFilter(wanted)).toArray();
    return wanted.map((w) => {
      const doc = found.find((candidate) => candidate._id === w.key);
      const open = found.filter((candidate) => candidate.openid === w.openid && candidate.state === 'open');
      return {
        row: doc ? toRow(doc, codec) : null,
        open: open.map(({ _id, lease }) => ({ key: _id, lease })),
      };
    });
  }, GROUP);

  const durables = createBatch<string, boolean>(async (wanted) => {
    const found = await rows()
      .find({ _id: { $in: wanted } }, { projection: { _id: 1 }, readConcern: ReadConcern.MAJORITY })
      .toArray();
    const keys = new Set(found.map((doc) => doc._id));
    return wanted.map((key) => keys.has(key));
  }, GROUP);

  const weighed = { ...GROUP, weigh: weightOf, bytes: MAX_GROUP_BYTES };
  const inserts = createBatch<RowDoc, boolean>(async (docs) => {
    try {
      await rows().insertMany(docs, { ordered: false, writeConcern: { w: 'majority', journal: true } });
      return docs.map(() => true);
    } catch (error) {
      if (error instanceof MongoBulkWriteError) return readWriteErrors(error, docs.length);
      throw error;
    }
  }, weighed);

  const finishes = createBatch<AnyBulkWriteOperation<RowDoc>, void>(async (operations) => {
    await rows().bulkWrite(operations, { ordered: false, writeConcern: { w: 1 } });
    return operations.map(() => undefined);
  }, GROUP);

  return {
    look: (key, openid) => looks.add({ key, openid }),
    insert: async (row) => {
      const doc = toDoc(row, codec);
      // The driver would refuse the whole group for it.
      if (weightOf(doc) > MAX_ROW_BYTES) throw new AppError('internal', { message: 'a row of the inbox is too large' });
      return inserts.add(doc);
    },
    isDurable: (key) => durables.add(key),
    finish: (row, { reply, tellAt, at, apart = false }) => {
      const change = apart ? traceless(row, at, codec) : { doneAt: at };
      const kept = { reply: reply && codec.seal(row.key, reply), lease: null, ...(tellAt ? { tellAt } : {}) };
      return finishes.add({
        updateOne: {
          filter: { _id: row.key, state: { $ne: 'done' } },
          update: { $set: { state: 'done', ...kept, ...change } },
        },
      });
    },
    takeOver: async ({ key, lease, now }) => {
      const doc = await rows().findOneAndUpdate(
        { _id: key, state: 'open', ...freeAt(now) },
        { $set: { lease }, $inc: { attempts: 1 } },
        { returnDocument: 'after' },
      );
      return doc ? toRow(doc, codec) : null;
    },
    extend: async ({ key, by, until }) => {
      const held = await rows().updateOne({ _id: key, state: 'open', ...heldBy(by) }, renewed(until));
      return held.matchedCount === 1;
    },
    release: async ({ key, by, until, failed }) => {
      await rows().updateOne(
        { _id: key, state: 'open', ...heldBy(by) },
        { $set: { 'lease.until': until, ...(failed ? { state: 'failed' as const } : {}) } },
      );
    },
    expired: async (now, limit) => {
      const docs = await rows()
        .find({ state: 'open', 'lease.until': { $lte: now } })
        .sort({ 'lease.until': 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      return docs.map((doc) => doc._id);
    },
    toTell: async (now, limit) => {
      const docs = await rows()
        .find({ tellAt: { $lte: now }, state: 'done' })
        .sort({ tellAt: 1 })
        .limit(limit)
        .toArray();
      return docs.map((doc) => toRow(doc, codec));
    },
    setTellAt: async (key, at) => {
      await rows().updateOne({ _id: key }, at ? { $set: { tellAt: at } } : { $unset: { tellAt: true } });
    },
    contacts: async (openid, since) => {
      const docs = await rows()
        .find({ openid: { $in: [openid, ...codec.pseudonyms(openid)] }, receivedAt: { $gte: since } })
        .sort({ receivedAt: -1 })
        .limit(50)
        .project<{ kind: string; type: string; receivedAt: Date }>({ kind: 1, type: 1, receivedAt: 1 })
        .toArray();
      return docs.flatMap((doc) => {
        const kind = doc.kind === 'message' ? 'message' : CONTACT_KINDS[doc.type];
        return kind ? [{ kind, at: doc.receivedAt }] : [];
      });
    },
    counts: async () => {
      const [open, failed] = await Promise.all([
        rows().countDocuments({ state: 'open' }, { hint: OPEN_BY_LEASE }),
        rows().countDocuments({ state: 'failed' }, { hint: FAILED }),
      ]);
      return { open, failed };
    },
  };
}

/** Two index scans: rows by key, and open rows by resident. */
function lookFilter(wanted: readonly { key: string; openid: string }[]) {
  return {
    $or: [
      { _id: { $in: wanted.map((w) => w.key) } },
      { state: 'open' as const, openid: { $in: [...new Set(wanted.map((w) => w.openid))] } },
    ],
  };
}

/** Its two sealed texts; the rest is small. */
function weightOf({ message, reply }: RowDoc): number {
  return (message?.length ?? 0) + (reply?.length ?? 0) + 1_000;
}

const DUPLICATE_KEY = 11_000;

/** The same key twice in one batch: the first is written, the second is the duplicate. */
function readWriteErrors(error: MongoBulkWriteError, count: number): (boolean | Error)[] {
  const results: (boolean | Error)[] = Array.from({ length: count }, () => true);
  const writeErrors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  // A failure that names no row (write concern, network) says nothing about any of them: all are uncertain.
  if (writeErrors.length === 0 || error.result.getWriteConcernError()) throw error;
  for (const { index, code } of writeErrors) {
    const refused = new AppError('internal', { message: `a row of the inbox was refused: ${String(code)}` });
    results[index] = code === DUPLICATE_KEY ? false : refused;
  }
  return results;
}
