import { AppError, type Clock } from '../kernel/index.ts';
import type { Signer } from '../platform/sealing/index.ts';
import type { Complaint } from './complaint.ts';

/** What a link is made from. */
export type Linked = Pick<Complaint, 'ticket' | 'linkGeneration'>;

/**
 * Signed, expiring addresses of complaint pages (docs/promises.md#p5): whoever holds one sees that ticket and no other.
 */
export interface TicketLinks {
  linkFor(complaint: Linked): string;
  /**
   * The ticket, for whoever holds its link. AppError not_found where there is no such ticket, or `k` is not this ticket's, has expired, or was given out before
   * its resident was forgotten: a stranger learns nothing from the difference.
   */
  opened<T extends Linked>(complaint: T | null, k: string): T;
}

export function createTicketLinks(deps: {
  signer: Signer;
  clock: Clock;
  publicUrl: string;
  /** Days a link lives (`complaints.ticketLinkDays`). */
  days: number;
}): TicketLinks {
  const { signer, clock, publicUrl } = deps;
  const signed = ({ ticket, linkGeneration = 0 }: Linked, expires: string): string =>
    linkGeneration === 0 ? `${ticket}|${expires}` : `${ticket}|${expires}|${linkGeneration}`;
  return {
    linkFor: (complaint) => {
      const expires = Math.floor(clock.now().getTime() / 1_000 + deps.days * 86_400).toString(36);
      return `${publicUrl}/complaints/${complaint.ticket}?k=${expires}.${signer.sign(signed(complaint, expires))}`;
    },
    opened: (complaint, k) => {
      const [expires = '', signature = ''] = k.split('.');
      const alive = Number.parseInt(expires, 36) * 1_000 > clock.now().getTime();
      if (complaint && alive && signer.verify(signed(complaint, expires), signature)) return complaint;
      throw new AppError('not_found', { message: '链接不对或者已经过期。请在公众号里回复“查询”，重新打开。' });
    },
  };
}
