import type { Personal, Person } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { createSealer, createSigner, type Keys } from '../platform/sealing/index.ts';
import type { ComplaintDoc } from './complaints.store.ts';
import type { ComplaintFiles } from './media.sweep.ts';
import type { ComplaintPersonalStore, SettledPlace } from './personal.store.ts';

const DAY_MS = 86_400_000;
const A_RUN = 200;
const SWEEP = { sweep: 'complaints.forget_persons', everySeconds: 600 } as const;

/** Who brought a ticket, and until when that is known (docs/promises.md#p5). The ticket itself stays: it is the town's record. */
export function createComplaintPersonal(deps: {
  store: ComplaintPersonalStore;
  files: Pick<ComplaintFiles, 'remove'>;
  keys: Keys;
  reopenDays: number;
  /** Days after settling until a ticket forgets openid, phone and media (`retentionDays.complaints`). */
  keepDays: number;
  clock: Clock;
}): Personal {
  const { store, clock } = deps;
  const sealer = createSealer(deps.keys, 'complaint-person');
  const signer = createSigner(deps.keys, 'complaint-person');
  const phones = createSealer(deps.keys, 'phone');

  const daysAgo = (days: number): Date => new Date(clock.now().getTime() - days * DAY_MS);
  /** Nobody can reopen it any more. */
  const isSettled = ({ status, settledAt }: ComplaintDoc): boolean =>
    status === 'refused' || (status === 'closed' && settledAt !== null && settledAt < daysAgo(deps.reopenDays));

  /** All tickets of a resident, those that only their mark finds too; else the one that was named. */
  const ticketsOf = async ({ openid, reference }: Person, tx?: Tx): Promise<ComplaintDoc[]> => {
    if (openid === null) return reference === null ? [] : store.ofTickets([reference], tx);
    const own = await store.ofResident(openid, tx);
    const links = await store.linksOf(signer.signAll(openid), tx);
    const left = links.map(({ _id }) => _id).filter((ticket) => !own.some((doc) => doc.ticket === ticket));
    return left.length === 0 ? own : [...own, ...(await store.ofTickets(left, tx))];
  };
  const empty = async (tx: Tx, tickets: readonly string[]): Promise<void> => {
    for (const id of await store.filesOf(tx, tickets)) await deps.files.remove(id, tx);
    await store.empty(tx, tickets);
  };

  /** Up to here old tickets have been emptied by this process: each run goes on, none looks at all of them again. */
  let emptiedTo: SettledPlace | null = null;

  return {
    whose: async (ticket) => {
      const [doc] = await store.ofTickets([ticket]);
      if (!doc) return undefined;
      if (doc.openid !== null) return doc.openid;
      const link = await store.link(ticket);
      return link && sealer.open(link.person, ticket);
    },
    held: async (person) => ({
      tickets: (await ticketsOf(person)).map((doc) =>
        own(doc, doc.phone === null ? null : phones.open(doc.phone, doc.ticket)),
      ),
    }),
    cut: async (tx, openid) => {
      const docs = await store.ofResident(openid, tx);
      for (const { ticket } of docs.filter((doc) => !isSettled(doc))) {
        await store.keepLink(tx, { _id: ticket, mark: signer.sign(openid), person: sealer.seal(openid, ticket) });
      }
      const settled = docs.filter(isSettled).map(({ ticket }) => ticket);
      // Nobody will call about these any more.
      if (settled.length > 0) await store.clearPhones(tx, settled);
      await store.untie(tx, openid);
    },
    back: async (tx, openid) => {
      const tickets = (await store.linksOf(signer.signAll(openid), tx)).map(({ _id }) => _id);
      if (tickets.length === 0) return 0;
      const tied = await store.tie(tx, tickets, openid);
      await store.dropLinks(tx, tickets);
      return tied;
    },
    forget: async (tx, person) => {
      const docs = await ticketsOf(person, tx);
      const forgotten = docs.filter(isSettled).map(({ ticket }) => ticket);
      if (forgotten.length > 0) await empty(tx, forgotten);
      return { forgotten, waiting: docs.filter((doc) => !isSettled(doc)).map(({ ticket }) => ticket) };
    },
    expire: [
      {
        ...SWEEP,
        run: async (audited) => {
          const tickets = await store.linksSettledBefore(daysAgo(deps.reopenDays), A_RUN);
          if (tickets.length === 0) return 0;
          return audited(async (tx) => {
            await store.clearPhones(tx, tickets);
            await store.dropLinks(tx, tickets);
            return tickets.length;
          });
        },
      },
      {
        ...SWEEP,
        run: async (audited) => {
          for (;;) {
            const old = await store.settled(daysAgo(deps.keepDays), emptiedTo, A_RUN);
            const last = old.at(-1);
            if (!last?.settledAt) return 0;
            const tickets = await store.notEmptyAmong(old);
            if (tickets.length > 0) {
              await audited(async (tx) => {
                await empty(tx, tickets);
                return tickets.length;
              });
            }
            emptiedTo = { settledAt: last.settledAt, ticket: last.ticket };
            if (tickets.length > 0) return tickets.length;
          }
        },
      },
    ],
  };
}

/** A ticket as its resident may have it: no notes, no other people's words, no internals. */
function own(doc: ComplaintDoc, phone: string | null): Readonly<Record<string, unknown>> {
  const { ticket, kind, villageCode, status, receivedAt, dueAt, messages, answers, rating } = doc;
  return { ticket, kind, villageCode, status, receivedAt, dueAt, messages, answers, rating, phone };
}
