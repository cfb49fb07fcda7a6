import type { Tx } from '../platform/mongo/index.ts';

/** Who did it. A resident is named by a pseudonym that only the owner of the data can resolve, never by openid. */
export type Actor =
  | { readonly kind: 'staff'; readonly id: string; readonly username: string; readonly role: string }
  | { readonly kind: 'resident'; readonly ref: string }
  | { readonly kind: 'system'; readonly part: string };

/** One thing that happened. `before`, `after` and `facts` are small, JSON-like and hold nothing personal. */
export interface AuditEntry {
  /** `feature.verb`, e.g. `articles.approve`. */
  readonly action: string;
  readonly actor: Actor;
  readonly target?: { readonly kind: string; readonly id: string };
  readonly before?: string;
  readonly after?: string;
  readonly reason?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What every feature gets: the row is written in the transaction of the change it speaks of (docs/promises.md#p6). */
export interface AuditRecorder {
  record(tx: Tx, entry: AuditEntry): Promise<void>;
}

/** The actor for a signed-in member of staff. */
export function staffActor(staff: { id: string; username: string; role: string }): Actor {
  return { kind: 'staff', id: staff.id, username: staff.username, role: staff.role };
}
