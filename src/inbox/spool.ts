import { mkdir, readdir, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken, type Log } from '../kernel/index.ts';
import { createBatch } from '../platform/batch/index.ts';
import { playFile } from './spool-play.ts';
import {
  FileLost,
  openSpoolWriter,
  readSpoolLines,
  type SpoolCodec,
  type SpoolLine,
  type SpoolWriter,
} from './spool-file.ts';
import { createForeignFiles, emptyHeld, heldBy, hold, spoolFiles, takeOver, type Held } from './spool-folder.ts';

const TOUCH_MS = 2_000;
const MAX_BATCH = 64;
/** A file is played as a whole in memory; what comes after this many bytes goes to the next file. */
const MAX_FILE_BYTES = 4_000_000;
/** A process that finds its file taken over each time it writes is not running any more in any useful sense. */
const MAX_LOST = 3;

/**
 * Where messages are kept, durable, while MongoDB is away (docs/promises.md#p3). One file a process at a time, one
 * folder a host.
 */
export interface Spool {
  /** On the disk when it resolves. Rejects where the disk refuses: then the platform must try again. */
  append(line: SpoolLine): Promise<void>;
  /** Does any spool file of this host hold a line of this resident? Then newer messages go behind it. */
  holds(openid: string): Promise<boolean>;
  /**
   * Plays own lines and those of files without owner, each resident's in order across all files of the host. A line
   * leaves when `play` has resolved for it. Where it rejects, later lines of that resident stay too; PlayedTooEarly
   * leaves everything else for later. Answers how many were played.
   */
  replay(play: (line: SpoolLine) => Promise<void>): Promise<number>;
  /** Lines waiting in this process. */
  waiting(): number;
  /** Files on this host that hold lines which nobody can read. */
  broken(): Promise<number>;
  /** Ends; what still waits may be taken over by another process at once. */
  close(): Promise<void>;
}

export async function createSpool(deps: { folder: string; codec: SpoolCodec; log: Log }): Promise<Spool> {
  const { folder, codec, log } = deps;
  await makeFolder(folder);
  const own = new Map<string, Held>();
  const foreign = createForeignFiles({ folder, codec, isOwn: (path) => own.has(path) });
  const exclusive = createMutex();
  let writer: SpoolWriter | null = null;
  let writerBytes = 0;

  const newPath = (): string => join(folder, `${process.pid}-${newToken(6)}.log`);

  const endFile = async (): Promise<void> => {
    const ending = writer;
    writer = null;
    await ending?.close().catch(() => undefined);
  };

  const openFile = async (): Promise<SpoolWriter> => {
    await makeFolder(folder);
    const opened = await openSpoolWriter(newPath());
    own.set(opened.path, emptyHeld());
    writerBytes = 0;
    return opened;
  };

  const write = async (text: string, mayLose: number): Promise<string> => {
    if (writerBytes > MAX_FILE_BYTES) await endFile();
    writer ??= await openFile();
    const { path } = writer;
    try {
      await writer.append(text);
      writerBytes += Buffer.byteLength(text);
      return path;
    } catch (error) {
      if (!writer.usable) {
        await endFile();
        await forgetIfEmpty(path);
      }
      if (!(error instanceof FileLost) || mayLose === 0) throw error;
      own.delete(path);
      log.warn('spool.file_lost');
      return write(text, mayLose - 1);
    }
  };

  const forgetIfEmpty = async (path: string): Promise<void> => {
    if (own.get(path)?.count !== 0) return;
    own.delete(path);
    await unlink(path).catch(() => undefined);
  };

  const appends = createBatch<SpoolLine, void>(
    (lines) =>
      exclusive(async () => {
        const path = await write(lines.map((line) => codec.encode(line)).join(''), MAX_LOST);
        const held = own.get(path);
        for (const line of lines) if (held) hold(held, line);
        return lines.map(() => undefined);
      }),
    { items: MAX_BATCH },
  );

  /** One look at the folder serves all who asked before it began. */
  const asks = createBatch<string, boolean>(
    async (openids) => {
      // What others wrote is lost from sight, and with it the order of a few messages; that stops no message.
      await foreign.look().catch((err: unknown) => log.error('spool.unreadable', { err }));
      const files = [...own.values(), ...foreign.all()];
      return openids.map((openid) => files.some((held) => held.oldest.has(openid)));
    },
    { items: Number.MAX_SAFE_INTEGER },
  );

  const toucher = setInterval(() => {
    const now = new Date();
    for (const path of own.keys()) void utimes(path, now, now).catch(() => undefined);
  }, TOUCH_MS);
  toucher.unref();

  const adoptAbandoned = async (): Promise<void> => {
    for (const path of await spoolFiles(folder)) {
      const taken = newPath();
      if (own.has(path) || !(await takeOver(path, taken))) continue;
      const { lines } = await readSpoolLines(taken);
      own.set(taken, heldBy(lines, codec));
      log.warn('spool.taken_over', { lines: lines.length });
    }
  };

  /** Does another file hold an older line of this resident? Then that one goes first. */
  const olderElsewhere = (path: string) => (openid: string, receivedAt: string) => {
    const others = [...own].flatMap(([name, held]) => (name === path ? [] : [held]));
    return [...others, ...foreign.all()].some((held) => (held.oldest.get(openid) ?? receivedAt) < receivedAt);
  };

  return {
    append: (line) => appends.add(line),
    holds: (openid) => asks.add(openid),
    replay: async (play) => {
      await adoptAbandoned();
      // New lines go to a new file, so that the files being played have an end.
      const files = await exclusive(async () => {
        await endFile();
        return [...own.keys()];
      });
      let played = 0;
      for (const path of files) {
        await foreign.look();
        const result = await playFile({ path, codec, play, older: olderElsewhere(path), log });
        played += result.played;
        if (result.left.length === 0) own.delete(path);
        else own.set(path, heldBy(result.left, codec));
        if (result.tooEarly) break;
      }
      return played;
    },
    waiting: () => [...own.values()].reduce((sum, held) => sum + held.count, 0),
    broken: async () => (await readdir(folder)).filter((name) => name.endsWith('.broken')).length,
    close: async () => {
      clearInterval(toucher);
      await exclusive(endFile);
      const longAgo = new Date(0);
      await Promise.all([...own.keys()].map((path) => utimes(path, longAgo, longAgo).catch(() => undefined)));
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Runs one at a time, in order. */
function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
