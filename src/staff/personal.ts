import { NOTHING_FORGOTTEN, type Personal } from '../feature/index.ts';
import type { StaffStore } from './staff.store.ts';

/** A member of staff who bound a phone is a follower too: the account knows that openid (docs/promises.md#p5). */
export function createStaffPersonal(store: Pick<StaffStore, 'boundTo' | 'unbind'>): Personal {
  return {
    held: async ({ openid }) => {
      const bound = openid === null ? [] : await store.boundTo(openid);
      return bound.length === 0 ? {} : { boundAccounts: bound.map(({ username }) => username) };
    },
    // A preview could not reach them any more.
    cut: (tx, openid) => store.unbind(tx, openid),
    // Whoever still follows needs it for previews, and can bind another phone at any time.
    forget: async () => NOTHING_FORGOTTEN,
    expire: [],
  };
}
