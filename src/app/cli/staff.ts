import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { AppError } from '../../kernel/index.ts';
import { MIN_PASSWORD, ROLE_NAMES, ROLES, type Role, type StaffApi } from '../../staff/index.ts';
import { runCommand } from './command.ts';
import { withApp } from './with-app.ts';

const USAGE = `npm run staff -- create <username> --role <role> [--unit <unit>] [--name <name>]   (password on standard input)
npm run staff -- list
npm run staff -- disable <username>
npm run staff -- password <username>   (password on standard input)
roles: ${ROLES.join(' ')}`;

const ACTOR = { kind: 'system', part: 'command line' } as const;

/** `npm run staff`: accounts from the command line, for the first administrator and for emergencies. */
runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { role: { type: 'string' }, unit: { type: 'string' }, name: { type: 'string' } },
  });
  const [verb, username] = positionals;
  if (verb !== 'list' && (!username || !['create', 'disable', 'password'].includes(verb ?? ''))) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  return withApp(async ({ staff }) => {
    if (verb === 'list') return list(staff);
    if (verb === 'create') return create(staff, username ?? '', values);
    const found = await staff.byUsername(username ?? '');
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

async function create(
  staff: StaffApi,
  username: string,
  values: { role?: string | undefined; unit?: string | undefined; name?: string | undefined },
): Promise<number> {
  const role = ROLES.find((candidate) => candidate === values.role);
  if (!role) throw new AppError('invalid_input', { message: `--role must be one of: ${ROLES.join(' ')}` });
  if (!/^[a-z0-9_.-]{2,32}$/.test(username)) {
    throw new AppError('invalid_input', { message: 'username: 2–32 small letters, digits, _ . -' });
  }
  const password = await readPassword();
  const name = values.name ?? defaultName(role);
  const made = await staff.create(ACTOR, { username, password, name, role, unit: values.unit ?? null });
  console.log(`created ${made.username} (${made.role})`);
  return 0;
}

function defaultName(role: Role): string {
  return ROLE_NAMES[role];
}

async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('password: ');
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    if (line.length >= MIN_PASSWORD) return line;
    break;
  }
  throw new AppError('invalid_input', {
    message: `password: at least ${MIN_PASSWORD} characters, as one line on standard input`,
  });
}
