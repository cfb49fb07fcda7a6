import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppError, systemClock } from '../../src/kernel/index.ts';
import { createLimiter } from '../../src/platform/rate-limit/index.ts';
import { createTransact } from '../../src/platform/mongo/index.ts';
import { createStaff, loginRules, type StaffApi } from '../../src/staff/index.ts';
import { ownConfig, PASSWORD, startOffice, type Office } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

const { uri, name } = testDatabase();
const client = new MongoClient(uri);
const audit = client.db(name).collection('audit_log');
afterAll(() => client.close());

let office: Office;
beforeAll(async () => {
  const threeTries = ownConfig({
    'limits.json': (limits: { rate: object }) => ({ ...limits, rate: { ...limits.rate, loginPer15Minutes: 3 } }),
  });
  office = await startOffice({ uri, env: { CONFIG_DIR: threeTries, TRUST_PROXY: 'true' } });
});

let address = 0;
/** Somewhere nobody has called from yet. */
const newPlace = () => {
  address += 1;
  return { 'X-Forwarded-For': `198.51.100.${address}` };
};
const account = async () => {
  const username = `locked${(address += 1)}`;
  const input = { username, password: PASSWORD, name: username, role: 'editor', unit: null } as const;
  return office.app.staff.create({ kind: 'system', part: 'test' }, input);
};

describe('too many wrong passwords', () => {
  it('lock the name from that address: 429 with Retry-After, for the right password too', async () => {
    const { id, username } = await account();
    const place = newPlace();
    for (let count = 0; count < 3; count += 1) {
      expect((await office.logIn(username, 'wrong-password', place)).status).toBe(401);
    }
    for (const password of ['wrong-password', PASSWORD, PASSWORD]) {
      const answer = await office.logIn(username, password, place);
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(850);
      expect(await answer.json()).toEqual({
        error: { code: 'too_many_requests', message: expect.stringMatching(/^试的次数太多，请 1[45] 分钟后再登录。$/) },
      });
    }
    const rows = await audit
      .find({ 'target.id': id, action: /^staff\.lo/ })
      .sort({ _id: 1 })
      .toArray();
    expect(rows.map((row) => row['action'])).toEqual([...Array(3).fill('staff.login_failed'), 'staff.locked']);
    // Where somebody else sits, the account works.
    expect((await office.logIn(username, PASSWORD, newPlace())).status).toBe(200);
  });

  it('count no more after a right one', async () => {
    const { username } = await account();
    const place = newPlace();
    for (let round = 0; round < 3; round += 1) {
      expect((await office.logIn(username, 'wrong-password', place)).status).toBe(401);
      expect((await office.logIn(username, 'wrong-password', place)).status).toBe(401);
      expect((await office.logIn(username, PASSWORD, place)).status).toBe(200);
    }
  });

  it('at other names go on counting for the address, whoever logs in rightly there', async () => {
    const { username } = await account();
    const place = newPlace();
    const guess = async (count: number) => (await office.logIn(`other${count}`, 'wrong-password', place)).status;
    for (let count = 0; count < 14; count += 1) expect(await guess(count)).toBe(401);
    expect((await office.logIn(username, PASSWORD, place)).status).toBe(200);
    expect([await guess(14), await guess(15)]).toEqual([401, 429]);
  });

  it('at other addresses go on counting for the name, although its owner logs in rightly', async () => {
    const { username } = await account();
    const guess = async () => (await office.logIn(username, 'wrong-password', newPlace())).status;
    for (let count = 0; count < 14; count += 1) expect(await guess()).toBe(401);
    expect((await office.logIn(username, PASSWORD, newPlace())).status).toBe(200);
    expect([await guess(), await guess()]).toEqual([401, 429]);
  });

  it('lock an unknown name in the same words, and the log of the audit does not keep it', async () => {
    const place = newPlace();
    const answers = [];
    for (let count = 0; count < 4; count += 1) {
      answers.push((await office.logIn('my-secret-password', 'x', place)).status);
    }
    expect(answers).toEqual([401, 401, 401, 429]);
    expect(JSON.stringify(await audit.find().toArray())).not.toContain('my-secret-password');
  });

  it('lock an address that tries many names', async () => {
    const place = newPlace();
    const answers = [];
    for (let count = 0; count < 16; count += 1) {
      answers.push((await office.logIn(`guess${count}`, 'wrong-password', place)).status);
    }
    expect(answers).toEqual([...Array(15).fill(401), 429]);
    const { username } = await account();
    expect((await office.logIn(username, PASSWORD, place)).status).toBe(429);
  });

  it('lock a name that is tried from many addresses', async () => {
    const { username } = await account();
    const answers = [];
    for (let count = 0; count < 16; count += 1) {
      answers.push((await office.logIn(username, 'wrong-password', newPlace())).status);
    }
    expect(answers).toEqual([...Array(15).fill(401), 429]);
  });

  it('at the own password lock that, too', async () => {
    const { username } = await account();
    const place = newPlace();
    const login = await office.logIn(username, PASSWORD, place);
    const { csrfToken } = (await login.json()) as { csrfToken: string };
    const headers = {
      ...place,
      Cookie: login.headers.getSetCookie()[0]!.split(';')[0]!,
      'X-CSRF-Token': csrfToken,
      'Content-Type': 'application/json',
    };
    const body = JSON.stringify({ current: 'wrong-password', next: '另一个很长的示例口令' });
    const answers = [];
    for (let count = 0; count < 4; count += 1) {
      answers.push((await fetch(`${office.url}/api/v1/session/password`, { method: 'PUT', headers, body })).status);
    }
    expect(answers).toEqual([400, 400, 400, 429]);
  });
});

describe('the lock', () => {
  const inAShortWindow = (): StaffApi => {
    const rules = loginRules(2);
    const short = { login: { ...rules.login, seconds: 1 }, loginName: rules.loginName, loginIp: rules.loginIp };
    return createStaff({
      connection: office.app.mongo.work,
      transact: createTransact(office.app.mongo.work),
      audit: office.app.audit,
      limiter: createLimiter({ redis: null, prefix: 'test', rules: short }),
      units: [],
      sessionHours: 1,
      clock: systemClock,
    }).api;
  };
  it('ends with its time, and then the right password works', async () => {
    const { username } = await account();
    const staff = inAShortWindow();
    const attempt = async (password: string) =>
      staff.logIn({ username, password, ip: '192.0.2.1' }).then(
        () => 'in',
        (error: unknown) => (error as AppError).code,
      );
    await expect
      .poll(async () => {
        await attempt('wrong-password');
        await attempt('wrong-password');
        return attempt(PASSWORD);
      })
      .toBe('too_many_requests');
    await expect.poll(() => attempt(PASSWORD), { timeout: 10_000, interval: 200 }).toBe('in');
  });
});
