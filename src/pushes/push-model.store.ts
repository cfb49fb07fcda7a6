import { type Connection, type Model, Schema, type Types } from 'mongoose';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import type { Push } from './push.ts';

/** A push as MongoDB holds it. */
export interface PushRow extends Omit<Push, 'id'> {
  readonly _id: Types.ObjectId;
}

const STATES = [
  'idle',
  'planned',
  'preparing',
  'stalled',
  'held',
  'sending',
  'unknown',
  'accepted',
  'delivered',
  'failed',
] as const satisfies readonly Push['state']['is'][];

/** By whatever command a document is written: a state of the closed list, and what every reader relies on. */
const validator = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'briefingId', 'carrier', 'account', 'rev', 'dueAt', 'state'],
    properties: {
      briefingId: { bsonType: 'string', pattern: '^[0-9a-f]{24}$' },
      carrier: { bsonType: 'string', enum: ['wechat'] },
      account: { bsonType: 'string' },
      rev: { bsonType: 'number' },
      dueAt: { bsonType: 'date' },
      state: {
        bsonType: 'object',
        required: ['is'],
        properties: { is: { bsonType: 'string', enum: [...STATES] } },
      },
    },
  },
};

export const PUSHES = 'pushes';

export const pushesCollection: CollectionManifest = {
  name: PUSHES,
  validator,
  indexes: [
    // One delivery of a briefing by each account of each carrier.
    { name: 'one_per_account', key: { briefingId: 1, carrier: 1, account: 1 }, unique: true },
    { name: 'due', key: { 'state.is': 1, nextAt: 1 } },
    { name: 'by_due_time', key: { 'state.is': 1, dueAt: 1 } },
    { name: 'by_article', key: { articleIds: 1, _id: -1 } },
    {
      name: 'one_per_receipt',
      key: { carrier: 1, account: 1, 'state.receipt.id': 1 },
      unique: true,
      partialFilterExpression: { 'state.receipt.id': { $type: 'string' } },
    },
    {
      name: 'one_per_order',
      key: { carrier: 1, account: 1, 'state.order.id': 1 },
      unique: true,
      partialFilterExpression: { 'state.order.id': { $type: 'string' } },
    },
  ],
};

const part = { _id: false, strict: 'throw' } as const;
const text = { type: String, required: true };
const textOrNull = { type: String, default: null };
const date = { type: Date, required: true };
const dateOrNull = { type: Date, default: null };
const number = { type: Number, required: true };
const yesNo = { type: Boolean, required: true };
const one = (schema: Schema) => ({ type: schema, default: null });
const must = (schema: Schema) => ({ type: schema, required: true });

const audience = new Schema({ kind: text, code: { type: String } }, part);
const trouble = new Schema({ at: date, code: text, message: text, errcode: { type: Number, default: null } }, part);
const counts = new Schema({ total: Number, filtered: Number, sent: Number, failed: Number }, part);
const order = new Schema(
  {
    id: text,
    asText: yesNo,
    doubt: text,
    attempts: number,
    firstAttemptAt: dateOrNull,
    lastAttemptAt: dateOrNull,
    failures: number,
    lastError: one(trouble),
  },
  part,
);
const receipt = new Schema({ id: textOrNull, dataId: textOrNull, acceptedAt: date, unconfirmed: yesNo }, part);
const end = new Schema({ at: date, status: text, counts: one(counts) }, part);

/** Every state's schema: none can be written with what only another one knows. */
const state = new Schema({}, { ...part, discriminatorKey: 'is' });
const states: Readonly<Record<(typeof STATES)[number], Schema>> = {
  idle: new Schema({}, part),
  planned: new Schema({ asText: yesNo }, part),
  preparing: new Schema({ order: must(order) }, part),
  stalled: new Schema({ order: must(order), why: must(trouble) }, part),
  held: new Schema({ order: must(order), why: must(trouble) }, part),
  sending: new Schema({ order: must(order) }, part),
  unknown: new Schema({ order: must(order), undecided: one(trouble) }, part),
  accepted: new Schema({ order: must(order), receipt: must(receipt), asked: number }, part),
  delivered: new Schema({ order: must(order), receipt: must(receipt), end: must(end) }, part),
  failed: new Schema(
    { order: must(order), why: must(trouble), offersText: yesNo, receipt: one(receipt), end: one(end) },
    part,
  ),
};

const prepared = new Schema(
  {
    carrier: text,
    since: date,
    audience: one(new Schema({ tagId: { type: Number, default: null }, headCount: number }, part)),
    covers: [new Schema({ mediaId: text, thumbMediaId: text }, part)],
    images: [new Schema({ mediaId: text, url: text }, part)],
    draft: textOrNull,
    rebuilds: number,
  },
  part,
);
const pastOrder = new Schema({ order: must(order), became: text, receipt: one(receipt), end: one(end) }, part);
const deletion = new Schema(
  { articleId: textOrNull, by: text, at: date, reason: text, outcome: text, message: textOrNull },
  part,
);
const lease = new Schema({ by: text, until: date }, part);

const schema = new Schema<PushRow>(
  {
    briefingId: text,
    carrier: text,
    account: text,
    rev: number,
    title: text,
    audience: must(audience),
    articleIds: { type: [String], required: true },
    dueAt: date,
    state: must(state),
    nextAt: dateOrNull,
    lease: one(lease),
    prepared: one(prepared),
    past: { type: [pastOrder], default: [] },
    deletions: { type: [deletion], default: [] },
    createdAt: date,
    updatedAt: date,
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'pushes' },
);
for (const [is, fields] of Object.entries(states))
  schema.path<Schema.Types.Subdocument>('state').discriminator(is, fields);

export function pushModel(connection: Connection): Model<PushRow> {
  return connection.models['Push'] ?? connection.model<PushRow>('Push', schema);
}

export function toPush({ _id, ...rest }: PushRow): Push {
  return { ...rest, id: _id.toHexString() };
}
