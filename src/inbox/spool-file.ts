import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sealer, Signer } from '../platform/sealing/index.ts';
import { sha256Hex } from '../kernel/index.ts';
import type { InboundMessage } from '../wechat/index.ts';

/** One message that waits in a spool file for MongoDB to come back. */
export interface SpoolLine {
  readonly key: string;
  readonly message: InboundMessage;
  readonly receivedAt: string;
}

/** A resident's mark in a spool file: tells whose line it is without telling who. */
export type ResidentMark = string;

export interface SpoolCodec {
  encode(line: SpoolLine): string;
  /** The line, or null where it is cut short, altered or sealed under a lost key. */
  decode(text: string): SpoolLine | null;
  mark(openid: string): ResidentMark;
  /** The mark at the beginning of an encoded line. */
  markOf(text: string): ResidentMark;
}

const CHECK_LENGTH = 16;

/** Lines are `mark check sealed`: AES-256-GCM of the message, and a checksum that finds a torn write cheaply. */
export function createSpoolCodec(deps: { sealer: Sealer; signer: Signer }): SpoolCodec {
  const mark = (openid: string): ResidentMark => deps.signer.sign(openid);
  return {
    mark,
    markOf: (text) => text.slice(0, text.indexOf(' ')),
    encode: (line) => {
      const sealed = deps.sealer.seal(JSON.stringify(line));
      return `${mark(line.message.openid)} ${sha256Hex(sealed).slice(0, CHECK_LENGTH)} ${sealed}\n`;
    },
    decode: (text) => {
      const [, check, sealed] = text.split(' ');
      if (!check || !sealed || sha256Hex(sealed).slice(0, CHECK_LENGTH) !== check) return null;
      try {
        return JSON.parse(deps.sealer.open(sealed)) as SpoolLine;
      } catch {
        return null;
      }
    },
  };
}

/** Appends to one file; each append is on the disk (file and, at first, folder) when it resolves. */
export interface SpoolWriter {
  readonly path: string;
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSpoolWriter(path: string): Promise<SpoolWriter> {
  const file = await open(path, 'ax', 0o600);
  await syncFolder(dirname(path));
  return {
    path,
    append: async (text) => {
      await writeWhole(file, text);
      await file.datasync();
    },
    close: () => file.close(),
  };
}

async function writeWhole(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written);
    written += bytesWritten;
  }
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

/** All whole lines of a file; a last line without its end was never answered for and is left out. */
export async function readSpoolLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}
