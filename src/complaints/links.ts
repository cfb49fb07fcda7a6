import { AppError, type Clock } from '../kernel/index.ts';
import type { Signer } from '../platform/sealing/index.ts';

/**
 * Signed, expiring addresses of complaint pages (docs/promises.md#p5): whoever holds one sees that ticket and no other.
 */
export interface TicketLinks {
  linkFor(ticket: string): string;
  /** AppError not_found where `k` is not this ticket's or has expired: a stranger learns nothing from the difference. */
  check(ticket: string, k: string): void;
}

export function createTicketLinks(deps: {
  signer: Signer;
  clock: Clock;
  publicUrl: string;
  /** Days a link lives (`complaints.ticketLinkDays`). */
  days: number;
}): TicketLinks {
  const { signer, clock, publicUrl } = deps;
  return {
    linkFor: (ticket) => {
      const expires = Math.floor(clock.now().getTime() / 1_000 + deps.days * 86_400).toString(36);
      return `${publicUrl}/complaints/${ticket}?k=${expires}.${signer.sign(`${ticket}|${expires}`)}`;
    },
    check: (ticket, k) => {
      const [expires = '', signature = ''] = k.split('.');
      const alive = Number.parseInt(expires, 36) * 1_000 > clock.now().getTime();
      if (alive && signer.verify(`${ticket}|${expires}`, signature)) return;
      throw new AppError('not_found', { message: '链接不对或者已经过期。请在公众号里回复“查询”，重新打开。' });
    },
  };
}
