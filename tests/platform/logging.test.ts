import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/logging/index.ts';

const OPENID = 'oABCDEFGHIJKLMNOPQRSTUVWXYZ1';

function logged(work: (log: ReturnType<typeof createLog>) => void): { text: string; json: Record<string, unknown> } {
  let text = '';
  work(createLog({ level: 'debug', role: 'web', destination: { write: (line) => void (text += line) } }));
  return { text, json: JSON.parse(text) as Record<string, unknown> };
}

describe('a log line', () => {
  it('is JSON with time, level, role and a stable event', () => {
    expect(logged((log) => log.child({ requestId: 'r1' }).info('http', { status: 200 })).json).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      role: 'web',
      requestId: 'r1',
      event: 'http',
      status: 200,
    });
  });

  it.each(['openid', 'phone', 'text', 'content', 'query', 'url', 'token', 'password', 'cookie', 'secret'])(
    'hides a field that is called %s, also one deeper and in a child',
    (field) => {
      const { text } = logged((log) =>
        log.child({ [field]: 'leak-1' }).info('x', { [field]: 'leak-2', deep: { [field]: 'leak-3' } }),
      );
      expect(text).not.toContain('leak');
    },
  );

  it('of an error keeps kind, code and stack, and drops persons from its words, and those of its cause', () => {
    const cause = Object.assign(new Error(`E11000 dup key: { openid: "${OPENID}" }`), { code: 11_000 });
    const error = new Error(`no answer for ${OPENID}\ncall 13812345678 back`, { cause });
    const { text, json } = logged((log) => log.error('x', { err: error }));
    expect(text).not.toContain(OPENID);
    expect(text).not.toContain('13812345678');
    expect(json['err']).toMatchObject({
      type: 'Error',
      message: 'no answer for …\ncall … back',
      stack: expect.stringMatching(/^\s+at /),
      cause: { code: 11_000, message: 'E11000 …' },
    });
  });

  it('of something thrown that is no error is dropped from likewise', () => {
    expect(logged((log) => log.error('x', { err: `for ${OPENID}` })).json['err']).toEqual({ message: 'for …' });
  });
});
