import { type Connection, type Model, Schema, type Types } from 'mongoose';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import { pushesOutOfBriefings } from './upgrade.store.ts';
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
  upgrade: pushesOutOfBriefings,
  indexes: [
    { name: 'by_status', key: { status: 1, _id: -1 } },
    { name: 'by_article', key: { articleIds: 1, _id: -1 } },
  ],
};

const part = { _id: false, strict: 'throw' } as const;
const text = { type: String, required: true };
const textOrNull = { type: String, default: null };
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
