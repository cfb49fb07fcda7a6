import type { DraftFields } from './fields.ts';

/** This long after the last sign of life another window may offer what a window kept, ms; a sign comes every third of it. */
const ALIVE_MS = 90_000;
const SIGN_MS = ALIVE_MS / 3;

interface Kept {
  readonly fields: DraftFields;
  /** A window holds it until then; 0 once that window was left. */
  readonly openUntil: number;
}

/** What this computer keeps of a person's unsaved writing: a slot an article, and one for each new article in a window. */
export interface Slots {
  keep(fields: DraftFields): void;
  forget(): void;
  /** From now on the slot is that of this article. */
  becomes(articleId: string): void;
  /** Names the new article, to the service too: a repeated request makes no second one. */
  readonly key: () => string;
  /** What an earlier window left; for a new article the newest that no window holds now. */
  find(): DraftFields | null;
  /** Goes on with what `find` found, under its key. */
  adopt(): void;
  /** Throws away what `find` found. */
  drop(): void;
  /** The window is left or closed: another may offer what was kept. */
  leave(): void;
}

export function openSlots(staffId: string, articleId: string | null): Slots {
  const prefix = `xy-draft-${staffId}-`;
  let key = newKey();
  let place = articleId ?? `new-${key}`;
  let found: string | null = null;

  const read = (slot: string): Kept | null => {
    const kept = JSON.parse(localStorage.getItem(slot) ?? 'null') as Partial<Kept> | null;
    return kept?.fields ? { fields: kept.fields, openUntil: kept.openUntil ?? 0 } : null;
  };
  const write = (fields: DraftFields, openUntil: number): void =>
    localStorage.setItem(prefix + place, JSON.stringify({ fields, openUntil } satisfies Kept));
  const sign = (openUntil: number): void => {
    const kept = read(prefix + place);
    if (kept) write(kept.fields, openUntil);
  };
  const timer = setInterval(() => tried(() => sign(Date.now() + ALIVE_MS)), SIGN_MS);
  const leave = (): void => void tried(() => sign(0));
  window.addEventListener('pagehide', leave);

  const left = (): string[] =>
    Object.keys(localStorage).filter(
      (slot) => slot.startsWith(`${prefix}new-`) && (read(slot)?.openUntil ?? 0) < Date.now(),
    );
  return {
    keep: (fields) => void tried(() => write(fields, Date.now() + ALIVE_MS)),
    forget: () => void tried(() => localStorage.removeItem(prefix + place)),
    becomes: (id) => {
      place = id;
    },
    key: () => key,
    find: () => {
      found = null;
      tried(() => {
        found = articleId === null ? (left().at(-1) ?? null) : prefix + place;
      });
      return found === null ? null : (tried(() => read(found ?? ''))?.fields ?? null);
    },
    adopt: () => {
      if (found === null || articleId !== null) return;
      place = found.slice(prefix.length);
      key = place.slice('new-'.length);
    },
    drop: () => void tried(() => localStorage.removeItem(found ?? '')),
    leave: () => {
      leave();
      clearInterval(timer);
      window.removeEventListener('pagehide', leave);
    },
  };
}

/** A full or forbidden store keeps nothing: the page itself still holds the text. */
function tried<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** `crypto.randomUUID` is missing where the office opens the console without TLS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
}
