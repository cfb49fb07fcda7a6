import type { Collection, Document } from 'mongodb';
import type { RowCodec } from '../inbox/index.ts';
import type { Connection } from '../platform/mongo/index.ts';

/** What the three stores that only pass things on hold about one resident; the features that own a story have doors. */
export interface PassingStore {
  held(openid: string): Promise<{ messages: unknown[]; notices: unknown[] }>;
  /** Takes the person out: flow gone, rows under a pseudonym, owed messages given up. */
  cut(openid: string): Promise<void>;
  /** That, and what was said and told. */
  forget(openid: string): Promise<void>;
  /** Empties notices told before `notices`, and removes conversations untouched since `conversations`; how many. */
  expire(before: { notices: Date; conversations: Date }): Promise<number>;
}

/** Stands where an openid stood in a notice; the ticket's history of what was told stays. */
const NOBODY = '~';

export function createPassingStore(connection: Connection, codec: RowCodec): PassingStore {
  const collection = (name: string): Collection<Document & { _id: string }> =>
    connection.collection(name) as unknown as Collection<Document & { _id: string }>;

  const cut = async (openid: string): Promise<void> => {
    await collection('conversations').deleteOne({ _id: openid });
    await collection('notices').updateMany(
      { openid, state: { $in: ['owed', 'call_needed'] } },
      { $set: { state: 'failed', failure: 'the resident has left', waiting: false } },
    );
    await collection('notices').updateMany({ openid }, { $set: { openid: NOBODY } });
    await collection('inbox').updateMany({ openid, state: 'done' }, { $set: { openid: codec.pseudonym(openid) } });
  };
  const rowsOf = (openid: string) => ({ openid: { $in: [openid, ...codec.pseudonyms(openid)] } });

  return {
    cut,
    held: async (openid) => {
      // Rows apart have no message: nothing here tells of a tipoff.
      const rows = await collection('inbox')
        .find({ ...rowsOf(openid), message: { $type: 'string' } })
        .sort({ receivedAt: 1 })
        .toArray();
      const notices = await collection('notices').find({ openid }).sort({ createdAt: 1 }).toArray();
      return {
        messages: rows.map((row) => ({
          at: row['receivedAt'] as Date,
          said: codec.openMessage(row._id, String(row['message'])),
          answered: row['reply'] === null ? null : codec.openReply(row._id, String(row['reply'])),
        })),
        notices: notices.map(({ createdAt, kind, text, state }) => ({ at: createdAt as Date, kind, text, state })),
      };
    },
    expire: async (before) => {
      const told = { state: { $in: ['sent', 'failed', 'seen'] }, createdAt: { $lt: before.notices } };
      const emptied = await collection('notices').updateMany(
        { ...told, openid: { $ne: NOBODY } },
        { $set: { openid: NOBODY, text: '…' } },
      );
      // One with a flow is the conversation's own to drop, with a word to the resident.
      const silent = { touchedAt: null, noticesWaiting: { $ne: true }, updatedAt: { $lt: before.conversations } };
      const removed = await collection('conversations').deleteMany(silent);
      return emptied.modifiedCount + removed.deletedCount;
    },
    forget: async (openid) => {
      await collection('notices').updateMany({ openid }, { $set: { text: '…' } });
      await cut(openid);
      const done = { ...rowsOf(openid), state: 'done' };
      await collection('inbox').updateMany(done, { $set: { message: null, reply: null, anonymised: true } });
    },
  };
}
