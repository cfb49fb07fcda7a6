import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, fetchEcho, startContestant } from './contestants.ts';
import { closedLoop, openLoop, type Run } from './load.ts';
import { KINDS, type Kind, parcels } from './messages.ts';
import { median, percentile, spread } from './numbers.ts';
import type { Stores } from './stores.ts';

export interface WebhookPlan {
  readonly rounds: number;
  readonly messages: number;
  readonly connections: readonly number[];
  readonly openSeconds: number;
  readonly kinds: readonly Kind[];
}

interface Measured extends Run {
  readonly cpu: number;
  readonly mongo: number;
  readonly redis: number;
}

/** One line of the table: a figure of the service over the same of another, in the same round. */
export interface Line {
  readonly what: string;
  readonly figure: string;
  readonly values: readonly number[];
}

export async function benchWebhook(stores: Stores, plan: WebhookPlan): Promise<{ lines: Line[]; wrong: string[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'xiangyin-bench-'));
  const at = { redis: stores.redisUrl, dataDir };
  const modules = fetchEcho();
  const [service, floor, twin] = [
    await startContestant('service', 'service', { ...at, mongo: stores.uri('service') }),
    await startContestant('floor', 'floor', { ...at, mongo: stores.uri('floor') }),
    await startContestant('twin', 'floor', { ...at, mongo: stores.uri('twin') }),
  ];
  const echo = modules && (await startContestant('echo', 'echo', { ...at, mongo: '', modules }).catch(() => null));
  const all = [service, floor, twin, ...(echo ? [echo] : [])];
  const idle = await idleRate(stores);
  const wrong: string[] = [];

  const measure = async (who: Contestant, run: () => Promise<Run>): Promise<Measured> => {
    const [used, read] = [await who.usage(), await stores.read()];
    const done = await run();
    const [usedNow, readNow] = [await who.usage(), await stores.read()];
    if (who === service) wrong.push(...done.wrong);
    return {
      ...done,
      cpu: (usedNow.cpu - used.cpu + readNow.cpu - read.cpu) / done.messages,
      mongo: (readNow.mongo - read.mongo - idle.mongo * done.seconds) / done.messages,
      redis: (readNow.redis - read.redis - idle.redis * done.seconds) / done.messages,
    };
  };
  const round = async (kind: Kind, connections: number): Promise<Map<string, Measured>> => {
    const found = new Map<string, Measured>();
    for (const who of shuffled(all)) {
      const lines = parcels(kind, { connections, messages: plan.messages });
      found.set(who.name, await measure(who, () => closedLoop(who.url, lines, who === service)));
    }
    return found;
  };

  const lines: Line[] = [];
  try {
    for (const who of all)
      await closedLoop(who.url, parcels('mix', { connections: 16, messages: 1_000 }), who === service);
    for (const connections of plan.connections) {
      for (const kind of plan.kinds) {
        const rounds: Map<string, Measured>[] = [];
        for (let n = 0; n < plan.rounds; n += 1) rounds.push(await round(kind, connections));
        lines.push(...linesOf(`${kind}, ${connections} connections`, rounds));
        process.stderr.write(`${kind}, ${connections} connections: done\n`);
      }
    }
    lines.push(...(await openLines(plan, { all, measure })));
  } finally {
    for (const who of all) who.end();
    rmSync(dataDir, { recursive: true, force: true });
    if (modules) rmSync(modules, { recursive: true, force: true });
  }
  return { lines, wrong };
}

function linesOf(what: string, rounds: readonly Map<string, Measured>[]): Line[] {
  const figure = (name: string, of: (run: Measured) => number): number[] =>
    rounds.flatMap((round) => {
      const run = round.get(name);
      return run ? [of(run)] : [];
    });
  const rate = (run: Measured): number => run.messages / run.seconds;
  const over = (one: string, other: string, of: (run: Measured) => number): number[] => {
    const [a, b] = [figure(one, of), figure(other, of)];
    return b.length === 0 ? [] : a.map((value, n) => value / (b[n] ?? Number.NaN));
  };
  return [
    { what, figure: 'messages/s over the twin', values: over('service', 'twin', rate) },
    { what, figure: 'noise: floor over twin', values: over('floor', 'twin', rate) },
    { what, figure: 'over co-wechat', values: over('service', 'echo', rate) },
    { what, figure: 'CPU over the twin', values: over('service', 'twin', (run) => run.cpu) },
    { what, figure: 'CPU ms a message', values: figure('service', (run) => run.cpu * 1_000) },
    { what, figure: 'MongoDB commands a message', values: figure('service', (run) => run.mongo) },
    { what, figure: 'Redis commands a message', values: figure('service', (run) => run.redis) },
  ];
}

async function openLines(
  plan: WebhookPlan,
  of: {
    all: readonly Contestant[];
    measure: (who: Contestant, run: () => Promise<Run>) => Promise<Measured>;
  },
): Promise<Line[]> {
  const what = 'mix, 200 messages/s';
  const seen = new Map<string, number[]>();
  for (let n = 0; n < plan.rounds; n += 1) {
    for (const who of shuffled(of.all)) {
      const messages = plan.openSeconds * 200;
      // One resident a line: whoever waits is waited for by nobody.
      const lines = parcels('search', { connections: messages, messages });
      const run = await of.measure(who, () => openLoop(who.url, lines.flat(), 200));
      seen.set(who.name, [...(seen.get(who.name) ?? []), percentile(run.latencies, 0.99)]);
    }
  }
  const [service = [], floor = []] = [seen.get('service'), seen.get('twin')];
  return [
    { what, figure: 'p99 over the twin', values: service.map((value, n) => value / (floor[n] ?? Number.NaN)) },
    { what, figure: 'p99 ms', values: service },
  ];
}

/** Commands a second while nobody writes: sweeps, and the stores themselves. */
async function idleRate(stores: Stores): Promise<{ mongo: number; redis: number }> {
  const seconds = 3;
  const before = await stores.read();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const after = await stores.read();
  return { mongo: (after.mongo - before.mongo) / seconds, redis: (after.redis - before.redis) / seconds };
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

export const WEBHOOK_KINDS: readonly Kind[] = KINDS;
export const summary = (line: Line): string => `${median(line.values).toFixed(2)} (${spread(line.values)})`;
