import { z } from 'zod';

const named = z.object({ code: z.string(), name: z.string() });
export const metaView = z.object({
  town: z.string(),
  account: z.string(),
  units: z.array(named),
  categories: z.array(named.extend({ group: z.string(), majorDecision: z.boolean() })),
  villages: z.array(named),
  topics: z.array(named),
  roles: z.array(named),
  kinds: z.array(named),
  /** A larger file is refused before it is sent. */
  maxImageBytes: z.number(),
  /** The actions that the caller's role may do: what screens offer. The service checks each all the same. */
  may: z.array(z.string()),
});
