import { type Connection, type Model, Schema, type Types } from 'mongoose';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import { type Briefing, BRIEFING_STATUSES, type BriefingStatus } from './briefing.ts';

/** A briefing as MongoDB holds it: people by ObjectId, so that the validator can compare them. */
export interface BriefingRow extends Omit<Briefing, 'id' | 'composers' | 'submittedBy' | 'approval' | 'rejection'> {
  readonly _id: Types.ObjectId;
  readonly composers: readonly Types.ObjectId[];
  readonly submittedBy: Types.ObjectId | null;
  readonly approval: { readonly by: Types.ObjectId; readonly at: Date; readonly contentHash: string } | null;
  readonly rejection: { readonly by: Types.ObjectId; readonly at: Date; readonly reason: string } | null;
}

/** States that no approval guards; every other one needs a leader's approval of exactly this content. */
const FREE: readonly BriefingStatus[] = ['draft', 'submitted', 'rejected', 'cancelled'];

const HASH = { bsonType: 'string', pattern: '^[0-9a-f]{64}$' };
const PERSON = { bsonType: 'objectId' };

const approvalShape = {
  bsonType: 'object',
  required: ['by', 'at', 'contentHash'],
  properties: { by: PERSON, at: { bsonType: 'date' }, contentHash: HASH },
};

/**
 * The third layer of P1 for briefings: by whatever command a document is written, a state beyond approval needs an
 * approver who neither composed nor submitted it, and a hash equal to the frozen content's. Types are pinned first,
 * because `$expr` compares values of different types without complaint.
 */
const validator = {
  $and: [
    {
      $jsonSchema: {
        bsonType: 'object',
        required: ['_id', 'status', 'rev', 'composers', 'articleIds', 'audience'],
        properties: {
          _id: { bsonType: 'objectId' },
          status: { bsonType: 'string', enum: [...BRIEFING_STATUSES] },
          rev: { bsonType: 'number' },
          composers: { bsonType: 'array', minItems: 1, items: PERSON },
          articleIds: { bsonType: 'array', minItems: 1, maxItems: 8, uniqueItems: true, items: { bsonType: 'string' } },
          audience: {
            bsonType: 'object',
            required: ['kind'],
            properties: { kind: { bsonType: 'string', enum: ['all', 'village', 'topic'] } },
          },
          submittedBy: { bsonType: ['objectId', 'null'] },
          contentHash: { anyOf: [HASH, { bsonType: 'null' }] },
          approval: { anyOf: [approvalShape, { bsonType: 'null' }] },
        },
        anyOf: [
          { properties: { status: { enum: [...FREE] } } },
          {
            required: ['submittedBy', 'contentHash', 'approval', 'frozen'],
            properties: {
              submittedBy: PERSON,
              contentHash: HASH,
              approval: approvalShape,
              frozen: {
                bsonType: 'object',
                required: ['articles'],
                properties: { articles: { bsonType: 'array', minItems: 1 } },
              },
            },
          },
        ],
      },
    },
    {
      $expr: {
        $or: [
          { $in: ['$status', [...FREE]] },
          {
            $and: [
              { $eq: ['$approval.contentHash', '$contentHash'] },
              { $ne: ['$approval.by', '$submittedBy'] },
              { $not: [{ $in: ['$approval.by', '$composers'] }] },
            ],
          },
        ],
      },
    },
  ],
};

export const briefingsCollection: CollectionManifest = {
  name: 'briefings',
  validator,
  indexes: [
    { name: 'by_status', key: { status: 1, _id: -1 } },
    { name: 'due', key: { status: 1, nextAt: 1 } },
    { name: 'by_article', key: { articleIds: 1, _id: -1 } },
    { name: 'by_send_time', key: { status: 1, sendAt: 1 } },
    {
      name: 'one_per_msg_id',
      key: { 'batch.msgId': 1 },
      unique: true,
      partialFilterExpression: { 'batch.msgId': { $type: 'string' } },
    },
    {
      name: 'one_per_client_msg_id',
      key: { 'batch.clientMsgId': 1 },
      unique: true,
      partialFilterExpression: { 'batch.clientMsgId': { $type: 'string' } },
    },
    { name: 'open_batches', key: { 'batch.status': 1 } },
  ],
};

