import type { Connection } from 'mongoose';
import { MongoBulkWriteError, type AnyBulkWriteOperation, type Collection, type WithId } from 'mongodb';
import { AppError } from '../kernel/index.ts';
import { isConnected, type CollectionManifest } from '../platform/mongo/index.ts';
import { createBatch } from './batch.ts';
import type { RowCodec } from './row-codec.ts';
import type { InboxRow, Outcome } from './row.ts';

interface RowDoc {
  _id: string;
  openid: string;
  kind: string;
  type: string;
  /** Sealed, as is `reply`; null = no longer kept. */
  message: string | null;
  receivedAt: Date;
  source: 'webhook' | 'spool';
  state: 'open' | 'done' | 'failed';
  after: string[];
  lease: { by: string; until: Date } | null;
  attempts: number;
  reply: string | null;
  late: boolean;
  doneAt: Date | null;
  /** Only rows apart that are done have it: MongoDB removes them then. */
  forgetAt?: Date;
}

/** One write of the driver carries at most this many rows; measured: 32 a batch writes 20,000 rows/s (design §8). */
const MAX_BATCH = 64;
const HOUR_MS = 3_600_000;
/** A row apart goes after three days: repeats end within seconds, the platform's longest window is 48 h. */
const FORGET_APART_MS = 72 * HOUR_MS;

export const inboxCollections: readonly CollectionManifest[] = [
  {
    name: 'inbox',
    indexes: [
      { name: 'open_of_resident', key: { openid: 1 }, partialFilterExpression: { state: 'open' } },
      { name: 'open_by_lease', key: { 'lease.until': 1 }, partialFilterExpression: { state: 'open' } },
      { name: 'late', key: { late: 1, receivedAt: 1 }, partialFilterExpression: { late: true } },
      { name: 'received', key: { receivedAt: 1 } },
      { name: 'contacts', key: { openid: 1, receivedAt: -1 } },
      { name: 'forget_apart', key: { forgetAt: 1 }, expireAfterSeconds: 0 },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['_id', 'openid', 'message', 'receivedAt', 'state', 'after', 'attempts', 'late'],
        properties: {
          _id: { bsonType: 'string' },
          openid: { bsonType: 'string' },
          receivedAt: { bsonType: 'date' },
          state: { enum: ['open', 'done', 'failed'] },
          after: { bsonType: 'array', items: { bsonType: 'string' } },
          late: { bsonType: 'bool' },
          message: { bsonType: ['string', 'null'], pattern: '^v1\\.' },
          reply: { bsonType: ['string', 'null'], pattern: '^v1\\.' },
        },
      },
    },
  },
];

export interface Look {
  readonly row: InboxRow | null;
  /** Keys of all open rows of the resident. */
  readonly open: readonly string[];
}

export interface Contact {
  readonly kind: 'message' | 'click' | 'subscribe' | 'scan';
  readonly at: Date;
}

/** Which message opens which window (wechat-protocol §1.5). */
const CONTACT_KINDS: Readonly<Record<string, Contact['kind']>> = {
  CLICK: 'click',
  scancode_push: 'click',
  scancode_waitmsg: 'click',
  subscribe: 'subscribe',
  SCAN: 'scan',
};

export interface InboxStore {
  /** The row with this key and the resident's open rows; reads of many messages share one command. */
  look(key: string, openid: string): Promise<Look>;
  /** Durable (majority, journaled) when it resolves true; false = the key is there already. */
  insert(row: InboxRow): Promise<boolean>;
  /** Marks done with w:1; lost marks are mended by the sweep, whose effect is then a repeat without effect. */
  finish(row: InboxRow, outcome: Outcome & { late: boolean; at: Date }): Promise<void>;
  /** Takes an open row whose lease ended before `now`; null where another was faster or it is done. */
  takeOver(input: { key: string; by: string; now: Date; until: Date }): Promise<InboxRow | null>;
  /** Ends the lease of a row whose effect failed, so that anybody may try again after `until`. */
  release(input: { key: string; by: string; until: Date; failed: boolean }): Promise<void>;
  /** Keys of open rows whose lease has ended, oldest first. */
  expired(now: Date, limit: number): Promise<string[]>;
  lateRows(limit: number): Promise<InboxRow[]>;
  lateTold(key: string): Promise<void>;
  /** When and how the resident wrote to us since then: what opens the platform's windows for messages to them. */
  contacts(openid: string, since: Date): Promise<Contact[]>;
  counts(): Promise<{ open: number; failed: number }>;
}

