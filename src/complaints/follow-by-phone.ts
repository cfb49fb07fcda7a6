import { chinaDate, sha256Hex, type Clock } from '../kernel/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import type { ComplaintDoc, ComplaintStore } from './complaints.store.ts';
import type { PhoneTries } from './phone-tries.store.ts';

export interface FollowByPhoneInput {
  readonly openid: string;
  readonly ticket: string;
  readonly last4: string;
}

export type Followed = 'linked' | 'unknown' | 'too_many';

/**
 * Guesses a China day: of the 10,000 endings a ticket gives away at most one in a thousand a day, whoever asks,
 * and one person gets few tries over all tickets.
 */
const PER_TICKET = 10;
const PER_RESIDENT = 5;
const FORGET_AFTER_MS = 2 * 86_400_000;

/**
 * A complaint that staff entered for somebody gets its resident: whoever knows the ticket and the last four digits of
 * the phone follows it from then on. A ticket without phone, one that has its resident, a wrong number and an unknown
 * ticket look the same.
 */
export function createFollowByPhone(deps: {
  store: Pick<ComplaintStore, 'byTicket' | 'link'>;
  tries: PhoneTries;
  audit: AuditRecorder;
  sealer: Sealer;
  clock: Clock;
}): (tx: Tx, input: FollowByPhoneInput) => Promise<Followed> {
  const { store, tries } = deps;

  const fits = (found: ComplaintDoc | null, last4: string): found is ComplaintDoc =>
    found !== null &&
    found.openid === null &&
    found.source !== 'chat' &&
    found.phone !== null &&
    deps.sealer.open(found.phone, found.ticket).slice(-4) === last4;

  return async (tx, { openid, ticket, last4 }) => {
    const now = deps.clock.now();
    const day = chinaDate(now);
    const keys = [`ticket:${ticket}:${day}`, `resident:${sha256Hex(openid)}:${day}`] as const;
    const found = await store.byTicket(ticket, tx);
    if (found?.openid === openid) return 'linked';
    const [ofTicket, ofResident] = [await tries.countOf(tx, keys[0]), await tries.countOf(tx, keys[1])];
    if (ofTicket >= PER_TICKET || ofResident >= PER_RESIDENT) return 'too_many';
    // Counted before it is looked at: guesses at the same time cannot all pass below the limit.
    for (const key of keys) await tries.add(tx, key, new Date(now.getTime() + FORGET_AFTER_MS));
    if (!fits(found, last4) || !(await store.link(tx, ticket, openid))) return 'unknown';
    await deps.audit.record(tx, {
      action: 'complaints.follow',
      actor: { kind: 'resident', ref: ticket },
      target: { kind: 'complaint', id: ticket },
    });
    return 'linked';
  };
}
