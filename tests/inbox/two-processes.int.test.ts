import { beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { nodeStarter, type Node, type Said, witness } from './nodes.ts';

const { uri } = testDatabase();
const { start, newFolder } = nodeStarter(uri);
const seen = witness(uri);
/** Long: a machine that is too busy sends messages to the spool, which plays them later. */
const until = { timeout: 60_000, interval: 50 };

let unique = 0;
const resident = (): string => `o${String((unique += 1)).padStart(27, 'r')}`;
const message = (openid: string, text: string): Said => ({ openid, text, msgId: String((unique += 1) + 7e15) });
const textsOf = async (openid: string) => (await seen.effects([openid]))[0]?.done.map(({ text }) => text) ?? [];
const statesOf = async (openids: readonly string[]) => (await seen.rows(openids)).map((row) => row['state'] as string);

/** Resolves when every message of these residents has had its effect. */
const allDone = (openids: readonly string[], messages: number): Promise<void> =>
  vi.waitFor(async () => {
    const states = await statesOf(openids);
    expect([states.length, new Set(states)]).toEqual([messages, new Set(['done'])]);
  }, until);

describe('two processes of one host', { timeout: 90_000 }, () => {
  const dataDir = newFolder();
  let nodes: [Node, Node];
  const node = (n: number): Node => (n % 2 === 0 ? nodes[0] : nodes[1]);
  beforeAll(async () => {
    nodes = await Promise.all([start({ dataDir }), start({ dataDir })]);
  });

  it('give each message of 50 residents one effect and one answer, each delivered three times', async () => {
    const residents = Array.from({ length: 50 }, resident);
    const rounds = 4;
    let answered = 0;
    for (let round = 0; round < rounds; round += 1) {
      const answers = residents.map(async (openid, i) => {
        const said = message(openid, round % 2 === 0 ? `change ${round}` : `read ${round}`);
        const three = [i, i + 1, i].map((n) => node(n).deliver(said));
        // What was not ready in time is answered by the fixed sentence of the spool, or by `success`.
        return new Set((await Promise.all(three)).filter((answer) => answer !== null && answer !== 'kept'));
      });
      for (const distinct of await Promise.all(answers)) {
        expect(distinct.size).toBeLessThanOrEqual(1);
        answered += distinct.size;
      }
    }
    expect(answered).toBeGreaterThan(0);
    await allDone(residents, 50 * rounds);
    const effects = await seen.effects(residents);
    expect(effects).toHaveLength(50);
    for (const { done, calls } of effects) {
      expect(done.map(({ text }) => text)).toEqual(['change 0', 'change 2']);
      expect(calls).toEqual(done.map(({ key }) => key));
    }
  });

  it('leave nothing open and nothing doubled in a flat-out burst, and fail no request', async () => {
    const residents = Array.from({ length: 25 }, resident);
    const all = residents.flatMap((openid) => Array.from({ length: 8 }, (_, i) => message(openid, `burst ${i}`)));
    await Promise.all(all.flatMap((said, i) => [0, 1].map((n) => node(i + n).deliver(said))));
    await allDone(residents, all.length);
    for (const { done, calls } of await seen.effects(residents)) {
      expect(done).toHaveLength(8);
      expect(calls).toHaveLength(8);
    }
  });

  it('handle a message after the one that was answered before it was delivered', async () => {
    const openid = resident();
    const texts = Array.from({ length: 10 }, (_, i) => `step ${i}`);
    for (const [i, text] of texts.entries()) await node(i).deliver(message(openid, text));
    await allDone([openid], texts.length);
    expect(await textsOf(openid)).toEqual(texts);
  });

  it('handle a message after an earlier one whose answer is still to come', async () => {
    const slow = await start({ slowMs: 800, dataDir });
    const openid = resident();
    const first = slow.deliver(message(openid, 'first'));
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['open']), until);
    await Promise.all([first, node(0).deliver(message(openid, 'read but not before the first'))]);
    await allDone([openid], 2);
    expect(await textsOf(openid)).toEqual(['first', 'read but not before the first']);
  });
});

