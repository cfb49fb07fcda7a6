import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/platform/config/index.ts';
import { isQuiet, staffMessage, type StaffLine } from '../../src/notices/staff-line.ts';

const URL = 'https://town.example.cn';
/** An instant at this hour in China. */
const at = (hour: number): Date => new Date(Date.UTC(2026, 1, 10, hour - 8, 30));
const lines = (count: number, kind: StaffLine['kind'] = 'assigned') =>
  Array.from({ length: count }, (_, i) => ({
    kind,
    ref: `20260210-${String(i).padStart(4, '0')}`,
    path: `/console/complaints/20260210-${String(i).padStart(4, '0')}`,
  }));

describe('the message to the office group', () => {
  it('groups by what the lines are, most pressing first, with number and link alone', () => {
    const text = staffMessage([...lines(2), ...lines(1, 'push_failed')], URL);
    expect(text).toBe(
      [
        '有 3 件事等您处理：',
        '',
        '【推送失败，请马上处理】1 件',
        `20260210-0000 ${URL}/console/complaints/20260210-0000`,
        '',
        '【新交办】2 件',
        `20260210-0000 ${URL}/console/complaints/20260210-0000`,
        `20260210-0001 ${URL}/console/complaints/20260210-0001`,
      ].join('\n'),
    );
  });
  it('fits the robot’s 2,048 bytes with any number of lines and counts what it left out', () => {
    for (const count of [1, 20, 25, 200]) {
      const text = staffMessage([...lines(count), ...lines(count, 'due_tomorrow')], URL);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048);
      const shown = text.match(/console\/complaints/g)?.length ?? 0;
      const left = /还有 (\d+) 件/.exec(text)?.[1] ?? '0';
      expect(shown + Number(left)).toBe(2 * count);
    }
  });
});

describe('quiet hours', () => {
  it.each([
    [21, 8, 23, true],
    [21, 8, 3, true],
    [21, 8, 8, false],
    [21, 8, 20, false],
    [12, 14, 13, true],
    [12, 14, 14, false],
    [0, 0, 3, false],
  ])('from %i until %i, at %i o’clock: %s', (fromHour, untilHour, hour, quiet) => {
    expect(isQuiet({ fromHour, untilHour }, at(hour))).toBe(quiet);
  });
});

describe('the address of the group robot', () => {
  const problems = (url: string): string => {
    try {
      loadConfig({ STAFF_WEBHOOK_URL: url });
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.filter((line) => line.includes('STAFF_WEBHOOK')).join();
    }
    return '';
  };
  it.each([
    'http://robot.example.cn/send?key=1',
    'http://127.0.0.1.example.cn/',
    'ftp://robot.example.cn/',
    'no-address',
  ])('is refused as %s, without being repeated', (url) => {
    expect(problems(url)).toContain('STAFF_WEBHOOK_URL');
    expect(problems(url)).not.toContain(url);
  });
  it.each(['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1', 'http://127.0.0.1:8080/send'])(
    'may be %s',
    (url) => {
      expect(problems(url)).toBe('');
    },
  );
});
