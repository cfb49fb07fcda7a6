import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSpool, createSpoolCodec, type Spool } from '../../src/inbox/index.ts';
import { PlayedTooEarly, type SpoolLine } from '../../src/inbox/spool-file.ts';
import { createSealer } from '../../src/platform/sealing/index.ts';
import { parseInbound } from '../../src/wechat/index.ts';
import { recordingLog } from '../wechat/support.ts';

const SECRET = 'a-secret-key-for-tests-of-32-bytes-0000';
const codec = createSpoolCodec({ sealer: createSealer({ current: SECRET }, 'spool') });
const { log, lines: logged } = recordingLog();
const ANNA = 'oAnna';
const BEN = 'oBen';

let folder: string;
let spools: Spool[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xiangyin-spool-'));
  spools = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(spools.map((spool) => spool.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function newSpool(): Promise<Spool> {
  const spool = await createSpool({ folder, codec, log });
  spools.push(spool);
  return spool;
}

/** A message of `openid` that was received at `second`. */
function line(openid: string, second: number, text = `${openid} ${second}`): SpoolLine {
  const fields = { FromUserName: openid, MsgType: 'text', Content: text, MsgId: `${openid}${second}` };
  const receivedAt = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
  return { key: `${openid} ${second}`, message: parseInbound(fields), receivedAt };
}

/** A player that writes down what it played. */
function player() {
  const played: string[] = [];
  return {
    played,
    play: async (of: SpoolLine): Promise<void> => {
      played.push(of.key);
    },
  };
}

const names = (end: string) => readdirSync(folder).filter((name) => name.endsWith(end));
const texts = (end = '.log') => names(end).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
const keysOnDisk = () => texts().flatMap((text) => codec.decode(text)?.key ?? []);

/** A file whose owner has not touched it for a minute. */
function abandoned(lines: readonly SpoolLine[], name = '999999-gone.log'): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((of) => codec.encode(of)).join(''));
  const aMinuteAgo = new Date(Date.now() - 60_000);
  utimesSync(path, aMinuteAgo, aMinuteAgo);
  return path;
}

async function handlePrototype(): Promise<FileHandle> {
  const handle = await open(folder, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

describe('a spooled line', () => {
  it('comes back as it was, and tells neither who wrote nor what', () => {
    const encoded = codec.encode(line(ANNA, 1, '村口的灯坏了'));
    expect(codec.decode(encoded.trimEnd())).toEqual(line(ANNA, 1, '村口的灯坏了'));
    for (const hidden of [ANNA, '村口', Buffer.from('村口的灯').toString('base64url').slice(0, 12)]) {
      expect(encoded).not.toContain(hidden);
    }
  });

  it('opens under the previous key, and not under a strange one', () => {
    const encoded = codec.encode(line(ANNA, 1)).trimEnd();
    const changed = createSealer({ current: `new-${SECRET}`, previous: SECRET }, 'spool');
    expect(createSpoolCodec({ sealer: changed }).decode(encoded)?.key).toBe('oAnna 1');
    const strange = createSealer({ current: `strange-${SECRET}` }, 'spool');
    expect(createSpoolCodec({ sealer: strange }).decode(encoded)).toBeNull();
  });

  it('is refused where anything was altered or is missing', () => {
    const encoded = codec.encode(line(ANNA, 1)).trimEnd();
    for (let at = 0; at < encoded.length; at += 7) {
      const other = encoded[at] === 'A' ? 'B' : 'A';
      expect([at, codec.decode(encoded.slice(0, at) + other + encoded.slice(at + 1))]).toEqual([at, null]);
      expect([at, codec.decode(encoded.slice(0, at))]).toEqual([at, null]);
    }
  });
});

describe('append', () => {
  it('resolves when the file and its name are on the disk', async () => {
    const prototype = await handlePrototype();
    const steps: string[] = [];
    for (const step of ['write', 'datasync', 'sync'] as const) {
      const real = prototype[step] as (...args: unknown[]) => Promise<unknown>;
      vi.spyOn(prototype, step).mockImplementation(async function (this: unknown, ...args: unknown[]) {
        const result = await real.apply(this, args);
        steps.push(step);
        return result as never;
      });
    }
    const spool = await newSpool();
    await spool.append(line(ANNA, 1));
    expect(steps).toEqual(['sync', 'write', 'datasync']);
    await spool.append(line(ANNA, 2));
    expect(steps.slice(3)).toEqual(['write', 'datasync']);
    expect(keysOnDisk()).toEqual(['oAnna 1', 'oAnna 2']);
    expect(names('.log')).toHaveLength(1);
  });

  it('rejects on a full disk, leaves no half line and no crowd of files, and works again afterwards', async () => {
    const spool = await newSpool();
    await spool.append(line(ANNA, 1));
    const prototype = await handlePrototype();
    const real = prototype.write as (...args: unknown[]) => Promise<unknown>;
    const full = vi.spyOn(prototype, 'write').mockImplementation(async function (this: unknown, ...args: unknown[]) {
      await real.call(this, (args[0] as Buffer).subarray(0, 40), 0);
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    });
    for (const second of [2, 3, 4]) await expect(spool.append(line(ANNA, second))).rejects.toThrow('no space');
    full.mockRestore();
    expect(names('.log')).toHaveLength(1);
    await spool.append(line(ANNA, 5));
    expect(keysOnDisk()).toEqual(['oAnna 1', 'oAnna 5']);
    const { played, play } = player();
    await spool.replay(play);
    expect(played).toEqual(['oAnna 1', 'oAnna 5']);
    expect(await spool.broken()).toBe(0);
  });

  it('rejects where nothing can be written, and goes on once it can', async () => {
    const spool = await newSpool();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file in its place');
    await expect(spool.append(line(ANNA, 1))).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(await spool.holds(ANNA)).toBe(false);
    rmSync(folder);
    await spool.append(line(ANNA, 2));
    expect(keysOnDisk()).toEqual(['oAnna 2']);
  });

  it('writes again where another process took the file over while this one slept', async () => {
    const spool = await newSpool();
    await spool.append(line(ANNA, 1));
    const [name = ''] = names('.log');
    // What the other process does: the name changes, the file is read, played and removed.
    renameSync(join(folder, name), join(folder, '1-other.log'));
    rmSync(join(folder, '1-other.log'));
    await spool.append(line(ANNA, 2));
    expect(keysOnDisk()).toEqual(['oAnna 2']);
    expect(spool.waiting()).toBe(1);
  });
});

describe('replay', () => {
  it('plays in order and removes the file', async () => {
    const spool = await newSpool();
    for (const second of [1, 2, 3]) await spool.append(line(ANNA, second));
    const { played, play } = player();
    expect(await spool.replay(play)).toBe(3);
    expect(played).toEqual(['oAnna 1', 'oAnna 2', 'oAnna 3']);
    expect(readdirSync(folder)).toEqual([]);
    expect([await spool.holds(ANNA), spool.waiting()]).toEqual([false, 0]);
  });

  it('keeps a line until it has been played, and those behind it, but not those of others', async () => {
    const spool = await newSpool();
    for (const of of [line(ANNA, 1), line(BEN, 2), line(ANNA, 3)]) await spool.append(of);
    const { played, play } = player();
    const failing = async (of: SpoolLine): Promise<void> => {
      if (of.key === 'oAnna 1') throw new Error('its effect failed');
      await play(of);
    };
    expect(await spool.replay(failing)).toBe(1);
    expect(played).toEqual(['oBen 2']);
    expect(keysOnDisk()).toEqual(['oAnna 1', 'oAnna 3']);
    expect([await spool.holds(ANNA), await spool.holds(BEN)]).toEqual([true, false]);
    await spool.replay(play);
    expect(played).toEqual(['oBen 2', 'oAnna 1', 'oAnna 3']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps everything where the store takes nothing yet', async () => {
    const spool = await newSpool();
    for (const of of [line(ANNA, 1), line(BEN, 2)]) await spool.append(of);
    const away = vi.fn<(of: SpoolLine) => Promise<void>>().mockRejectedValue(new PlayedTooEarly());
    expect(await spool.replay(away)).toBe(0);
    expect(keysOnDisk()).toEqual(['oAnna 1', 'oBen 2']);
  });

  it('still has the line on the disk while it is being played', async () => {
    const spool = await newSpool();
    await spool.append(line(ANNA, 1));
    let during: string[] = [];
    await spool.replay(async () => {
      during = keysOnDisk();
    });
    expect(during).toEqual(['oAnna 1']);
  });

  it('sends what comes meanwhile behind', async () => {
    const spool = await newSpool();
    await spool.append(line(ANNA, 1));
    const { played, play } = player();
    await spool.replay(async (of) => {
      expect(await spool.holds(ANNA)).toBe(true);
      await spool.append(line(ANNA, 2));
      await play(of);
    });
    expect(played).toEqual(['oAnna 1']);
    expect(await spool.holds(ANNA)).toBe(true);
    await spool.replay(play);
    expect(played).toEqual(['oAnna 1', 'oAnna 2']);
  });

  it('survives appends and replays at the same time: each line once, none lost', async () => {
    const spool = await newSpool();
    const { played, play } = player();
    const wanted = Array.from({ length: 200 }, (_, i) => line(i % 2 ? ANNA : BEN, i));
    const appending = Promise.all(wanted.map((of) => spool.append(of)));
    for (let round = 0; round < 10; round += 1) await spool.replay(play);
    await appending;
    await spool.replay(play);
    expect([...played].sort()).toEqual(wanted.map((of) => of.key).sort());
  });

  it('leaves out a torn last line and sets an altered one aside', async () => {
    const good = [line(ANNA, 1), line(BEN, 3)].map((of) => codec.encode(of));
    const altered = codec.encode(line(ANNA, 2)).replace(/.(?=\n)/, (last) => (last === 'A' ? 'B' : 'A'));
    const torn = codec.encode(line(ANNA, 4)).slice(0, 50);
    const path = abandoned([]);
    writeFileSync(path, `${good[0]}${altered}${good[1]}${torn}`);
    utimesSync(path, 0, 0);
    const spool = await newSpool();
    const { played, play } = player();
    await spool.replay(play);
    expect([...played].sort()).toEqual(['oAnna 1', 'oBen 3']);
    expect(texts('.broken').filter(Boolean)).toEqual([altered.trimEnd()]);
    expect(names('.log')).toEqual([]);
    expect(await spool.broken()).toBe(1);
    expect(logged.some(({ event }) => event === 'spool.line_broken')).toBe(true);
  });
});

describe('two processes with one folder', () => {
  it('see at once what the other one holds', async () => {
    const [a, b] = [await newSpool(), await newSpool()];
    expect(await b.holds(ANNA)).toBe(false);
    await a.append(line(ANNA, 1));
    expect(await b.holds(ANNA)).toBe(true);
    await a.append(line(BEN, 2));
    expect(await b.holds(BEN)).toBe(true);
    await a.replay(async () => {});
    expect(await b.holds(ANNA)).toBe(false);
  });

  it('play the messages of one resident in order, whoever begins', async () => {
    const [a, b] = [await newSpool(), await newSpool()];
    await a.append(line(ANNA, 1));
    await b.append(line(ANNA, 2));
    await a.append(line(ANNA, 3));
    const { played, play } = player();
    for (let round = 0; round < 3; round += 1) {
      await b.replay(play);
      await a.replay(play);
    }
    expect(played).toEqual(['oAnna 1', 'oAnna 2', 'oAnna 3']);
  });

  it('never wait for each other for good', async () => {
    const [a, b] = [await newSpool(), await newSpool()];
    for (const of of [line(ANNA, 1), line(BEN, 4)]) await a.append(of);
    for (const of of [line(BEN, 2), line(ANNA, 3)]) await b.append(of);
    const { played, play } = player();
    for (let round = 0; round < 3; round += 1) await Promise.all([a.replay(play), b.replay(play)]);
    expect(played.filter((key) => key.startsWith(ANNA))).toEqual(['oAnna 1', 'oAnna 3']);
    expect(played.filter((key) => key.startsWith(BEN))).toEqual(['oBen 2', 'oBen 4']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('race for the file of a dead one: exactly one gets it', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => line(ANNA, i));
    abandoned(lines);
    const racers = await Promise.all(Array.from({ length: 4 }, newSpool));
    const { played, play } = player();
    const counts = await Promise.all(racers.map((spool) => spool.replay(play)));
    expect(played).toEqual(lines.map((of) => of.key));
    expect(counts.filter((count) => count > 0)).toEqual([20]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leave the file of a living one alone', async () => {
    const [a, b] = [await newSpool(), await newSpool()];
    await a.append(line(ANNA, 1));
    const { played, play } = player();
    await b.replay(play);
    expect(played).toEqual([]);
    expect(await a.holds(ANNA)).toBe(true);
  });

  it('take over at once what one leaves behind that was stopped in order', async () => {
    const a = await newSpool();
    await a.append(line(ANNA, 1));
    await a.close();
    expect(existsSync(folder)).toBe(true);
    const { played, play } = player();
    await (await newSpool()).replay(play);
    expect(played).toEqual(['oAnna 1']);
  });
});
