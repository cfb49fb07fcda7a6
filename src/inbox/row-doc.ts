import type { Lease } from '../platform/lease/index.ts';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import type { RowCodec } from './row-codec.ts';
import type { InboxRow } from './row.ts';

/** One row as it lies in the collection `inbox`. */
export interface RowDoc {
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
  lease: Lease | null;
  attempts: number;
  reply: string | null;
  doneAt: Date | null;
  anonymised: boolean;
  /** Only rows whose reply is owed as a notice have it: from then on the sweep tells it. */
  tellAt?: Date;
  /** Only rows apart that are done have it: MongoDB removes them then. */
  forgetAt?: Date;
}

const HOUR_MS = 3_600_000;
/** A row apart goes after three days: repeats end within seconds, the platform's longest window is 48 h. */
const FORGET_APART_MS = 72 * HOUR_MS;

/** Of the partial indexes: a query finds them where it asks for the same state. */
export const OPEN_BY_LEASE = 'open_by_lease';
export const FAILED = 'failed';

export const inboxCollections: readonly CollectionManifest[] = [
  {
    name: 'inbox',
    indexes: [
      { name: 'open_of_resident', key: { openid: 1 }, partialFilterExpression: { state: 'open' } },
      { name: OPEN_BY_LEASE, key: { 'lease.until': 1 }, partialFilterExpression: { state: 'open' } },
      { name: FAILED, key: { receivedAt: 1 }, partialFilterExpression: { state: 'failed' } },
      { name: 'to_tell', key: { tellAt: 1 }, sparse: true },
      { name: 'to_anonymise', key: { receivedAt: 1, state: 1 }, partialFilterExpression: { anonymised: false } },
      { name: 'contacts', key: { openid: 1, receivedAt: -1 } },
      {
        name: 'forget_apart',
        key: { forgetAt: 1 },
        expireAfterSeconds: 0,
        partialFilterExpression: { forgetAt: { $type: 'date' } },
      },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['_id', 'openid', 'message', 'receivedAt', 'state', 'after', 'attempts', 'anonymised'],
        properties: {
          _id: { bsonType: 'string' },
          openid: { bsonType: 'string', minLength: 1 },
          receivedAt: { bsonType: 'date' },
          state: { enum: ['open', 'done', 'failed'] },
          after: { bsonType: 'array', items: { bsonType: 'string' } },
          tellAt: { bsonType: 'date' },
          anonymised: { bsonType: 'bool' },
          message: { bsonType: ['string', 'null'], pattern: '^v1\\.' },
          reply: { bsonType: ['string', 'null'], pattern: '^v1\\.' },
        },
      },
    },
  },
];

export function toDoc(row: InboxRow, codec: RowCodec): RowDoc {
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
    doneAt: row.state === 'done' ? row.receivedAt : null,
    anonymised: false,
    ...(row.tellAt ? { tellAt: row.tellAt } : {}),
    ...(row.apart && row.state === 'done' ? traceless(row, row.receivedAt, codec) : {}),
  };
}

export function toRow(doc: RowDoc, codec: RowCodec): InboxRow {
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
    tellAt: doc.tellAt ?? null,
    apart: doc.forgetAt !== undefined,
  };
}

/**
 * What takes the traces out of a row apart: no message, no openid, no neighbours, and no exact time by which it could
 * be laid beside other rows. The hour is early, so that no window of the platform seems longer than it is.
 */
export function traceless(row: InboxRow, at: Date, codec: RowCodec) {
  return {
    openid: codec.pseudonym(row.openid),
    message: null,
    kind: 'message',
    type: 'text',
    receivedAt: hourOf(row.receivedAt),
    after: [],
    doneAt: null,
    forgetAt: new Date(hourOf(at).getTime() + FORGET_APART_MS),
  };
}

function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}
