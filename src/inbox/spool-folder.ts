import { readdir, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { readSpoolLines, syncFolder, type SpoolCodec } from './spool-file.ts';

/** A file untouched for this long has lost its owner: a living one touches it every 2 s. */
export const STALE_MS = 15_000;

/** Whose messages a file holds. */
export interface Held {
  count: number;
  /** For each resident the receipt of their oldest line. */
  readonly oldest: Map<string, string>;
}

export function emptyHeld(): Held {
  return { count: 0, oldest: new Map() };
}

export function hold(held: Held, line: { message: { openid: string }; receivedAt: string }): void {
  const { openid } = line.message;
  const known = held.oldest.get(openid);
  held.count += 1;
  if (known === undefined || line.receivedAt < known) held.oldest.set(openid, line.receivedAt);
}

/** What encoded lines hold; those that nobody can read hold nothing. */
export function heldBy(texts: readonly string[], codec: SpoolCodec, held = emptyHeld()): Held {
  for (const text of texts) {
    const line = codec.decode(text);
    if (line) hold(held, line);
  }
  return held;
}

/** The files of other processes of this host, read no more than what was added since the last look. */
export interface ForeignFiles {
  look(): Promise<void>;
  /** After `look`. */
  all(): Iterable<Held>;
}

interface Seen {
  readonly ino: number;
  readonly end: number;
  readonly held: Held;
}

export function createForeignFiles(deps: {
  folder: string;
  codec: SpoolCodec;
  isOwn: (path: string) => boolean;
}): ForeignFiles {
  const { folder, codec } = deps;
  let seen = new Map<string, Seen>();

  /** Null where a file went or was renamed under our eyes: its lines may have been missed. */
  const lookOnce = async (): Promise<Map<string, Seen> | null> => {
    const found = new Map<string, Seen>();
    for (const path of await spoolFiles(folder)) {
      if (deps.isOwn(path)) continue;
      try {
        found.set(path, await readOn(path, seen.get(path)));
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') return null;
        throw error;
      }
    }
    return found;
  };

  const readOn = async (path: string, known: Seen | undefined): Promise<Seen> => {
    const { ino, size } = await stat(path);
    const same = known?.ino === ino && known.end <= size ? known : undefined;
    if (same?.end === size) return same;
    const { lines, end } = await readSpoolLines(path, same?.end);
    return { ino, end, held: heldBy(lines, codec, same?.held) };
  };

  return {
    look: async () => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const found = await lookOnce();
        if (!found) continue;
        seen = found;
        return;
      }
      throw new Error('the spool folder does not come to rest');
    },
    all: () => [...seen.values()].map((file) => file.held),
  };
}

/** Paths of all spool files, oldest name first. */
export async function spoolFiles(folder: string): Promise<string[]> {
  return (await readdir(folder))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Makes a file without owner ours under the new name `to`; false where it has an owner or somebody else was faster. It
 * is touched before it is renamed, so that nobody takes it for abandoned under its new name.
 */
export async function takeOver(path: string, to: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs < STALE_MS) return false;
    const now = new Date();
    await utimes(path, now, now);
    await rename(path, to);
    await syncFolder(join(to, '..'));
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return false;
    throw error;
  }
}
