import type { z } from 'zod';
import type { metaView } from '../app/meta.contract.ts';
import type { quotaResponse } from '../briefings/briefings.contract.ts';
import type { callerView, sessionView } from '../staff/staff.contract.ts';

/** The staff API's shapes, from the very contracts that check them. */
export type Meta = z.output<typeof metaView>;
export type Caller = z.output<typeof callerView>;
export type Session = z.output<typeof sessionView>;
export type Quota = z.output<typeof quotaResponse>;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
