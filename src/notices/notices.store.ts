import type { Types } from 'mongoose';
import { Schema, type Connection } from 'mongoose';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import { NOTICE_STATES, type Notice, type NoticeState } from './notice.ts';

interface NoticeDoc {
  _id: Types.ObjectId;
  key: string;
  openid: string;
  kind: string;
  text: string;
  ticket: string | null;
  state: NoticeState;
  createdAt: Date;
  waiting: boolean;
  nextAt: Date;
  attempts: number;
  attemptAt: Date | null;
  lease: { by: string; until: Date } | null;
  sentAt: Date | null;
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
        openid: { bsonType: 'string' },
        text: { bsonType: 'string', minLength: 1 },
        state: { enum: [...NOTICE_STATES] },
        waiting: { bsonType: 'bool' },
      },
    },
  },
};

const schema = new Schema<NoticeDoc>(
  {
    key: { type: String, required: true },
    openid: { type: String, required: true },
    kind: { type: String, required: true },
    text: { type: String, required: true },
    ticket: { type: String, default: null },
    state: { type: String, required: true } as never,
    createdAt: { type: Date, required: true },
    waiting: { type: Boolean, required: true },
    nextAt: { type: Date, required: true },
    attempts: { type: Number, default: 0 },
    attemptAt: { type: Date, default: null },
    lease: { type: Schema.Types.Mixed, default: null } as never,
    sentAt: { type: Date, default: null },
    failure: { type: String, default: null },
  },
  { collection: 'notices', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

export interface NewNotice {
  readonly key: string;
  readonly openid: string;
  readonly kind: string;
  readonly text: string;
  readonly ticket?: string;
}

export interface NoticeStore {
  add(tx: Tx, notice: NewNotice, at: Date): Promise<void>;
  /** Owed and due, oldest first. */
  due(now: Date, limit: number): Promise<Notice[]>;
  /** Is another worker just sending to this resident? Then their order is its business. */
  isBeingServed(openid: string, by: string, now: Date): Promise<boolean>;
  /** Takes one notice for sending; null where another was faster. The answer is the state before this attempt. */
  claim(id: string, by: string, now: Date, until: Date): Promise<Notice | null>;
  /** Only the holder of the lease may write the outcome. */
  settle(id: string, by: string, outcome: Outcome): Promise<void>;
  sentSince(openid: string, since: Date): Promise<Date[]>;
  wake(openid: string, now: Date): Promise<number>;
  countStuck(before: Date): Promise<number>;
  ofTicket(ticket: string): Promise<Notice[]>;
}

export type Outcome =
  | { readonly kind: 'sent'; readonly at: Date }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'later'; readonly nextAt: Date; readonly why: string }
  | { readonly kind: 'wait'; readonly why: string; readonly attempted: boolean };

export function createNoticeStore(connection: Connection): NoticeStore {
  const model = connection.model<NoticeDoc>('Notice', schema);
  return {
    add: async (tx, { key, openid, kind, text, ticket = null }, at) => {
      const fresh = { openid, kind, text, ticket, state: 'owed', createdAt: at, waiting: false, nextAt: at };
      const empty = { attempts: 0, attemptAt: null, lease: null, sentAt: null, failure: null };
      await model.updateOne({ key }, { $setOnInsert: { ...fresh, ...empty } }, { session: tx, upsert: true });
    },
    due: async (now, limit) => {
      const docs = await model
        .find({ state: 'owed', waiting: false, nextAt: { $lte: now } })
        .sort({ nextAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return docs.map(toNotice).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    },
    isBeingServed: async (openid, by, now) =>
      (await model.exists({ openid, state: 'owed', 'lease.until': { $gt: now }, 'lease.by': { $ne: by } })) !== null,
    claim: async (id, by, now, until) => {
      const doc = await model
        .findOneAndUpdate(
          { _id: id, state: 'owed', waiting: false, $or: [{ lease: null }, { 'lease.until': { $lte: now } }] },
          { $set: { lease: { by, until }, attemptAt: now }, $inc: { attempts: 1 } },
          { returnDocument: 'before' },
        )
        .lean();
      return doc ? toNotice(doc) : null;
    },
    settle: async (id, by, outcome) => {
      await model.updateOne({ _id: id, 'lease.by': by }, { $set: { lease: null, ...changeOf(outcome) } });
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
        { openid, state: 'owed', waiting: true },
        { $set: { waiting: false, nextAt: now, attemptAt: null } },
      );
      return result.modifiedCount;
    },
    countStuck: async (before) => model.countDocuments({ state: 'owed', waiting: false, nextAt: { $lt: before } }),
    ofTicket: async (ticket) => (await model.find({ ticket }).sort({ createdAt: 1 }).limit(100).lean()).map(toNotice),
  };
}

function changeOf(outcome: Outcome): Partial<NoticeDoc> {
  switch (outcome.kind) {
    case 'sent':
      return { state: 'sent', sentAt: outcome.at, failure: null };
    case 'failed':
      return { state: 'failed', failure: outcome.why };
    case 'later':
      return { nextAt: outcome.nextAt, attemptAt: null, failure: outcome.why };
    case 'wait':
      return { waiting: true, failure: outcome.why, ...(outcome.attempted ? {} : { attemptAt: null }) };
  }
}

function toNotice(doc: NoticeDoc): Notice {
  const { key, openid, kind, text, ticket, state, createdAt, waiting, attempts, attemptAt } = doc;
  return { id: String(doc._id), key, openid, kind, text, ticket, state, createdAt, waiting, attempts, attemptAt };
}
