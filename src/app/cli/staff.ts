import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { AppError } from '../../kernel/index.ts';
import { createStaffBody, MAX_PASSWORD, MIN_PASSWORD, ROLE_NAMES, ROLES, type StaffApi } from '../../staff/index.ts';
import { createOffice } from '../office.ts';
import { runCommand } from './command.ts';
import { withGround } from './with-ground.ts';

const USAGE = `npm run staff -- create <username> --role <role> [--unit <unit>] [--name <name>]   (password on standard input)
npm run staff -- list
npm run staff -- disable <username>
npm run staff -- password <username>   (password on standard input)
roles: ${ROLES.join(' ')}`;

const ACTOR = { kind: 'system', part: 'command line' } as const;

/** `npm run staff`: accounts from the command line, for the first administrator and for emergencies. */
runCommand(async (args) => {
  const asked = readArguments(args);
  if (!asked) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { verb, username, values } = asked;
  return withGround(async (ground) => {
    const { staff } = createOffice(ground);
    if (verb === 'list') return list(staff);
    if (verb === 'create') return create(staff, username, values);
    const found = await staff.byUsername(username);
    if (!found) throw new AppError('not_found', { message: `没有这个用户：${username}` });
    const change = verb === 'disable' ? { disabled: true } : { password: await readPassword() };
    await staff.change(ACTOR, found.id, change);
    console.log(
      verb === 'disable'
        ? `disabled ${found.username}`
        : `password of ${found.username} changed; all its sessions ended`,
    );
    return 0;
  });
});

type Values = Readonly<Record<'role' | 'unit' | 'name', string | undefined>>;

/** What was asked for; null where it is none of the four. */
function readArguments(args: string[]): { verb: string; username: string; values: Values } | null {
  try {
    const options = { role: { type: 'string' }, unit: { type: 'string' }, name: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    const [verb = '', username = '', ...more] = positionals;
    const { role, unit, name } = values;
    const known =
      verb === 'list' ? username === '' : username !== '' && ['create', 'disable', 'password'].includes(verb);
    return known && more.length === 0 ? { verb, username, values: { role, unit, name } } : null;
  } catch {
    return null;
  }
}

async function list(staff: StaffApi): Promise<number> {
  for (let after: string | undefined; ; ) {
    const page = await staff.list(after, 100);
    for (const one of page) {
      console.log(
        [
          one.username,
          one.role,
          ROLE_NAMES[one.role],
          one.unit ?? '-',
          one.name,
          one.disabled ? 'disabled' : 'active',
        ].join('\t'),
      );
    }
    after = page.at(-1)?.username;
    if (page.length < 100) return 0;
  }
}

async function create(staff: StaffApi, username: string, values: Values): Promise<number> {
  const role = ROLES.find((candidate) => candidate === values.role);
  if (!role) throw new AppError('invalid_input', { message: `--role must be one of: ${ROLES.join(' ')}` });
  const name = values.name ?? ROLE_NAMES[role];
  const password = await readPassword();
  const input = createStaffBody.safeParse({ username, password, name, role, unit: values.unit ?? null });
  if (!input.success) {
    const problems = input.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new AppError('invalid_input', { message: problems.join('\n') });
  }
  const made = await staff.create(ACTOR, input.data);
  console.log(`created ${made.username} (${made.role})`);
  return 0;
}

async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('password: ');
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    if (line.length >= MIN_PASSWORD && line.length <= MAX_PASSWORD) return line;
    break;
  }
  throw new AppError('invalid_input', {
    message: `password: ${MIN_PASSWORD} to ${MAX_PASSWORD} characters, as one line on standard input`,
  });
}
