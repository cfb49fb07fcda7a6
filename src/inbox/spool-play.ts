import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../kernel/index.ts';
import {
  PlayedTooEarly,
  readSpoolLines,
  rewriteSpoolFile,
  setAside,
  syncFolder,
  type SpoolCodec,
  type SpoolLine,
} from './spool-file.ts';

/** Residents whose lines are played side by side; the lines of one resident never are. */
const SIDE_BY_SIDE = 32;

interface PlayFile {
  readonly path: string;
  readonly codec: SpoolCodec;
  readonly play: (line: SpoolLine) => Promise<void>;
  /** Is there an older line of this resident in another file? */
  readonly older: (openid: string, receivedAt: string) => boolean;
  readonly log: Log;
}

interface Played {
  readonly played: number;
  readonly left: readonly string[];
  readonly tooEarly: boolean;
}

interface ReadLine {
  readonly text: string;
  readonly line: SpoolLine;
}

/**
 * Plays the lines of one own file and takes out those that were played; what cannot be read is set aside. Answers the
 * lines that stay, and whether nothing more can be played now. A file that somebody else has taken over meanwhile holds
 * nothing of ours.
 */
export async function playFile(file: PlayFile): Promise<Played> {
  const { path, codec, log } = file;
  const texts = await readSpoolLines(path).then(
    ({ lines }) => lines,
    (error: unknown) => {
      if ((error as { code?: unknown }).code === 'ENOENT') return null;
      throw error;
    },
  );
  if (!texts) return { played: 0, left: [], tooEarly: false };
  const read: ReadLine[] = [];
  const broken: string[] = [];
  for (const text of texts) {
    const line = codec.decode(text);
    if (line) read.push({ text, line });
    else broken.push(text);
  }
  const { done, tooEarly } = await playLines(read, file);
  const left = read.flatMap((entry) => (done.has(entry) ? [] : [entry.text]));
  if (broken.length > 0) {
    log.error('spool.line_broken', { lines: broken.length });
    await setAside(path, broken);
  }
  if (left.length < texts.length) await shrink(path, left);
  return { played: done.size, left, tooEarly };
}

async function shrink(path: string, left: readonly string[]): Promise<void> {
  if (left.length > 0) {
    await rewriteSpoolFile(path, left);
    return;
  }
  await unlink(path).catch(() => undefined);
  await syncFolder(dirname(path));
}

async function playLines(
  entries: readonly ReadLine[],
  { play, older, log }: PlayFile,
): Promise<{ done: ReadonlySet<ReadLine>; tooEarly: boolean }> {
  const done = new Set<ReadLine>();
  const state = { tooEarly: false };
  const waiting = queuesOf(entries);
  const playQueues = async (): Promise<void> => {
    for (let queue = waiting.pop(); queue; queue = waiting.pop()) {
      for (const entry of queue) {
        if (state.tooEarly || older(entry.line.message.openid, entry.line.receivedAt)) break;
        try {
          await play(entry.line);
          done.add(entry);
        } catch (err) {
          if (err instanceof PlayedTooEarly) state.tooEarly = true;
          log.warn('spool.line_waits', { type: entry.line.message.type, err });
          break;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, playQueues));
  return { done, tooEarly: state.tooEarly };
}

/** The lines of each resident, oldest first: by receipt, as `older` compares them, so that no two files wait for each other. */
function queuesOf(entries: readonly ReadLine[]): ReadLine[][] {
  const queues = new Map<string, ReadLine[]>();
  for (const entry of entries) {
    const { openid } = entry.line.message;
    const queue = queues.get(openid);
    if (queue) queue.push(entry);
    else queues.set(openid, [entry]);
  }
  const byReceipt = (a: ReadLine, b: ReadLine): number => Date.parse(a.line.receivedAt) - Date.parse(b.line.receivedAt);
  return [...queues.values()].map((queue) => queue.sort(byReceipt)).reverse();
}
