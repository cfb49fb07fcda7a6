import { Schema, Types, type Connection } from 'mongoose';
import { freeAt, heldBy, type Lease, leaseSchema, renewed } from '../platform/lease/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import type { ComplaintMessage } from './complaint.ts';
import { MEDIA_STATES, MEDIA_TYPES, type MediaState, type MediaType, type Medium } from './media.ts';

interface MediumDoc {
  /** Also the GridFS id of the file: a second fetch after a crash writes to the same place. */
  _id: Types.ObjectId;
  ticket: string;
  type: MediaType;
  state: MediaState;
  sourceId: string | null;
  picUrl: string | null;
  saidAt: Date;
  contentType: string | null;
  bytes: number | null;
  why: string | null;
  attempts: number;
  nextAt: Date;
  lease: Lease | null;
}

export const mediaCollection: CollectionManifest = {
  name: 'complaint_media',
  indexes: [
    { name: 'of_ticket', key: { ticket: 1, _id: 1 } },
    { name: 'due', key: { nextAt: 1 }, partialFilterExpression: { state: 'waiting' } },
  ],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['ticket', 'type', 'state', 'saidAt', 'nextAt'],
      properties: {
        ticket: { bsonType: 'string' },
        type: { enum: [...MEDIA_TYPES] },
        state: { enum: [...MEDIA_STATES] },
        contentType: { bsonType: ['string', 'null'] },
      },
    },
  },
};

const schema = new Schema<MediumDoc>(
  {
    ticket: { type: String, required: true },
    type: { type: String, required: true },
    state: { type: String, required: true },
    sourceId: { type: String, default: null },
    picUrl: { type: String, default: null },
    saidAt: { type: Date, required: true },
    contentType: { type: String, default: null },
    bytes: { type: Number, default: null },
    why: { type: String, default: null },
    attempts: { type: Number, default: 0 },
    nextAt: { type: Date, required: true },
    lease: { type: leaseSchema, default: null },
  },
  { collection: 'complaint_media', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

export type MediumOutcome =
  | { readonly state: 'stored'; readonly contentType: string; readonly bytes: number }
  | { readonly state: 'missing'; readonly why: string }
  | { readonly state: 'waiting'; readonly nextAt: Date };

export interface MediaStore {
  /**
   * Writes down what is to be fetched, in the transaction that keeps the messages; answers the messages with
   * `mediaRef` in place of what only the platform understands.
   */
  adopt(tx: Tx, ticket: string, messages: readonly ComplaintMessage[]): Promise<ComplaintMessage[]>;
  /** Takes the oldest that is due; null where there is none. */
  claim(lease: Lease, now: Date): Promise<Medium | null>;
  /** False where the lease is lost. */
  renew(id: string, lease: Lease): Promise<boolean>;
  /** Only the holder of the lease may write the outcome; false where the lease is lost. */
  settle(id: string, by: string, outcome: MediumOutcome): Promise<boolean>;
  ofTicket(ticket: string): Promise<Medium[]>;
  /** Null unless it belongs to that ticket. */
  find(ticket: string, id: string): Promise<Medium | null>;
}

export function createMediaStore(connection: Connection): MediaStore {
  const model = connection.model<MediumDoc>('ComplaintMedium', schema);
  const isMedia = (type: ComplaintMessage['type']): type is MediaType =>
    (MEDIA_TYPES as readonly string[]).includes(type);
  return {
    adopt: async (tx, ticket, messages) => {
      const docs: MediumDoc[] = [];
      const kept = messages.map(({ mediaId = null, picUrl = null, ...message }) => {
        if (!isMedia(message.type)) return message;
        const _id = new Types.ObjectId();
        const { type, at } = message;
        const empty = { contentType: null, bytes: null, why: null, attempts: 0, lease: null };
        docs.push({ _id, ticket, type, state: 'waiting', sourceId: mediaId, picUrl, saidAt: at, nextAt: at, ...empty });
        return { ...message, mediaRef: _id.toHexString() };
      });
      if (docs.length > 0) await model.insertMany(docs, { session: tx });
      return kept;
    },
    claim: async (lease, now) => {
      const doc = await model
        .findOneAndUpdate(
          { state: 'waiting', nextAt: { $lte: now }, ...freeAt(now) },
          { $set: { lease }, $inc: { attempts: 1 } },
          { sort: { nextAt: 1 }, returnDocument: 'after' },
        )
        .lean();
      return doc ? toMedium(doc) : null;
    },
    renew: async (id, { by, until }) =>
      (await model.updateOne({ _id: id, ...heldBy(by) }, renewed(until))).matchedCount === 1,
    settle: async (id, by, outcome) => {
      const result = await model.updateOne({ _id: id, ...heldBy(by) }, { $set: { ...outcome, lease: null } });
      return result.matchedCount === 1;
    },
    ofTicket: async (ticket) => (await model.find({ ticket }).sort({ _id: 1 }).lean()).map(toMedium),
    find: async (ticket, id) => {
      const doc = await model.findOne({ _id: id, ticket }).lean();
      return doc ? toMedium(doc) : null;
    },
  };
}

function toMedium(doc: MediumDoc): Medium {
  const { ticket, type, state, sourceId, picUrl, saidAt, contentType, bytes, why, attempts } = doc;
  return { id: String(doc._id), ticket, type, state, sourceId, picUrl, saidAt, contentType, bytes, why, attempts };
}
