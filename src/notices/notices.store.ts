import type { Types } from 'mongoose';
import { Schema, type Connection, type QueryFilter } from 'mongoose';
import { freeAt, heldBy, type Lease, leaseSchema, renewed } from '../platform/lease/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import { NOTICE_STATES, type Notice, type NoticeState, type Promised } from './notice.ts';

export interface NoticeDoc {
  _id: Types.ObjectId;
  key: string;
  openid: string | null;
  kind: string;
  text: string;
  promise: Promised | null;
  ticket: string | null;
  call: boolean;
  state: NoticeState;
  createdAt: Date;
  waiting: boolean;
  /** Our own settings or rights stop it: tried again by itself, and meanwhile the next reply may carry it. */
  stopped: boolean;
  nextAt: Date;
  attempts: number;
  attemptAt: Date | null;
  lease: Lease | null;
  sentAt: Date | null;
  seenAt: Date | null;
  failure: string | null;
}

export const noticeCollection: CollectionManifest = {
  name: 'notices',
  indexes: [
    { name: 'key', key: { key: 1 }, unique: true },
    { name: 'due', key: { waiting: 1, nextAt: 1 }, partialFilterExpression: { state: 'owed' } },
    { name: 'of_resident', key: { openid: 1, createdAt: 1 } },
    { name: 'of_ticket', key: { ticket: 1, createdAt: 1 } },
    { name: 'by_state', key: { state: 1, createdAt: 1 } },
  ],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['key', 'openid', 'text', 'state', 'createdAt', 'waiting', 'nextAt'],
      properties: {
        key: { bsonType: 'string' },
        openid: { bsonType: ['string', 'null'] },
        text: { bsonType: 'string', minLength: 1 },
        call: { bsonType: 'bool' },
        state: { enum: [...NOTICE_STATES] },
        waiting: { bsonType: 'bool' },
      },
    },
  },
};