describe('a process killed by kill -9', { timeout: 90_000 }, () => {
  // Short, so that the tests need not wait for long; a process that is merely slow may lose its row to another here.
  const leaseMs = 1_000;
  let other: Node;
  beforeAll(async () => {
    other = await start({ sweeps: false, leaseMs });
  });

  it.each(['before', 'after'] as const)('%s its effect: a redelivery elsewhere is answered', async (hang) => {
    const dying = await start({ hang, leaseMs });
    const openid = resident();
    const said = message(openid, `hang ${hang}`);
    void dying.deliver(said);
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['open']), until);
    const effectsSoFar = hang === 'after' ? 1 : 0;
    await vi.waitFor(async () => expect(await textsOf(openid)).toHaveLength(effectsSoFar), until);
    await dying.kill();
    // The platform comes again every 5 s; the first or the second time the row is free.
    const answer = (await other.deliver(said)) ?? (await other.deliver(said));
    expect(answer).toContain('did hang');
    expect(await textsOf(openid)).toEqual([said.text]);
    expect(await statesOf([openid])).toEqual(['done']);
    // The resident has it: it is not told again.
    const [row] = await seen.rows([openid]);
    expect(row).not.toHaveProperty('tellAt');
    expect(await seen.told(openid)).toEqual([]);
  });

  it('and a sweep ends the message: a redelivery that brings the reply takes the notice away', async () => {
    const dying = await start({ hang: 'before', leaseMs });
    const openid = resident();
    const said = message(openid, 'hang once');
    void dying.deliver(said);
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['open']), until);
    await dying.kill();
    const after = await start({ leaseMs });
    await vi.waitFor(async () => expect((await seen.rows([openid]))[0]).toHaveProperty('tellAt'), until);
    expect(await after.deliver(said)).toContain('did hang once');
    expect((await seen.rows([openid]))[0]).not.toHaveProperty('tellAt');
    expect(await seen.told(openid)).toEqual([]);
  });

  it('and no redelivery: a sweep ends the message and tells the reply once', async () => {
    const dying = await start({ hang: 'before', leaseMs });
    const openid = resident();
    const said = message(openid, 'hang for good');
    void dying.deliver(said);
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['open']), until);
    await dying.kill();
    const after = await Promise.all([start({ leaseMs }), start({ leaseMs })]);
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['done']), until);
    await vi.waitFor(async () => expect(await seen.told(openid)).toHaveLength(1), until);
    expect((await seen.told(openid))[0]?.text).toContain('did hang for good');
    expect(await textsOf(openid)).toEqual([said.text]);
    // Later messages were not held up by it.
    expect(await after[0].deliver(message(openid, 'next'))).toContain('did next');
    expect(await textsOf(openid)).toEqual([said.text, 'next']);
  });

  it('is not what a long effect is taken for: its owner lives, and the message stays its own', async () => {
    const owner = await start({ slowMs: 3 * leaseMs, leaseMs, sweeps: false });
    const openid = resident();
    const said = message(openid, 'takes long');
    const answers = [owner.deliver(said)];
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['open']), until);
    answers.push(other.deliver(said));
    await Promise.all(answers);
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['done']), until);
    const [effects] = await seen.effects([openid]);
    expect(effects?.calls).toHaveLength(1);
    expect((await seen.rows([openid]))[0]).toMatchObject({ attempts: 1 });
  });

  it('holds up a later message of the same resident only until its row is taken over', async () => {
    const dying = await start({ hang: 'before', leaseMs });
    const openid = resident();
    void dying.deliver(message(openid, 'hang first'));
    await vi.waitFor(async () => expect(await statesOf([openid])).toEqual(['open']), until);
    await dying.kill();
    const second = message(openid, 'second');
    void other.deliver(second);
    await vi.waitFor(async () => expect(await textsOf(openid)).toEqual(['hang first', 'second']), until);
    expect(await other.deliver(second)).toContain('did second');
  });
});
