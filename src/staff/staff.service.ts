import { AppError, newPlainCode, newToken, sha256Hex, type Clock } from '../kernel/index.ts';
import { staffActor, type Actor, type AuditRecorder } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { isDuplicateKey, type Transact, type Tx } from '../platform/mongo/index.ts';
import type { Limiter } from '../platform/rate-limit/index.ts';
import { hashPassword, isPassword } from './passwords.ts';
import type { Role } from './policy.ts';
import type { StaffMember } from './staff.ts';
import type { StaffChange, StaffStore } from './staff.store.ts';

/** Ten minutes to walk from the screen to the phone. */
const BIND_CODE_MS = 600_000;

export interface StartedSession {
  readonly token: string;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  readonly staff: StaffMember;
}

export interface StaffServiceDeps {
  readonly store: StaffStore;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly limiter: Limiter<'login' | 'loginIp'>;
  readonly units: readonly { code: string; name: string }[];
  readonly sessionHours: number;
  readonly clock: Clock;
}

export interface StaffService {
  logIn(input: { username: string; password: string; ip: string }): Promise<StartedSession>;
  logOut(token: string, caller: Caller): Promise<void>;
  /** Who this session token belongs to; null for an unknown, ended or disabled one. */
  sessionOf(token: string): Promise<{ caller: Caller; csrfToken: string } | null>;
  changeOwnPassword(caller: Caller, input: { current: string; next: string; ip: string }): Promise<StartedSession>;
  newBindCode(caller: Caller): Promise<string>;
  /** Binds a phone to the account that the code was made for; answers its name, null for a wrong or old code. */
  redeemBindCode(code: string, openid: string): Promise<string | null>;
  /** The phone of an account for previews. */
  phoneOf(staffId: string): Promise<string | null>;
  create(
    actor: Actor,
    input: { username: string; password: string; name: string; role: Role; unit: string | null },
  ): Promise<StaffMember>;
  change(actor: Actor, id: string, change: StaffChange & { password?: string }): Promise<StaffMember>;
  list(after: string | undefined, limit: number): Promise<StaffMember[]>;
  byUsername(username: string): Promise<StaffMember | null>;
}

