import { mkdir, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken, type Log } from '../kernel/index.ts';
import { createBatch } from './batch.ts';
import {
  openSpoolWriter,
  readSpoolLines,
  syncFolder,
  type ResidentMark,
  type SpoolCodec,
  type SpoolLine,
  type SpoolWriter,
} from './spool-file.ts';

/** A living owner touches its file this often; a file untouched for STALE_MS has lost its owner. */
const TOUCH_MS = 2_000;
const STALE_MS = 15_000;
/** Other processes' files are looked at again after this long. */
const FOREIGN_LOOK_MS = 500;
const MAX_BATCH = 64;

/** Where messages are kept, durable, while MongoDB is away (P3). One file a process at a time, under one folder a host. */
export interface Spool {
  /** On the disk when it resolves. Rejects where the disk refuses: then the platform must try again. */
  append(line: SpoolLine): Promise<void>;
  /** Does any spool file of this host hold a line of this resident? Then newer messages go behind it. */
  holds(openid: string): Promise<boolean>;
  /** Plays all own lines in order and takes over files without owner; a file goes when each line's effect is done. */
  replay(play: (line: SpoolLine) => Promise<void>): Promise<number>;
  /** Lines waiting in this process. */
  waiting(): number;
  close(): Promise<void>;
}

interface OwnFile {
  readonly path: string;
  readonly marks: ResidentMark[];
}

export async function createSpool(deps: { folder: string; codec: SpoolCodec; log: Log }): Promise<Spool> {
  const { folder, codec, log } = deps;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const own = new Map<string, OwnFile>();
  let writer: SpoolWriter | null = null;
  let lastTouch = Date.now();
  let foreign: { at: number; marks: Set<ResidentMark> } = { at: 0, marks: new Set() };

  const newWriter = async (): Promise<SpoolWriter> => {
    const path = join(folder, `${process.pid}-${newToken(6)}.log`);
    const opened = await openSpoolWriter(path);
    own.set(path, { path, marks: [] });
    lastTouch = Date.now();
    return opened;
  };

  const appends = createBatch<SpoolLine, void>(async (lines) => {
    // A process that slept past its own touch may have lost its file to another: it begins a new one.
    if (writer && Date.now() - lastTouch > STALE_MS / 2) {
      await writer.close();
      writer = null;
    }
    writer ??= await newWriter();
    try {
      await writer.append(lines.map((line) => codec.encode(line)).join(''));
    } catch (error) {
      // What stands after a torn write must not follow it in the same file.
      await writer.close().catch(() => undefined);
      writer = null;
      throw error;
    }
    own.get(writer.path)?.marks.push(...lines.map((line) => codec.mark(line.message.openid)));
    return lines.map(() => undefined);
  }, MAX_BATCH);

  const isWriting = (file: OwnFile): boolean => writer?.path === file.path;

  const toucher = setInterval(() => {
    const now = new Date();
    lastTouch = now.getTime();
    for (const path of own.keys()) void utimes(path, now, now).catch(() => undefined);
  }, TOUCH_MS);
  toucher.unref();

  const foreignNames = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith('.log') && !own.has(join(folder, name)));

  const foreignMarks = async (): Promise<ReadonlySet<ResidentMark>> => {
    if (Date.now() - foreign.at < FOREIGN_LOOK_MS) return foreign.marks;
    const marks = new Set<ResidentMark>();
    for (const name of await foreignNames()) {
      const lines = await readSpoolLines(join(folder, name)).catch(() => []);
      for (const text of lines) marks.add(codec.markOf(text));
    }
    foreign = { at: Date.now(), marks };
    return marks;
  };

  const adoptAbandoned = async (): Promise<void> => {
    for (const name of await foreignNames()) {
      const path = join(folder, name);
      const facts = await stat(path).catch(() => null);
      if (!facts || Date.now() - facts.mtimeMs < STALE_MS) continue;
      const taken = join(folder, `${process.pid}-${newToken(6)}.log`);
      try {
        await rename(path, taken);
        await utimes(taken, new Date(), new Date());
        await syncFolder(folder);
      } catch {
        continue;
      }
      const lines = await readSpoolLines(taken);
      own.set(taken, { path: taken, marks: lines.map((text) => codec.markOf(text)) });
      log.warn('spool.taken_over', { lines: lines.length });
    }
  };

  const playFile = async (file: OwnFile, play: (line: SpoolLine) => Promise<void>): Promise<number> => {
    const lines = await readSpoolLines(file.path);
    let broken = 0;
    for (const text of lines) {
      const line = codec.decode(text);
      if (line) await play(line);
      else broken += 1;
    }
    if (broken > 0) {
      log.error('spool.line_broken', { lines: broken });
      await rename(file.path, file.path.replace(/\.log$/, '.broken'));
    } else {
      await unlink(file.path);
    }
    await syncFolder(folder);
    own.delete(file.path);
    return lines.length - broken;
  };

  return {
    append: (line) => appends.add(line),
    holds: async (openid) => {
      const others = await foreignMarks();
      if (own.size === 0 && others.size === 0) return false;
      const mark = codec.mark(openid);
      return others.has(mark) || [...own.values()].some((file) => file.marks.includes(mark));
    },
    replay: async (play) => {
      await adoptAbandoned();
      // New lines go to a new file, so that the files being played have an end.
      const closing = writer;
      writer = null;
      await closing?.close();
      let played = 0;
      for (const file of Array.from(own.values())) if (!isWriting(file)) played += await playFile(file, play);
      return played;
    },
    waiting: () => [...own.values()].reduce((sum, file) => sum + file.marks.length, 0),
    close: async () => {
      clearInterval(toucher);
      await writer?.close();
      writer = null;
    },
  };
}
