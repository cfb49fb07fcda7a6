import { Schema, type Connection, type Types, type QueryFilter } from 'mongoose';
import { chinaDate } from '../kernel/index.ts';
import { fileCollections } from '../platform/files/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import {
  COMPLAINT_KINDS,
  COMPLAINT_STATUSES,
  isPlace,
  OPEN_STATUSES,
  SOURCES,
  type Complaint,
  type ComplaintAnswer,
  type ComplaintMessage,
  type ComplaintStatus,
  type ComplaintStep,
} from './complaint.ts';
import { countsOf, olderThan, toQuery, type ComplaintFilter } from './complaints.query.store.ts';
import { mediaCollection, type MediaStore } from './media.store.ts';

export interface ComplaintDoc extends Omit<Complaint, 'messages' | 'answers' | 'history'> {
  _id: Types.ObjectId;
  messages: ComplaintMessage[];
  answers: ComplaintAnswer[];
  history: ComplaintStep[];
  searchWords: string[];
  /** Every place that the messages name, to find complaints nearby. */
  places: { lat: number; lng: number }[];
}

/** A complaint before the store has put it away. */
export type NewComplaint = Omit<ComplaintDoc, '_id' | 'places'>;

/** Written by staff for staff: a collection of its own, so that no outbound path can read it by accident. */
interface NoteDoc {
  _id: Types.ObjectId;
  ticket: string;
  at: Date;
  by: string;
  text: string;
}

/** Bucket of what residents sent. */
export const COMPLAINT_FILES = 'complaint_files';

const listOrder = { receivedAt: -1, _id: -1 } as const;

export const complaintCollections: readonly CollectionManifest[] = [
  {
    name: 'complaints',
    indexes: [
      { name: 'ticket', key: { ticket: 1 }, unique: true },
      { name: 'source', key: { sourceKey: 1 }, unique: true },
      { name: 'newest', key: listOrder },
      { name: 'by_status', key: { status: 1, ...listOrder } },
      { name: 'by_unit', key: { unit: 1, ...listOrder } },
      { name: 'by_kind', key: { kind: 1, ...listOrder } },
      { name: 'by_village', key: { villageCode: 1, ...listOrder } },
      { name: 'by_words', key: { searchWords: 1, ...listOrder } },
      { name: 'of_resident', key: { openid: 1, ...listOrder } },
      {
        name: 'counted',
        key: { status: 1, unit: 1, villageCode: 1, kind: 1, dueAt: 1, ticket: 1 },
      },
      { name: 'due', key: { status: 1, dueAt: 1 } },
      { name: 'settled', key: { status: 1, settledAt: 1 } },
      { name: 'by_calendar', key: { status: 1, calendarVersion: 1 } },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: [
          'ticket',
          'sourceKey',
          'source',
          'status',
          'villageCode',
          'receivedAt',
          'dueAt',
          'dueWhy',
          'messages',
        ],
        properties: {
          ticket: { bsonType: 'string', pattern: '^\\d{8}-\\d{4,}$' },
          sourceKey: { bsonType: 'string' },
          source: { enum: [...SOURCES] },
          status: { enum: [...COMPLAINT_STATUSES] },
          kind: { enum: [...COMPLAINT_KINDS, null] },
          receivedAt: { bsonType: 'date' },
          dueAt: { bsonType: 'date' },
          phone: { bsonType: ['string', 'null'], pattern: '^v1\\.' },
        },
      },
    },
  },
  { name: 'complaint_notes', indexes: [{ name: 'of_ticket', key: { ticket: 1, at: 1 } }] },
  { name: 'complaint_counters', indexes: [] },
  mediaCollection,
  ...fileCollections(COMPLAINT_FILES),
];

