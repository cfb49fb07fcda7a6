import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { environment, PASSWORD, temporaryFolder } from '../support/office.ts';
import { ROOT } from '../support/project-files.ts';
import { bareDatabase, testDatabase } from '../support/stores.ts';

const { uri, name } = testDatabase();
const fresh = bareDatabase();
const client = new MongoClient(uri);
const db = client.db(name);
afterAll(() => client.close());

/** `npm run staff -- …`, from the source, with `input` on standard input. */
async function staff(args: readonly string[], input = '', on = uri) {
  const env = { PATH: process.env.PATH, ...environment({ MONGODB_URI: on, DATA_DIR: temporaryFolder() }) };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/app/cli/staff.ts', ...args], { cwd: ROOT, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

describe('npm run staff', { timeout: 120_000 }, () => {
  it('creates the first administrator, lists, changes the password, and keeps the last administrator', async () => {
    const made = await staff(['create', 'chief', '--role', 'admin', '--name', '主任'], `${PASSWORD}\n`);
    expect(made).toEqual({ code: 0, stdout: 'created chief (admin)\n', stderr: '' });
    const before = await db.collection('staff').findOne({ username: 'chief' });
    // What production pays: 64 MiB, 3 passes, 4 lanes.
    expect(before?.['passwordHash']).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$/);
    expect(await staff(['list'])).toMatchObject({ code: 0, stdout: 'chief\tadmin\t管理员\t-\t主任\tactive\n' });
    expect(await staff(['password', 'chief'], '另一个很长的示例口令\n')).toMatchObject({ code: 0 });
    const after = await db.collection('staff').findOne({ username: 'chief' });
    expect(after?.['passwordHash']).not.toBe(before?.['passwordHash']);
    expect(await staff(['disable', 'chief'])).toEqual({
      code: 1,
      stdout: '',
      stderr: '至少要留一个能用的管理员账号。\n',
    });
    const rows = await db.collection('audit_log').find().sort({ _id: 1 }).toArray();
    expect(rows.map((row) => [row['action'], row['actor'].part])).toEqual([
      ['staff.create', 'command line'],
      ['staff.change', 'command line'],
    ]);
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
  });

  it.each([
    ['no such command', ['remove', 'x'], '', 2, 'npm run staff -- create'],
    ['an option it does not know', ['create', 'x', '--admin'], '', 2, 'npm run staff -- create'],
    ['no password', ['create', 'x2', '--role', 'editor'], '', 1, 'password: 8 to 200 characters'],
    ['a name with a space', ['create', 'x 2', '--role', 'editor'], `${PASSWORD}\n`, 1, 'username: 用户名用 2 到 32 位'],
    ['a clerk without a unit', ['create', 'x2', '--role', 'clerk'], `${PASSWORD}\n`, 1, '站所经办人要选一个站所。'],
    ['nobody of that name', ['disable', 'nobody'], '', 1, '没有这个用户：nobody'],
  ])('says what is wrong: %s', async (_, args, input, code, words) => {
    const got = await staff(args, input);
    expect([got.code, got.stdout]).toEqual([code, '']);
    expect(got.stderr).toContain(words);
    expect(got.stderr).not.toMatch(/^\s+at /m);
    expect(await db.collection('staff').countDocuments({ username: /^x/ })).toBe(0);
  });

  it('writes nothing into a database that was not migrated', async () => {
    const got = await staff(['create', 'chief', '--role', 'admin'], `${PASSWORD}\n`, fresh.uri);
    expect(got.code).toBe(1);
    expect(got.stderr).toContain('请先运行 npm run migrate');
    expect(got.stderr).toContain('collection staff is missing');
  });
});