export function createStaffService(deps: StaffServiceDeps): StaffService {
  const { store, audit, transact, limiter, clock } = deps;

  const startSession = async (staff: StaffMember): Promise<StartedSession> => {
    const now = clock.now();
    const started = {
      token: newToken(32),
      csrfToken: newToken(24),
      expiresAt: new Date(now.getTime() + deps.sessionHours * 3_600_000),
      staff,
    };
    const { csrfToken, expiresAt } = started;
    await store.addSession({ hash: sha256Hex(started.token), staffId: staff.id, csrfToken, createdAt: now, expiresAt });
    return started;
  };

  const takeAttempt = async (username: string, ip: string): Promise<void> => {
    const taken = await Promise.all([limiter.take('login', `${username}|${ip}`), limiter.take('loginIp', ip)]);
    for (const one of taken) {
      if (one.ok) continue;
      const minutes = Math.ceil(one.retryAfterSeconds / 60);
      throw new AppError('too_many_requests', {
        message: `试的次数太多，请 ${minutes} 分钟后再登录。`,
        retryAfterSeconds: one.retryAfterSeconds,
      });
    }
  };

  const checkUnit = (role: Role, unit: string | null): void => {
    if (unit !== null && !deps.units.some((known) => known.code === unit)) {
      throw new AppError('invalid_input', { message: '没有这个站所，请从列表里选。' });
    }
    if (role === 'clerk' && unit === null) {
      throw new AppError('invalid_input', { message: '站所经办人要选一个站所。' });
    }
  };

  const keepAnAdmin = async (tx: Tx): Promise<void> => {
    if ((await store.countActive(tx, 'admin')) === 0) {
      throw new AppError('wrong_state', { message: '至少要留一个能用的管理员账号。' });
    }
  };

  return {
    logIn: async ({ username, password, ip }) => {
      const name = username.toLowerCase();
      await takeAttempt(name, ip);
      const found = await store.byUsername(name);
      const right = await isPassword(found?.passwordHash, password);
      if (!found || !right || found.disabled) throw new AppError('wrong_credentials');
      await limiter.clear('login', `${name}|${ip}`);
      await transact((tx) => audit.record(tx, { action: 'staff.login', actor: staffActor(found) }));
      return startSession(found);
    },
    logOut: async (token, caller) => {
      await store.endSession(sha256Hex(token));
      await transact((tx) => audit.record(tx, { action: 'staff.logout', actor: staffActor(caller) }));
    },
    sessionOf: async (token) => {
      const session = await store.session(sha256Hex(token), clock.now());
      const staff = session ? await store.byId(session.staffId) : null;
      if (!session || !staff || staff.disabled) return null;
      const { id, username, name, role, unit } = staff;
      return { caller: { id, username, name, role, unit }, csrfToken: session.csrfToken };
    },
    changeOwnPassword: async (caller, { current, next, ip }) => {
      await takeAttempt(caller.username, ip);
      const found = await store.byId(caller.id);
      if (!(await isPassword(found?.passwordHash, current)) || !found) {
        throw new AppError('wrong_credentials', { message: '现在的密码不对。' });
      }
      const passwordHash = await hashPassword(next);
      await transact(async (tx) => {
        await store.change(tx, found.id, { passwordHash });
        await store.endSessionsOf(found.id, tx);
        await audit.record(tx, {
          action: 'staff.password',
          actor: staffActor(found),
          target: { kind: 'staff', id: found.id },
        });
      });
      return startSession(found);
    },
    newBindCode: async (caller) => {
      const code = newPlainCode(8);
      await store.addBindCode(code, caller.id, new Date(clock.now().getTime() + BIND_CODE_MS));
      return code;
    },
    redeemBindCode: async (code, openid) => {
      const staffId = await store.takeBindCode(code.toUpperCase(), clock.now());
      if (!staffId) return null;
      return transact(async (tx) => {
        const staff = await store.change(tx, staffId, { openid });
        if (!staff) return null;
        await audit.record(tx, {
          action: 'staff.bind',
          actor: staffActor(staff),
          target: { kind: 'staff', id: staffId },
        });
        return staff.name;
      });
    },
    phoneOf: async (staffId) => (await store.byId(staffId))?.openid ?? null,
    create: async (actor, { username, password, name, role, unit }) => {
      checkUnit(role, unit);
      const passwordHash = await hashPassword(password);
      try {
        return await transact(async (tx) => {
          const added = await store.insert(tx, { username, name, role, unit, passwordHash, createdAt: clock.now() });
          await audit.record(tx, {
            action: 'staff.create',
            actor,
            target: { kind: 'staff', id: added.id },
            after: role,
          });
          return added;
        });
      } catch (error) {
        if (isDuplicateKey(error)) throw new AppError('already_exists', { message: '这个用户名已经有了。' });
        throw error;
      }
    },
    change: async (actor, id, { password, ...change }) => {
      const passwordHash = password === undefined ? undefined : await hashPassword(password);
      return transact(async (tx) => {
        const before = await store.byId(id, tx);
        if (!before) throw new AppError('not_found');
        checkUnit(change.role ?? before.role, change.unit === undefined ? before.unit : change.unit);
        const after = await store.change(tx, id, {
          ...change,
          ...(passwordHash === undefined ? {} : { passwordHash }),
        });
        if (!after) throw new AppError('not_found');
        if (before.role === 'admin') await keepAnAdmin(tx);
        if (after.disabled || passwordHash !== undefined || after.role !== before.role)
          await store.endSessionsOf(id, tx);
        await audit.record(tx, {
          action: 'staff.change',
          actor,
          target: { kind: 'staff', id },
          before: `${before.role}/${before.unit ?? '-'}/${before.disabled ? 'disabled' : 'active'}`,
          after: `${after.role}/${after.unit ?? '-'}/${after.disabled ? 'disabled' : 'active'}`,
          facts: { password: passwordHash !== undefined },
        });
        return after;
      });
    },
    list: (after, limit) => store.list(after, limit),
    byUsername: (username) => store.byUsername(username.toLowerCase()),
  };
}