const options = { strict: 'throw', versionKey: false, autoIndex: false, minimize: false } as const;
/** Of parts of a document: they have no id, and a field that is not named here is refused. */
const part = { strict: 'throw', _id: false } as const;
const placeSchema = new Schema<ComplaintDoc['places'][number]>(
  { lat: { type: Number, required: true }, lng: { type: Number, required: true } },
  part,
);
const locationSchema = new Schema<NonNullable<ComplaintMessage['location']>>(
  { lat: { type: Number, required: true }, lng: { type: Number, required: true }, label: String },
  part,
);
/** What only the platform understands (its media id and address) lies with the medium, never here. */
const messageSchema = new Schema<ComplaintMessage>(
  {
    at: { type: Date, required: true },
    from: { type: String, enum: ['resident', 'staff'], required: true },
    type: { type: String, enum: ['text', 'image', 'voice', 'video', 'location'], required: true },
    text: String,
    mediaRef: String,
    location: { type: locationSchema },
  },
  part,
);
const answerSchema = new Schema<ComplaintAnswer>(
  {
    at: { type: Date, required: true },
    text: { type: String, required: true },
    unit: { type: String, required: true },
  },
  part,
);
const stepSchema = new Schema<ComplaintStep>(
  {
    at: { type: Date, required: true },
    move: { type: String, required: true },
    status: { type: String, enum: COMPLAINT_STATUSES, required: true },
    by: { type: String, required: true },
    reason: String,
  },
  part,
);
const ratingSchema = new Schema<NonNullable<ComplaintDoc['rating']>>(
  { stars: { type: Number, required: true }, text: { type: String, default: '' }, at: { type: Date, required: true } },
  part,
);
const schema = new Schema<ComplaintDoc>(
  {
    ticket: { type: String, required: true },
    sourceKey: { type: String, required: true },
    source: { type: String, required: true },
    openid: { type: String, default: null },
    kind: { type: String, default: null },
    villageCode: { type: String, required: true },
    status: { type: String, required: true },
    unit: { type: String, default: null },
    receivedAt: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    dueWhy: { type: String, required: true },
    dueAssumed: { type: Boolean, required: true },
    ruleVersion: { type: String, required: true },
    rule: { type: Schema.Types.Mixed, required: true },
    dueFrom: { type: String, required: true },
    extensionDays: { type: Number, default: null },
    calendarVersion: { type: String, required: true },
    extended: { type: Boolean, default: false },
    overDaily: { type: Boolean, default: false },
    phone: { type: String, default: null },
    messages: { type: [messageSchema], default: [] },
    answers: { type: [answerSchema], default: [] },
    history: { type: [stepSchema], default: [] },
    rating: { type: ratingSchema, default: null },
    settledAt: { type: Date, default: null },
    linkGeneration: Number,
    searchWords: { type: [String], default: [] },
    places: { type: [placeSchema], default: [] },
  },
  { ...options, collection: 'complaints' },
);
const noteSchema = new Schema<NoteDoc>(
  {
    ticket: { type: String, required: true },
    at: { type: Date, required: true },
    by: { type: String, required: true },
    text: { type: String, required: true },
  },
  { ...options, collection: 'complaint_notes' },
);
const counterSchema = new Schema<{ _id: string; n: number }>(
  { _id: String, n: { type: Number, required: true } },
  { ...options, collection: 'complaint_counters' },
);

export interface ComplaintPlace {
  readonly before?: { readonly receivedAt: Date; readonly id: string } | undefined;
  readonly limit: number;
}

export interface ComplaintChange {
  readonly set: Partial<Omit<ComplaintDoc, '_id' | 'history' | 'answers' | 'messages'>>;
  readonly step: ComplaintStep;
  readonly answer?: ComplaintAnswer;
}

export interface ComplaintStore {
  /** The next number of that China day. Outside any transaction: a gap is allowed, a meeting is not. */
  nextNumber(day: string): Promise<number>;
  insert(tx: Tx, complaint: NewComplaint): Promise<void>;
  bySourceKey(tx: Tx, sourceKey: string): Promise<ComplaintDoc | null>;
  byTicket(ticket: string, tx?: Tx): Promise<ComplaintDoc | null>;
  /** Moves it if it stands in one of `from`; null otherwise. */
  change(
    tx: Tx,
    ticket: string,
    from: readonly ComplaintStatus[],
    change: ComplaintChange,
  ): Promise<ComplaintDoc | null>;
  /** Sets facts without a step in the history. */
  set(tx: Tx, ticket: string, facts: ComplaintChange['set']): Promise<void>;
  addMessages(tx: Tx, ticket: string, openid: string, messages: readonly ComplaintMessage[]): Promise<boolean>;
  /** Gives a complaint without a resident its resident; false where it has one. */
  link(tx: Tx, ticket: string, openid: string): Promise<boolean>;
  list(filter: ComplaintFilter, place: ComplaintPlace): Promise<ComplaintDoc[]>;
  /** How many each filter lets by, COUNTED_UP_TO at most. */
  counts(filters: readonly ComplaintFilter[]): Promise<number[]>;
  /** Of one village, received in a span of time and not refused: what may be about the same thing. Newest first. */
  inVillage(villageCode: string, from: Date, to: Date, limit: number): Promise<ComplaintDoc[]>;
  /** Open ones counted with another calendar. */
  countedOtherwise(calendarVersion: string, limit: number): Promise<string[]>;
  /** Open ones due in a span of time. */
  dueBetween(from: Date, to: Date, limit: number): Promise<string[]>;
  ofResident(openid: string, limit: number): Promise<ComplaintDoc[]>;
  countSince(tx: Tx, openid: string, since: Date): Promise<number>;
  /** Answered ones whose time for 重办 has ended. */
  settledBefore(at: Date, limit: number): Promise<string[]>;
  addNote(tx: Tx, note: { ticket: string; at: Date; by: string; text: string }): Promise<void>;
  notesOf(ticket: string): Promise<{ at: Date; by: string; text: string }[]>;
}

