import { type Clerk, logIn } from './office.ts';
import { held } from './stage.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
  readonly role: string;
  readonly unit: string | null;
}

/** Codes and names as the service gives them to screens (`GET /meta`). */
export interface Meta {
  readonly account: string;
  readonly units: readonly { readonly code: string; readonly name: string }[];
  readonly villages: readonly { readonly code: string; readonly name: string }[];
  readonly categories: readonly { readonly code: string; readonly name: string }[];
}

export interface Office {
  readonly meta: Meta;
  readonly accounts: readonly Account[];
  /** By username. */
  readonly clerk: (username: string) => Clerk;
}

/** One of each role, and a second leader: nobody approves what they wrote. */
const ROLES = [
  ['editor', 'editor', '示例信息员'],
  ['dispatcher', 'dispatcher', '示例党政办'],
  ['leader', 'leader', '示例分管领导甲'],
  ['leader2', 'leader', '示例分管领导乙'],
  ['clerk', 'clerk', '示例经办人'],
  ['discipline', 'discipline', '示例纪委'],
  ['supervisor', 'supervisor', '示例督查'],
] as const;

/** The unit that the demo's clerk works for, where the town has it. */
const CLERK_UNIT = '林业站';

/** The administrator logs in, opens the other accounts where they are missing, and everybody logs in. */
export async function openOffice(web: string, password: string): Promise<Office> {
  const admin = await logIn(web, 'admin', password);
  held(admin !== null, 'the administrator cannot log in; start again with --fresh');
  const meta = await admin.get<Meta>('/meta');
  const unit = (meta.units.find(({ name }) => name === CLERK_UNIT) ?? meta.units[0])?.code ?? null;
  const accounts: Account[] = [{ username: 'admin', password, role: 'admin', unit: null }];
  const clerks = new Map([['admin', admin]]);
  for (const [username, role, name] of ROLES) {
    const account = { username, password, role, unit: role === 'clerk' ? unit : null };
    const made = await admin.ask('POST', '/staff', { ...account, name });
    held(made.status === 201 || made.code === 'already_exists', `account ${username}: ${made.status} ${made.message}`);
    const clerk = await logIn(web, username, password);
    held(clerk !== null, `${username} cannot log in; start again with --fresh`);
    accounts.push(account);
    clerks.set(username, clerk);
  }
  return {
    meta,
    accounts,
    clerk: (username) => {
      const clerk = clerks.get(username);
      if (clerk === undefined) throw new Error(`no account ${username}`);
      return clerk;
    },
  };
}