export function createInboxStore(connection: Connection, codec: RowCodec): InboxStore {
  const toRow = (doc: WithId<RowDoc>): InboxRow => openRow(doc, codec);
  const rows = (): Collection<RowDoc> => {
    if (!connection.db || !isConnected(connection)) throw new AppError('store_unavailable');
    return connection.db.collection('inbox') as unknown as Collection<RowDoc>;
  };

  const looks = createBatch<{ key: string; openid: string }, Look>(async (wanted) => {
    const found = await rows()
      .find({
        $or: [
          { _id: { $in: wanted.map((w) => w.key) } },
          { state: 'open', openid: { $in: [...new Set(wanted.map((w) => w.openid))] } },
        ],
      })
      .toArray();
    return wanted.map((w) => {
      const doc = found.find((candidate) => candidate._id === w.key);
      const open = found.filter((candidate) => candidate.openid === w.openid && candidate.state === 'open');
      return { row: doc ? toRow(doc) : null, open: open.map((candidate) => candidate._id) };
    });
  }, MAX_BATCH);

  const inserts = createBatch<RowDoc, boolean>(async (docs) => {
    try {
      await rows().insertMany(docs, { ordered: false, writeConcern: { w: 'majority', journal: true } });
      return docs.map(() => true);
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      return readWriteErrors(error, docs.length);
    }
  }, MAX_BATCH);

  const finishes = createBatch<AnyBulkWriteOperation<RowDoc>, void>(async (operations) => {
    await rows().bulkWrite(operations, { ordered: false, writeConcern: { w: 1 } });
    return operations.map(() => undefined);
  }, MAX_BATCH);

  return {
    look: (key, openid) => looks.add({ key, openid }),
    insert: (row) => inserts.add(sealRow(row, codec)),
    finish: (row, { reply, late, at, apart = false }) => {
      const kept = { reply: reply && codec.seal(row.key, reply), late, lease: null };
      const change = apart ? traceless(row, at, codec) : { doneAt: at };
      return finishes.add({
        updateOne: {
          filter: { _id: row.key, state: { $ne: 'done' } },
          update: { $set: { state: 'done', ...kept, ...change } },
        },
      });
    },
    takeOver: async ({ key, by, now, until }) => {
      const doc = await rows().findOneAndUpdate(
        { _id: key, state: 'open', $or: [{ lease: null }, { 'lease.until': { $lt: now } }] },
        { $set: { lease: { by, until } }, $inc: { attempts: 1 } },
        { returnDocument: 'after' },
      );
      return doc ? toRow(doc) : null;
    },
    release: async ({ key, by, until, failed }) => {
      await rows().updateOne(
        { _id: key, state: 'open', 'lease.by': by },
        { $set: { 'lease.until': until, ...(failed ? { state: 'failed' as const } : {}) } },
      );
    },
    expired: async (now, limit) => {
      const docs = await rows()
        .find({ state: 'open', 'lease.until': { $lt: now } })
        .sort({ 'lease.until': 1 })
        .limit(limit)
        .project<{ _id: string }>({ _id: 1 })
        .toArray();
      return docs.map((doc) => doc._id);
    },
    lateRows: async (limit) => {
      const docs = await rows().find({ late: true, state: 'done' }).sort({ receivedAt: 1 }).limit(limit).toArray();
      return docs.map(toRow);
    },
    lateTold: async (key) => {
      await rows().updateOne({ _id: key }, { $set: { late: false } });
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
        rows().countDocuments({ state: 'open' }),
        rows().countDocuments({ state: 'failed' }),
      ]);
      return { open, failed };
    },
  };
}

function readWriteErrors(error: MongoBulkWriteError, count: number): (boolean | Error)[] {
  const results: (boolean | Error)[] = Array.from({ length: count }, () => true);
  const writeErrors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  // A failure that names no row (write concern, network) says nothing about any of them: all are uncertain.
  if (writeErrors.length === 0) throw error;
  for (const writeError of writeErrors) {
    results[writeError.index] =
      writeError.code === 11_000 ? false : new Error(`row refused: ${String(writeError.code)}`);
  }
  return results;
}

function sealRow(row: InboxRow, codec: RowCodec): RowDoc {
  const { message } = row;
  return {
    _id: row.key,
    openid: row.openid,
    kind: message?.kind ?? 'message',
    type: message?.type ?? 'text',
    message: message && codec.seal(row.key, message),
    receivedAt: row.receivedAt,
    source: row.source,
    state: row.state,
    after: [...row.after],
    lease: row.lease ? { ...row.lease } : null,
    attempts: row.attempts,
    reply: row.reply && codec.seal(row.key, row.reply),
    late: row.late,
    doneAt: row.state === 'done' ? row.receivedAt : null,
    ...(row.apart && row.state === 'done' ? traceless(row, row.receivedAt, codec) : {}),
  };
}

/**
 * What takes the traces out of a row apart: no message, no openid, no neighbours, and no exact time by which it could
 * be laid beside other rows. The hour is early, so that no window of the platform seems longer than it is.
 */
function traceless(row: InboxRow, at: Date, codec: RowCodec) {
  return {
    openid: codec.pseudonym(row.openid),
    message: null,
    kind: 'message',
    type: 'text',
    receivedAt: new Date(Math.floor(row.receivedAt.getTime() / HOUR_MS) * HOUR_MS),
    after: [],
    doneAt: null,
    forgetAt: new Date(at.getTime() + FORGET_APART_MS),
  };
}

function openRow(doc: WithId<RowDoc>, codec: RowCodec): InboxRow {
  return {
    key: doc._id,
    openid: doc.openid,
    message: doc.message === null ? null : codec.openMessage(doc._id, doc.message),
    receivedAt: doc.receivedAt,
    source: doc.source,
    state: doc.state,
    after: doc.after,
    lease: doc.lease,
    attempts: doc.attempts,
    reply: doc.reply === null ? null : codec.openReply(doc._id, doc.reply),
    late: doc.late,
    apart: doc.forgetAt !== undefined,
  };
}