export function createComplaintStore(connection: Connection, media: Pick<MediaStore, 'adopt'>): ComplaintStore {
  const model = connection.model<ComplaintDoc>('Complaint', schema);
  const notes = connection.model<NoteDoc>('ComplaintNote', noteSchema);
  const counters = connection.model('ComplaintCounter', counterSchema);
  const tickets = async (filter: QueryFilter<ComplaintDoc>, limit: number): Promise<string[]> => {
    const docs = await model.find(filter).limit(limit).select({ ticket: 1 }).lean();
    return docs.map((doc) => doc.ticket);
  };
  return {
    nextNumber: async (day) => {
      const doc = await counters
        .findOneAndUpdate({ _id: day }, { $inc: { n: 1 } }, { upsert: true, returnDocument: 'after' })
        .lean();
      if (!doc) throw new Error('a counter answered nothing');
      return doc.n;
    },
    insert: async (tx, complaint) => {
      const messages = await media.adopt(tx, complaint.ticket, complaint.messages);
      await model.create([{ ...complaint, messages, places: placesOf(messages) }], { session: tx });
    },
    bySourceKey: async (tx, sourceKey) => model.findOne({ sourceKey }).session(tx).lean(),
    byTicket: async (ticket, tx) =>
      model
        .findOne({ ticket })
        .session(tx ?? null)
        .lean(),
    change: async (tx, ticket, from, { set, step, answer }) =>
      model
        .findOneAndUpdate(
          { ticket, status: { $in: [...from] } },
          { $set: set, $push: { history: step, ...(answer ? { answers: answer } : {}) } },
          { session: tx, returnDocument: 'after' },
        )
        .lean(),
    set: async (tx, ticket, facts) => {
      await model.updateOne({ ticket }, { $set: facts }, { session: tx });
    },
    addMessages: async (tx, ticket, openid, given) => {
      const messages = await media.adopt(tx, ticket, given);
      const result = await model.updateOne(
        { ticket, openid },
        { $push: { messages: { $each: messages }, places: { $each: placesOf(messages) } } },
        { session: tx },
      );
      return result.matchedCount === 1;
    },
    link: async (tx, ticket, openid) => {
      const result = await model.updateOne({ ticket, openid: null }, { $set: { openid } }, { session: tx });
      return result.matchedCount === 1;
    },
    list: async (filter, { before, limit }) =>
      model
        .find({ $and: [toQuery(filter), before === undefined ? {} : olderThan(before)] })
        .sort(listOrder)
        .limit(limit)
        .lean(),
    counts: async (filters) => {
      // An empty pipeline would answer with every complaint.
      if (filters.length === 0) return [];
      const rows = await model.aggregate<{ n: number; count: number }>(countsOf(filters));
      return filters.map((_, i) => rows.find(({ n }) => n === i)?.count ?? 0);
    },
    inVillage: async (villageCode, from, to, limit) =>
      model
        .find({ villageCode, receivedAt: { $gte: from, $lte: to }, status: { $ne: 'refused' } })
        .sort(listOrder)
        .limit(limit)
        .select({ messages: { $slice: 5 }, history: 0, answers: 0 })
        .lean(),
    countedOtherwise: (calendarVersion, limit) =>
      tickets({ status: { $in: [...OPEN_STATUSES] }, calendarVersion: { $ne: calendarVersion } }, limit),
    dueBetween: (from, to, limit) =>
      tickets({ status: { $in: [...OPEN_STATUSES] }, dueAt: { $gte: from, $lte: to } }, limit),
    ofResident: async (openid, limit) => model.find({ openid }).sort(listOrder).limit(limit).lean(),
    countSince: async (tx, openid, since) => model.countDocuments({ openid, receivedAt: { $gte: since } }).session(tx),
    settledBefore: async (at, limit) => {
      const docs = await model
        .find({ status: 'answered', settledAt: { $lt: at } })
        .sort({ settledAt: 1 })
        .limit(limit)
        .select({ ticket: 1 })
        .lean();
      return docs.map((doc) => doc.ticket);
    },
    addNote: async (tx, note) => {
      await notes.create([note], { session: tx });
    },
    notesOf: async (ticket) => {
      const docs = await notes.find({ ticket }).sort({ at: 1 }).limit(200).lean();
      return docs.map(({ at, by, text }) => ({ at, by, text }));
    },
  };
}

function placesOf(messages: readonly ComplaintMessage[]): { lat: number; lng: number }[] {
  return messages.flatMap(({ location }) =>
    location && isPlace(location) ? [{ lat: location.lat, lng: location.lng }] : [],
  );
}

/** `20260210-0007`: the China day of receipt and the number of that day, at least four digits. */
export function ticketOf(at: Date, number: number): string {
  return `${chinaDate(at).replaceAll('-', '')}-${String(number).padStart(4, '0')}`;
}