const schema = new Schema<NoticeDoc>(
  {
    key: { type: String, required: true },
    openid: { type: String, default: null },
    kind: { type: String, required: true },
    text: { type: String, required: true },
    promise: {
      type: new Schema<Promised>(
        { until: { type: Date, required: true }, after: { type: String, required: true } },
        { _id: false },
      ),
      default: null,
    },
    ticket: { type: String, default: null },
    call: { type: Boolean, default: false },
    state: { type: String, required: true },
    createdAt: { type: Date, required: true },
    waiting: { type: Boolean, required: true },
    stopped: { type: Boolean, default: false },
    nextAt: { type: Date, required: true },
    attempts: { type: Number, default: 0 },
    attemptAt: { type: Date, default: null },
    lease: { type: leaseSchema, default: null },
    sentAt: { type: Date, default: null },
    seenAt: { type: Date, default: null },
    failure: { type: String, default: null },
  },
  { collection: 'notices', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

export interface NewNotice {
  readonly key: string;
  /** Null where nobody in chat is linked: with `call` it goes on the clerk's list at once, else it is nothing. */
  readonly openid: string | null;
  readonly kind: string;
  readonly text: string;
  /** Where the text promises a day. */
  readonly promise?: Promised;
  readonly ticket?: string;
  /** Worth a clerk's call where nothing else reaches the resident. Default false. */
  readonly call?: boolean;
}

export type Outcome =
  | { readonly kind: 'sent'; readonly at: Date }
  | { readonly kind: 'failed'; readonly why: string }
  /** `stopped` = by our own settings or rights, and no word about the resident. */
  | { readonly kind: 'later'; readonly nextAt: Date; readonly why: string; readonly stopped: boolean }
  /** `attempted` = the platform may have it already: never send it again, only show it. */
  | { readonly kind: 'wait'; readonly why: string; readonly attempted: boolean };

export interface NoticeStore {
  add(tx: Tx, notice: NewNotice, at: Date): Promise<void>;
  /** Owed and due, oldest first. */
  due(now: Date, limit: number): Promise<Notice[]>;
  /** Is another worker just sending to this resident? Then their order is its business. */
  isBeingServed(openid: string, now: Date): Promise<boolean>;
  /** What must reach the resident before this one: nothing, one that is to be sent, or one that waits for a contact. */
  before(notice: Notice): Promise<'nothing' | 'owed' | 'waiting'>;
  /** Takes one notice for sending; null where another was faster. The answer is the state before this attempt. */
  claim(id: string, lease: Lease, now: Date): Promise<Notice | null>;
  /** False where the lease is lost. */
  renew(id: string, lease: Lease): Promise<boolean>;
  /** Only the holder of the lease may write the outcome. */
  settle(id: string, by: string, outcome: Outcome): Promise<void>;
  /** When we tried to send something to the resident since then, whatever became of it. */
  sentSince(openid: string, since: Date): Promise<Date[]>;
  /** Makes due again what waited and has never been tried. */
  wake(openid: string, now: Date): Promise<number>;
  /** What the next reply may carry, oldest first. */
  waitingOf(tx: Tx, openid: string, limit: number): Promise<Notice[]>;
  markSeen(tx: Tx, ids: readonly string[], at: Date): Promise<void>;
  /** Those of a ticket that a call settled. */
  settleCalls(tx: Tx, ticket: string, at: Date): Promise<number>;
  /** Waiting since before then and worth a call. */
  waitingSince(before: Date, limit: number): Promise<Notice[]>;
  /** False where it has been told meanwhile. */
  needCall(tx: Tx, id: string): Promise<boolean>;
  /** Tickets on the clerks' list, oldest first. */
  ticketsToCall(limit: number): Promise<string[]>;
  countStuck(before: Date): Promise<number>;
  ofTicket(ticket: string): Promise<Notice[]>;
  /** The newest answer that this resident was told, in a message or in a reply. */
  lastAnswerTold(openid: string): Promise<{ ticket: string; toldAt: Date } | null>;
}

/** What another channel than our own message may take over: nobody is sending it at this moment. */
const REACHABLE = [
  { state: 'owed' as const, waiting: true },
  { state: 'owed' as const, stopped: true, lease: null },
];

export function createNoticeStore(connection: Connection): NoticeStore {
  const model = connection.model<NoticeDoc>('Notice', schema);
  const list = async (filter: QueryFilter<NoticeDoc>, limit: number, tx?: Tx): Promise<Notice[]> => {
    const found = model.find(filter).sort({ createdAt: 1, _id: 1 }).limit(limit);
    return (await found.session(tx ?? null).lean()).map(toNotice);
  };
  return {
    add: async (tx, notice, at) => {
      const { key, openid, kind, text, promise = null, ticket = null, call = false } = notice;
      if (openid === null && !call) return;
      const state = openid === null ? 'call_needed' : 'owed';
      const fresh = { openid, kind, text, promise, ticket, call, state, createdAt: at, waiting: false, nextAt: at };
      const empty = {
        attempts: 0,
        stopped: false,
        attemptAt: null,
        lease: null,
        sentAt: null,
        seenAt: null,
        failure: null,
      };
      await model.updateOne({ key }, { $setOnInsert: { ...fresh, ...empty } }, { session: tx, upsert: true });
    },
    due: async (now, limit) => {
      const docs = await model
        .find({ state: 'owed', waiting: false, nextAt: { $lte: now } })
        .sort({ nextAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return docs.map(toNotice).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
    },
    isBeingServed: async (openid, now) => (await model.exists({ openid, state: 'owed', $nor: [freeAt(now)] })) !== null,
    before: async ({ id, openid, createdAt }) => {
      const older = await model
        .find({ openid, state: 'owed', _id: { $ne: id }, createdAt: { $lte: createdAt } })
        .select({ waiting: 1, attemptAt: 1, createdAt: 1 })
        .lean();
      const first = older.filter((doc) => doc.createdAt < createdAt || String(doc._id) < id);
      if (first.some((doc) => !doc.waiting)) return 'owed';
      // One whose outcome is unknown may have arrived; it must not hold up what follows.
      return first.some((doc) => doc.attemptAt === null) ? 'waiting' : 'nothing';
    },
    claim: async (id, lease, now) => {
      const doc = await model
        .findOneAndUpdate(
          { _id: id, state: 'owed', waiting: false, ...freeAt(now) },
          { $set: { lease, attemptAt: now }, $inc: { attempts: 1 } },
          { returnDocument: 'before' },
        )
        .lean();
      return doc ? toNotice(doc) : null;
    },
    renew: async (id, { by, until }) =>
      (await model.updateOne({ _id: id, ...heldBy(by) }, renewed(until))).matchedCount === 1,
    settle: async (id, by, outcome) => {
      await model.updateOne({ _id: id, ...heldBy(by) }, { $set: { lease: null, ...changeOf(outcome) } });
    },
    sentSince: async (openid, since) => {
      const docs = await model
        .find({ openid, createdAt: { $gte: new Date(since.getTime() - 30 * 86_400_000) }, attemptAt: { $gte: since } })
        .select({ attemptAt: 1 })
        .lean();
      return docs.flatMap((doc) => (doc.attemptAt ? [doc.attemptAt] : []));
    },
    wake: async (openid, now) => {
      const result = await model.updateMany(
        { openid, state: 'owed', waiting: true, attemptAt: null },
        { $set: { waiting: false, nextAt: now } },
      );
      return result.modifiedCount;
    },
    waitingOf: async (tx, openid, limit) => {
      const stopped = await model.exists({ openid, state: 'owed', stopped: true }).session(tx);
      // What stands behind a stopped one is not sent either.
      const behind = stopped === null ? [] : [{ state: 'owed' as const, attemptAt: null, lease: null }];
      return list({ openid, $or: [...REACHABLE, ...behind, { state: 'call_needed' }] }, limit, tx);
    },
    markSeen: async (tx, ids, at) => {
      await model.updateMany({ _id: { $in: [...ids] } }, { $set: { state: 'seen', seenAt: at } }, { session: tx });
    },
    settleCalls: async (tx, ticket, at) => {
      const change = { $set: { state: 'seen' as const, seenAt: at } };
      const result = await model.updateMany({ ticket, state: 'call_needed' }, change, { session: tx });
      return result.modifiedCount;
    },
    waitingSince: (before, limit) => list({ createdAt: { $lt: before }, call: true, $or: [...REACHABLE] }, limit),
    needCall: async (tx, id) => {
      const change = { $set: { state: 'call_needed' as const } };
      const result = await model.updateOne({ _id: id, $or: [...REACHABLE] }, change, { session: tx });
      return result.modifiedCount === 1;
    },
    ticketsToCall: async (limit) => {
      const notices = await list({ state: 'call_needed' }, limit);
      return [...new Set(notices.flatMap(({ ticket }) => (ticket === null ? [] : [ticket])))];
    },
    countStuck: async (before) => model.countDocuments({ state: 'owed', waiting: false, nextAt: { $lt: before } }),
    lastAnswerTold: async (openid) => {
      const doc = await model
        .findOne({ openid, kind: 'answered', state: { $in: ['sent', 'seen'] } })
        .sort({ createdAt: -1 })
        .lean();
      return doc?.ticket ? { ticket: doc.ticket, toldAt: doc.sentAt ?? doc.seenAt ?? doc.createdAt } : null;
    },
    ofTicket: (ticket) => list({ ticket }, 100),
  };
}

function changeOf(outcome: Outcome): Partial<NoticeDoc> {
  switch (outcome.kind) {
    case 'sent':
      return { state: 'sent', sentAt: outcome.at, failure: null, stopped: false };
    case 'failed':
      return { state: 'failed', failure: outcome.why, stopped: false };
    case 'later':
      return { nextAt: outcome.nextAt, attemptAt: null, failure: outcome.why, stopped: outcome.stopped };
    case 'wait':
      return { waiting: true, stopped: false, failure: outcome.why, ...(outcome.attempted ? {} : { attemptAt: null }) };
  }
}

function toNotice(doc: NoticeDoc): Notice {
  const { key, openid, kind, text, promise, ticket, call, state, createdAt, waiting, attempts, attemptAt } = doc;
  const facts = {
    key,
    openid,
    kind,
    text,
    promise: promise ?? null,
    ticket,
    call: call ?? false,
    state,
    createdAt,
    waiting,
  };
  return { id: String(doc._id), ...facts, attempts, attemptAt };
}
