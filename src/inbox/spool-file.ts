import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sealer } from '../platform/sealing/index.ts';
import { sha256Hex } from '../kernel/index.ts';
import type { InboundMessage } from '../wechat/index.ts';

/** One message that waits in a spool file for MongoDB to come back. */
export interface SpoolLine {
  readonly key: string;
  readonly message: InboundMessage;
  /** ISO 8601, of this host's clock: lines of one resident are played in this order. */
  readonly receivedAt: string;
}

/** A player throws this where nothing can be played yet: the rest of the spool is left for later. */
export class PlayedTooEarly extends Error {}

export interface SpoolCodec {
  /** One line with its end. */
  encode(line: SpoolLine): string;
  /** The line, or null where it is cut short, altered or sealed under a lost key. */
  decode(text: string): SpoolLine | null;
}

const CHECK_LENGTH = 16;

/**
 * Lines are `check sealed`: AES-256-GCM of the whole message, so that the file tells neither who wrote nor what, and a
 * checksum that finds a torn write cheaply.
 */
export function createSpoolCodec(deps: { sealer: Sealer }): SpoolCodec {
  const checkOf = (sealed: string): string => sha256Hex(sealed).slice(0, CHECK_LENGTH);
  return {
    encode: (line) => {
      const sealed = deps.sealer.seal(JSON.stringify(line));
      return `${checkOf(sealed)} ${sealed}\n`;
    },
    decode: (text) => {
      const [check, sealed] = text.split(' ');
      if (!check || !sealed || checkOf(sealed) !== check) return null;
      try {
        return JSON.parse(deps.sealer.open(sealed)) as SpoolLine;
      } catch {
        return null;
      }
    },
  };
}

/** Another process has taken this file over while we slept: what was just written may never be played. */
export class FileLost extends Error {}

/** Appends to one new file of this process. */
export interface SpoolWriter {
  readonly path: string;
  /**
   * On the disk, under this file's name, when it resolves. Rejects with FileLost where the name is no longer ours, else
   * with what the disk said; nothing half-written stays then, or the writer is no longer `usable`.
   */
  append(text: string): Promise<void>;
  readonly usable: boolean;
  close(): Promise<void>;
}

/** Creates the file; its name is durable when it resolves. */
export async function openSpoolWriter(path: string): Promise<SpoolWriter> {
  const file = await open(path, 'ax', 0o600);
  await syncFolder(dirname(path));
  const { ino } = await file.stat();
  let size = 0;
  let usable = true;

  const takeBack = async (): Promise<void> => {
    try {
      await file.truncate(size);
      await file.datasync();
    } catch {
      usable = false;
    }
  };

  return {
    path,
    get usable() {
      return usable;
    },
    append: async (text) => {
      try {
        size += await writeDurably(file, text);
      } catch (error) {
        await takeBack();
        throw error;
      }
      // Looked at after the write: whoever takes the file over later reads what is in it by then.
      const named = await stat(path).catch(() => null);
      if (named?.ino === ino) return;
      usable = false;
      throw new FileLost();
    },
    close: () => file.close(),
  };
}

async function writeDurably(file: FileHandle, text: string): Promise<number> {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written);
    written += bytesWritten;
  }
  await file.datasync();
  return bytes.length;
}

/** Makes a created, renamed or removed name durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whole lines of a file from byte `from`; a last line without its end was never answered for and is left out. */
export async function readSpoolLines(path: string, from = 0): Promise<{ lines: string[]; end: number }> {
  const bytes = (await readFile(path)).subarray(from);
  const length = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
  return { lines, end: from + length };
}

/** The file holds exactly these lines afterwards, or, after a crash at any moment, still the old ones. */
export async function rewriteSpoolFile(path: string, lines: readonly string[]): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await writeDurably(file, lines.map((line) => `${line}\n`).join(''));
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncFolder(dirname(path));
}

/** Keeps lines that nobody can read, beside their file, for a person to look at. */
export async function setAside(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path.replace(/\.log$/, '.broken'), 'a', 0o600);
  try {
    await writeDurably(file, lines.map((line) => `${line}\n`).join(''));
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}