const part = { _id: false, strict: 'throw' } as const;
const text = { type: String, required: true };
const textOrNull = { type: String, default: null };
const dateOrNull = { type: Date, default: null };
const one = (schema: Schema) => ({ type: schema, default: null });

const audience = new Schema({ kind: text, code: { type: String } }, part);
const frozenArticle = new Schema(
  {
    articleId: text,
    versionId: text,
    version: { type: Number, required: true },
    contentHash: text,
    title: text,
    shortTitle: textOrNull,
    summary: { type: String, default: '' },
    coverMediaId: textOrNull,
    publicPath: text,
  },
  part,
);
const frozen = new Schema(
  { title: text, audience: { type: audience, required: true }, articles: [frozenArticle] },
  part,
);
const approval = new Schema(
  { by: { type: Schema.Types.ObjectId, required: true }, at: { type: Date, required: true }, contentHash: text },
  part,
);
const rejection = new Schema(
  { by: { type: Schema.Types.ObjectId, required: true }, at: { type: Date, required: true }, reason: text },
  part,
);
const trouble = new Schema(
  { at: { type: Date, required: true }, code: text, message: text, errcode: { type: Number, default: null } },
  part,
);
const lease = new Schema({ by: text, until: { type: Date, required: true } }, part);
const counts = new Schema({ total: Number, filtered: Number, sent: Number, failed: Number }, part);
const batch = new Schema(
  {
    clientMsgId: text,
    status: text,
    asText: { type: Boolean, default: false },
    draftMediaId: textOrNull,
    rebuilds: { type: Number, default: 0 },
    attempts: { type: Number, default: 0 },
    firstAttemptAt: dateOrNull,
    lastAttemptAt: dateOrNull,
    uncertain: { type: Boolean, default: false },
    failures: { type: Number, default: 0 },
    msgId: textOrNull,
    msgDataId: textOrNull,
    unconfirmed: { type: Boolean, default: false },
    acceptedAt: dateOrNull,
    counts: one(counts),
    finishedAt: dateOrNull,
    finishStatus: textOrNull,
    lastError: one(trouble),
  },
  part,
);
const dispatch = new Schema(
  {
    startedAt: { type: Date, required: true },
    tagId: { type: Number, default: null },
    headCount: { type: Number, default: null },
    covers: [new Schema({ mediaId: text, thumbMediaId: text }, part)],
    images: [new Schema({ mediaId: text, url: text }, part)],
    polls: { type: Number, default: 0 },
  },
  part,
);

const deletion = new Schema(
  {
    articleId: textOrNull,
    by: text,
    at: { type: Date, required: true },
    reason: text,
    outcome: text,
    message: textOrNull,
  },
  part,
);

const schema = new Schema<BriefingRow>(
  {
    title: text,
    articleIds: { type: [String], required: true },
    audience: { type: audience, required: true },
    status: text,
    rev: { type: Number, required: true },
    composers: { type: [Schema.Types.ObjectId], required: true },
    submittedBy: { type: Schema.Types.ObjectId, default: null },
    frozen: one(frozen),
    contentHash: textOrNull,
    approval: one(approval),
    rejection: one(rejection),
    sendAt: dateOrNull,
    asText: { type: Boolean, default: false },
    nextAt: dateOrNull,
    lease: one(lease),
    hold: one(trouble),
    failure: one(trouble),
    dispatch: one(dispatch),
    batch: one(batch),
    pastBatches: { type: [batch], default: [] },
    deletions: { type: [deletion], default: [] },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'briefings' },
);

export function briefingModel(connection: Connection): Model<BriefingRow> {
  return connection.models['Briefing'] ?? connection.model<BriefingRow>('Briefing', schema);
}

export function toBriefing({ _id, composers, submittedBy, approval, rejection, ...rest }: BriefingRow): Briefing {
  return {
    ...rest,
    id: _id.toHexString(),
    composers: composers.map((id) => id.toHexString()),
    submittedBy: submittedBy?.toHexString() ?? null,
    approval: approval && { ...approval, by: approval.by.toHexString() },
    rejection: rejection && { ...rejection, by: rejection.by.toHexString() },
  };
}
