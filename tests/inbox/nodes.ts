import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { later } from '../support/later.ts';

export interface NodeOptions {
  readonly uri: string;
  readonly dataDir: string;
  /** Stands still at messages with `hang` in them: after the claim and before the effect, or after the effect. */
  readonly hang?: 'before' | 'after';
  readonly slowMs?: number;
  readonly leaseMs?: number;
  readonly sweeps?: boolean;
  /** False: it is ready although MongoDB is away. */
  readonly waitForMongo?: boolean;
}

export interface Said {
  readonly openid: string;
  readonly msgId: string;
  readonly text: string;
}

export interface ToNode {
  readonly id: number;
  readonly said: Said;
}

interface FromNode {
  readonly id: number;
  readonly reply?: string | null;
  readonly error?: string;
}

/** A process with a mailbox of its own (node.ts). */
export interface Node {
  readonly child: ChildProcess;
  /** What the resident is shown; null = `success`; rejects where the platform would be answered 500. */
  deliver(said: Said): Promise<string | null>;
  /** kill -9. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('./node.ts', import.meta.url));

export async function startNode(options: NodeOptions): Promise<Node> {
  const child = fork(SCRIPT, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] });
  const waiting = new Map<number, (answer: FromNode) => void>();
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the node ended: ${signal ?? code}`)));
    child.on('message', (message: 'ready' | FromNode) => {
      if (message === 'ready') resolve();
      else waiting.get(message.id)?.(message);
    });
  });
  ready.catch(() => undefined);
  let last = 0;
  await ready;
  return {
    child,
    deliver: async (said) => {
      last += 1;
      const id = last;
      const answered = new Promise<FromNode>((resolve) => waiting.set(id, resolve));
      child.send({ id, said } satisfies ToNode);
      const { reply = null, error } = await answered;
      if (error !== undefined) throw new Error(error);
      return reply;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Starts nodes on `uri` and ends them after the file's tests. */
export function nodeStarter(uri: string) {
  const started: Node[] = [];
  const folders: string[] = [];
  later(async () => {
    await Promise.all(started.map((node) => node.kill()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'xiangyin-inbox-'));
    folders.push(folder);
    return folder;
  };
  const start = async (options: Partial<NodeOptions> = {}): Promise<Node> => {
    const node = await startNode({ uri, dataDir: options.dataDir ?? newFolder(), ...options });
    started.push(node);
    return node;
  };
  return { start, newFolder };
}

export interface Effects {
  readonly _id: string;
  readonly done: readonly { readonly key: string; readonly text: string }[];
  readonly calls: readonly string[];
}

export interface Told {
  readonly key: string;
  readonly openid: string;
  readonly text: string;
  readonly times: number;
}

/** What the nodes did, read behind their back. */
export function witness(uri: string) {
  const client = new MongoClient(uri);
  later(() => client.close());
  const db = client.db();
  return {
    effects: (openids: readonly string[]) =>
      db
        .collection<Effects>('effects')
        .find({ _id: { $in: [...openids] } })
        .toArray(),
    told: (openid: string) => db.collection<Told>('told').find({ openid }).toArray(),
    rows: (openids: readonly string[]) =>
      db
        .collection('inbox')
        .find({ openid: { $in: [...openids] } })
        .toArray(),
  };
}
