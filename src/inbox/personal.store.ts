import type { Collection } from 'mongodb';
import { type Audited, NOTHING_FORGOTTEN, type Personal } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Connection, Tx } from '../platform/mongo/index.ts';
import type { RowCodec } from './row-codec.ts';
import type { RowDoc } from './row-doc.ts';

const A_RUN = 500;
const DAY_MS = 86_400_000;

/** What residents said and were answered (docs/promises.md#p5). Rows apart have no message: nothing here tells of a tipoff (docs/promises.md#p8). */
export function createInboxPersonal(deps: {
  /** The work pool: what happens here happens together with other features. */
  connection: Connection;
  codec: RowCodec;
  /** `retentionDays.inbox`; may be a fraction. */
  keepDays: number;
  clock: Clock;
}): Personal {
  const { codec } = deps;
  const rows = (): Collection<RowDoc> => deps.connection.collection('inbox') as unknown as Collection<RowDoc>;
  const rowsOf = (openid: string) => ({ openid: { $in: [openid, ...codec.pseudonyms(openid)] } });

  /** What is still open is the intake's: the goodbye itself is, while it is handled. */
  const cut = async (tx: Tx, openid: string): Promise<void> => {
    const nobody = { $set: { openid: codec.pseudonym(openid) } };
    await rows().updateMany({ openid, state: 'done' }, nobody, { session: tx });
  };
  const expire = async (audited: Audited): Promise<number> => {
    const before = new Date(deps.clock.now().getTime() - deps.keepDays * DAY_MS);
    const old = await rows()
      .find({ anonymised: false, receivedAt: { $lt: before }, state: { $in: ['done', 'failed'] } })
      .limit(A_RUN)
      .project<{ _id: string; openid: string }>({ _id: 1, openid: 1 })
      .toArray();
    if (old.length === 0) return 0;
    const nobody = { anonymised: true, message: null, reply: null, after: [] };
    const operations = old.map(({ _id, openid }) => ({
      updateOne: {
        filter: { _id, anonymised: false },
        update: { $set: { ...nobody, openid: codec.pseudonym(openid) }, $unset: { tellAt: true } as const },
      },
    }));
    return audited(async (tx) => (await rows().bulkWrite(operations, { session: tx })).modifiedCount);
  };
  return {
    held: async ({ openid }) => {
      if (openid === null) return {};
      const found = await rows()
        .find({ ...rowsOf(openid), message: { $type: 'string' } })
        .sort({ receivedAt: 1 })
        .toArray();
      return {
        messages: found.map(({ _id, receivedAt, message, reply }) => ({
          at: receivedAt,
          said: message === null ? null : codec.openMessage(_id, message),
          answered: reply === null ? null : codec.openReply(_id, reply),
        })),
      };
    },
    cut,
    forget: async (tx, { openid }) => {
      if (openid === null) return NOTHING_FORGOTTEN;
      await cut(tx, openid);
      const nothing = { $set: { message: null, reply: null, anonymised: true } };
      const settled = { ...rowsOf(openid), state: { $in: ['done' as const, 'failed' as const] } };
      await rows().updateMany(settled, nothing, { session: tx });
      return NOTHING_FORGOTTEN;
    },
    expire: [{ sweep: 'inbox.anonymise', everySeconds: 600, run: expire }],
  };
}
