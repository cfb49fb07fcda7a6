import type { Collection, Document, WithId } from 'mongodb';
import type { Clock } from '../kernel/index.ts';
import { createFileStore } from '../platform/files/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest, Connection, Transact } from '../platform/mongo/index.ts';
import { createSealer, createSigner, type Keys } from '../platform/sealing/index.ts';
import { COMPLAINT_FILES, type ComplaintDoc } from './complaints.store.ts';

/**
 * The link from a ticket to a resident who has left, kept only while the ticket may still need it
 * (docs/promises.md#p5).
 */
interface PersonDoc {
  /** The ticket. */
  _id: string;
  /** Keyed hash of the openid: finds the tickets of somebody who comes back. */
  mark: string;
  /** The openid, sealed. */
  person: string;
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

/** A resident's tickets as the resident may have them: no notes, no other people's words, no internals. */
export interface HeldTicket {
  readonly ticket: string;
  readonly [member: string]: unknown;
}

/** Who brought a ticket, and until when that is known. */
export interface ComplaintPersons {
  /** The resident no longer follows: settled tickets forget them, others keep the link sealed. */
  left(openid: string): Promise<void>;
  /** They follow again: the tickets that still know them are theirs again. */
  back(openid: string): Promise<void>;
  /** Whose ticket it is; null for an unknown one and one that knows nobody. */
  openidOf(ticket: string): Promise<string | null>;
  held(openid: string): Promise<HeldTicket[]>;
  /** Takes openid, phone and media out of settled tickets; answers which were and which have to wait. */
  forget(openid: string): Promise<{ forgotten: string[]; waiting: string[] }>;
  /** Forgets links whose ticket needs them no more, and empties tickets settled long ago. */
  readonly sweep: Sweep;
}

const DAY_MS = 86_400_000;
const A_RUN = 500;

export function createComplaintPersons(deps: {
  connection: Connection;
  transact: Transact;
  keys: Keys;
  reopenDays: number;
  /** Days after settling until a ticket forgets openid and phone (`retentionDays.complaints`). */
  keepDays: number;
  clock: Clock;
}): ComplaintPersons {
  const { connection, transact, clock } = deps;
  const sealer = createSealer(deps.keys, 'complaint-person');
  const signer = createSigner(deps.keys, 'complaint-person');
  const phones = createSealer(deps.keys, 'phone');
  const tickets = (): Collection<ComplaintDoc> =>
    connection.collection('complaints') as unknown as Collection<ComplaintDoc>;
  const persons = (): Collection<PersonDoc> =>
    connection.collection('complaint_persons') as unknown as Collection<PersonDoc>;

  /** Nobody can reopen it any more. */
  const isSettled = (doc: Pick<ComplaintDoc, 'status' | 'settledAt'>): boolean => {
    const until = (doc.settledAt?.getTime() ?? Infinity) + deps.reopenDays * DAY_MS;
    return doc.status === 'refused' || (doc.status === 'closed' && clock.now().getTime() > until);
  };

  const files = createFileStore({ connection, bucket: COMPLAINT_FILES });
  /** Up to here old tickets have been emptied by this process: each run goes on, none looks at all of them again. */
  let emptiedTo = new Date(0);

  const empty = async (which: readonly string[]): Promise<void> => {
    const wanted = { ticket: { $in: [...which] } };
    const media = connection.collection('complaint_media');
    const stored = await media.find<Document>({ ...wanted, state: 'stored' }).toArray();
    for (const { _id } of stored) {
      const id = String(_id);
      // A run that died in between has removed some already.
      if (await files.facts(id)) await files.remove(id);
    }
    const gone = { state: 'missing', why: '保存期满，已经删去', sourceId: null, picUrl: null };
    await media.updateMany({ ...wanted, state: { $ne: 'missing' } }, { $set: gone });
    await tickets().updateMany(wanted, { $set: { openid: null, phone: null } });
    await persons().deleteMany({ _id: { $in: [...which] } });
  };

  const emptyOld = async (): Promise<number> => {
    const before = new Date(clock.now().getTime() - deps.keepDays * DAY_MS);
    const old = await tickets()
      .find({ status: { $in: ['closed', 'refused'] }, settledAt: { $gte: emptiedTo, $lt: before } })
      .sort({ settledAt: 1 })
      .limit(A_RUN)
      .toArray();
    await empty(old.map((doc) => doc.ticket));
    emptiedTo = old.at(-1)?.settledAt ?? emptiedTo;
    return old.length;
  };

  const keptOf = (openid: string): Promise<WithId<PersonDoc>[]> =>
    persons()
      .find({ mark: { $in: [...signer.signAll(openid)] } })
      .toArray();

  return {
    left: (openid) =>
      transact(async (session) => {
        const found = await tickets().find({ openid }, { session }).toArray();
        for (const doc of found.filter((one) => !isSettled(one))) {
          const kept = { mark: signer.sign(openid), person: sealer.seal(openid, doc.ticket) };
          await persons().updateOne({ _id: doc.ticket }, { $set: kept }, { upsert: true, session });
        }
        await tickets().updateMany({ openid }, { $set: { openid: null } }, { session });
      }),
    back: async (openid) => {
      const kept = await keptOf(openid);
      if (kept.length === 0) return;
      const ids = kept.map((one) => one._id);
      await transact(async (session) => {
        await tickets().updateMany({ ticket: { $in: ids }, openid: null }, { $set: { openid } }, { session });
        await persons().deleteMany({ _id: { $in: ids } }, { session });
      });
    },
    openidOf: async (ticket) => {
      const doc = await tickets().findOne({ ticket });
      if (doc?.openid) return doc.openid;
      const kept = await persons().findOne({ _id: ticket });
      return kept && sealer.open(kept.person, ticket);
    },
    held: async (openid) => {
      const kept = (await keptOf(openid)).map((one) => one._id);
      const docs = await tickets()
        .find({ $or: [{ openid }, { ticket: { $in: kept } }] })
        .toArray();
      return docs.map((doc) => own(doc, doc.phone === null ? null : phones.open(doc.phone, doc.ticket)));
    },
    forget: async (openid) => {
      const kept = (await keptOf(openid)).map((one) => one._id);
      const docs = await tickets()
        .find({ $or: [{ openid }, { ticket: { $in: kept } }] })
        .toArray();
      const forgotten = docs.filter(isSettled).map((doc) => doc.ticket);
      await empty(forgotten);
      return { forgotten, waiting: docs.filter((doc) => !isSettled(doc)).map((doc) => doc.ticket) };
    },
    sweep: {
      name: 'complaints.forget_persons',
      everySeconds: 600,
      run: async () => {
        const kept = await persons().find().limit(A_RUN).toArray();
        const docs = await tickets()
          .find({ ticket: { $in: kept.map((one) => one._id) } })
          .toArray();
        const done = docs.filter(isSettled).map((doc) => doc.ticket);
        const { deletedCount } = await persons().deleteMany({ _id: { $in: done } });
        return deletedCount + (await emptyOld());
      },
    },
  };
}

function own(doc: ComplaintDoc, phone: string | null): HeldTicket {
  const { ticket, kind, villageCode, status, receivedAt, dueAt, messages, answers, rating } = doc;
  return { ticket, kind, villageCode, status, receivedAt, dueAt, messages, answers, rating, phone };
}
