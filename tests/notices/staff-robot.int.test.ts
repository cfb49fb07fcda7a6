import { describe, expect, it } from 'vitest';
import type { StaffLine } from '../../src/notices/index.ts';
import { testDatabase } from '../support/stores.ts';
import { groupRobot, movableClock, NEVER_QUIET, noticeProcess } from './harness.ts';

const line = (n: number, over: Partial<StaffLine> = {}): StaffLine => ({
  key: `assigned:${n}`,
  kind: 'assigned',
  ref: `20260302-000${n}`,
  path: `/console/complaints/20260302-000${n}`,
  ...over,
});

async function office(quiet = NEVER_QUIET) {
  const robot = await groupRobot();
  const clock = movableClock();
  const { uri } = db();
  const staffGroup = { url: robot.url, publicUrl: 'https://town.example.cn', quiet, groupSeconds: 60 };
  const start = () => noticeProcess(uri, { clock, staffGroup });
  const one = await start();
  await one.connection.collection('staff_lines').deleteMany({});
  const tell = (given: StaffLine) => one.transact((tx) => one.notices.tellStaff(tx, given));
  return { robot, clock, one, start, tell, sweep: () => one.run('notices.staff') };
}

const database = testDatabase();
const db = () => database;

describe('the office group', () => {
  it('hears lines together once they have gathered, and each once', async () => {
    const { robot, clock, tell, sweep } = await office();
    await tell(line(1));
    await tell(line(1));
    clock.move(30_000);
    await tell(line(2));
    await sweep();
    expect(robot.heard).toEqual([]);
    clock.move(30_000);
    await sweep();
    expect(robot.heard).toHaveLength(1);
    expect(robot.heard[0]).toContain('有 2 件事');
    expect(robot.heard[0]).toContain('20260302-0001 https://town.example.cn/console/complaints/20260302-0001');
    clock.move(3_600_000);
    await tell(line(2));
    await sweep();
    expect(robot.heard).toHaveLength(1);
  });

  it('hears a failed push at once and at night; the rest waits for the morning', async () => {
    const { robot, clock, tell, sweep } = await office({ fromHour: 21, untilHour: 8 });
    clock.set('2026-03-02T15:00:00Z');
    await tell(line(1));
    await tell(line(9, { key: 'push:9', kind: 'push_failed' }));
    clock.move(120_000);
    await sweep();
    expect(robot.heard).toHaveLength(1);
    expect(robot.heard[0]).toContain('推送失败');
    expect(robot.heard[0]).not.toContain('新交办');
    clock.set('2026-03-03T00:00:30Z');
    await sweep();
    expect(robot.heard).toHaveLength(2);
    expect(robot.heard[1]).toContain('新交办');
  });

  it('hears it later where the robot refuses, and the refusal is no error of the sweep', async () => {
    const { robot, clock, tell, sweep } = await office();
    robot.state.answer = { status: 200, body: '{"errcode":45009,"errmsg":"api freq out of limit"}' };
    await tell(line(1, { urgent: true }));
    expect(await sweep()).toBe(0);
    robot.state.answer = { status: 200, body: '{"errcode":0}' };
    await sweep();
    expect(robot.heard).toHaveLength(1);
    clock.move(60_000);
    await sweep();
    expect(robot.heard).toHaveLength(2);
  });

  it('follows no redirect', async () => {
    const { robot, tell, sweep, one } = await office();
    const elsewhere = await groupRobot();
    robot.state.answer = { status: 307, body: '' };
    robot.state.headers = { Location: elsewhere.url };
    await tell(line(1, { urgent: true }));
    await sweep();
    expect(elsewhere.heard).toEqual([]);
    expect(await one.connection.collection('staff_lines').countDocuments({ state: 'owed' })).toBe(1);
  });

  it('gives up after a day', async () => {
    const { robot, clock, tell, sweep, one } = await office();
    robot.state.answer = { status: 500, body: 'no' };
    await tell(line(1));
    clock.move(25 * 3_600_000);
    await sweep();
    expect(await one.connection.collection('staff_lines').findOne({ key: 'assigned:1' })).toMatchObject({
      state: 'failed',
    });
  });

  it('hears each line once from two processes at once', async () => {
    const { robot, clock, tell, start, one } = await office();
    const other = await start();
    for (let n = 0; n < 8; n += 1) await tell(line(n));
    clock.move(61_000);
    await Promise.all([one, other, one, other].map((process) => process.run('notices.staff')));
    const told = robot.heard.join('\n').match(/console\/complaints\/\S+/g) ?? [];
    expect(told.toSorted()).toEqual([...new Set(told)].toSorted());
    expect(told).toHaveLength(8);
  });

  it('is told nothing, and nothing is kept, where the town has no group', async () => {
    const process = await noticeProcess(database.uri, { clock: movableClock() });
    await process.connection.collection('staff_lines').deleteMany({});
    await process.transact((tx) => process.notices.tellStaff(tx, line(1)));
    expect(await process.connection.collection('staff_lines').countDocuments({})).toBe(0);
  });
});
