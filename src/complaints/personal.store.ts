import type { Collection, Filter } from 'mongodb';
import type { CollectionManifest, Connection, Tx } from '../platform/mongo/index.ts';
import type { ComplaintDoc } from './complaints.store.ts';

/** The link from a ticket to a resident who has left, kept only while the ticket may still need it (docs/promises.md#p5). */
export interface PersonDoc {
  /** The ticket. */
  readonly _id: string;
  /** Keyed hash of the openid: finds the tickets of somebody who comes back. */
  readonly mark: string;
  /** The openid, sealed. */
  readonly person: string;
}

export const complaintPersonCollection: CollectionManifest = {
  name: 'complaint_persons',
  indexes: [{ name: 'mark', key: { mark: 1 } }],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['_id', 'mark', 'person'],
      properties: { mark: { bsonType: 'string' }, person: { bsonType: 'string', pattern: '^v1\\.' } },
    },
  },
};

/** A place among the settled tickets, the earliest settled first. */
export interface SettledPlace {
  readonly settledAt: Date;
  readonly ticket: string;
}

/** What knows who brought a ticket. */
export interface ComplaintPersonalStore {
  ofResident(openid: string, tx?: Tx): Promise<ComplaintDoc[]>;
  ofTickets(tickets: readonly string[], tx?: Tx): Promise<ComplaintDoc[]>;
  link(ticket: string, tx?: Tx): Promise<PersonDoc | null>;
  linksOf(marks: readonly string[], tx?: Tx): Promise<PersonDoc[]>;
  keepLink(tx: Tx, link: PersonDoc): Promise<void>;
  dropLinks(tx: Tx, tickets: readonly string[]): Promise<void>;
  /** Tickets with a link that was settled for good before then, up to `limit`. */
  linksSettledBefore(at: Date, limit: number): Promise<string[]>;
  /** The tickets no longer know the resident. */
  untie(tx: Tx, openid: string): Promise<void>;
  /** Those that know nobody know this resident again; answers how many. */
  tie(tx: Tx, tickets: readonly string[], openid: string): Promise<number>;
  clearPhones(tx: Tx, tickets: readonly string[]): Promise<void>;
  /** Settled before then and after a place, the earliest first. */
  settled(before: Date, after: SettledPlace | null, limit: number): Promise<ComplaintDoc[]>;
  /** Those that still hold something of a person. */
  notEmptyAmong(docs: readonly ComplaintDoc[]): Promise<string[]>;
  /** Ids of the files that residents sent with these. */
  filesOf(tx: Tx, tickets: readonly string[]): Promise<string[]>;
  /** Takes openid, phone, media and every link that was given out from these tickets. */
  empty(tx: Tx, tickets: readonly string[]): Promise<void>;
}

/** What nobody can open again: for the tickets of a resident and for the whole town alike. */
const SETTLED = ['closed', 'refused'] as const;

interface MediumDoc {
  readonly ticket: string;
  readonly state: string;
}

export function createComplaintPersonalStore(connection: Connection): ComplaintPersonalStore {
  const tickets = () => connection.collection('complaints') as unknown as Collection<ComplaintDoc>;
  const persons = () => connection.collection('complaint_persons') as unknown as Collection<PersonDoc>;
  const media = () => connection.collection('complaint_media') as unknown as Collection<MediumDoc>;
  const among = (given: readonly string[]) => ({ ticket: { $in: [...given] } });
  const at = (tx?: Tx) => (tx ? { session: tx } : {});

  const dropLinks = async (tx: Tx, given: readonly string[]): Promise<void> => {
    await persons().deleteMany({ _id: { $in: [...given] } }, { session: tx });
  };
  return {
    ofResident: (openid, tx) => tickets().find({ openid }, at(tx)).toArray(),
    ofTickets: (given, tx) => tickets().find(among(given), at(tx)).toArray(),
    link: (ticket, tx) => persons().findOne({ _id: ticket }, at(tx)),
    linksOf: (marks, tx) =>
      persons()
        .find({ mark: { $in: [...marks] } }, at(tx))
        .toArray(),
    keepLink: async (tx, { _id, mark, person }) => {
      await persons().updateOne({ _id }, { $set: { mark, person } }, { upsert: true, session: tx });
    },
    dropLinks,
    linksSettledBefore: async (before, limit) => {
      const over = [
        { $lookup: { from: 'complaints', localField: '_id', foreignField: 'ticket', as: 'of' } },
        {
          $match: {
            of: {
              $elemMatch: { $or: [{ status: 'refused' }, { status: 'closed', settledAt: { $lt: before } }] },
            },
          },
        },
        { $limit: limit },
        { $project: { _id: 1 } },
      ];
      return (await persons().aggregate<{ _id: string }>(over).toArray()).map(({ _id }) => _id);
    },
    untie: async (tx, openid) => {
      await tickets().updateMany({ openid }, { $set: { openid: null } }, { session: tx });
    },
    tie: async (tx, given, openid) => {
      const mine = { $set: { openid } };
      return (await tickets().updateMany({ ...among(given), openid: null }, mine, { session: tx })).modifiedCount;
    },
    clearPhones: async (tx, given) => {
      await tickets().updateMany(among(given), { $set: { phone: null } }, { session: tx });
    },
    settled: (before, after, limit) => {
      const filter: Filter<ComplaintDoc> = {
        status: { $in: [...SETTLED] },
        settledAt: { $lt: before, ...(after ? { $gte: after.settledAt } : {}) },
        ...(after ? { $or: [{ settledAt: { $gt: after.settledAt } }, { ticket: { $gt: after.ticket } }] } : {}),
      };
      return tickets().find(filter).sort({ settledAt: 1, ticket: 1 }).limit(limit).toArray();
    },
    notEmptyAmong: async (docs) => {
      const all = docs.map(({ ticket }) => ticket);
      const [ofMedia, linked] = await Promise.all([
        media().distinct('ticket', { ...among(all), state: { $ne: 'missing' } }),
        persons().distinct('_id', { _id: { $in: all } }),
      ]);
      const more = new Set([...ofMedia, ...linked]);
      return docs
        .filter(({ ticket, openid, phone }) => openid !== null || phone !== null || more.has(ticket))
        .map(({ ticket }) => ticket);
    },
    filesOf: async (tx, given) => {
      const stored = await media()
        .find({ ...among(given), state: 'stored' }, { session: tx })
        .toArray();
      return stored.map(({ _id }) => String(_id));
    },
    empty: async (tx, given) => {
      // Whoever is just fetching one has lost it.
      const gone = { state: 'missing', why: '保存期满，已经删去', sourceId: null, picUrl: null, lease: null };
      await media().updateMany({ ...among(given), state: { $ne: 'missing' } }, { $set: gone }, { session: tx });
      const nobody = { $set: { openid: null, phone: null }, $inc: { linkGeneration: 1 } };
      await tickets().updateMany(among(given), nobody, { session: tx });
      await dropLinks(tx, given);
    },
  };
}
