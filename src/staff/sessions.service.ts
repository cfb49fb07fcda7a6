import { AppError, newPlainCode, newToken, sha256Hex, type Clock } from '../kernel/index.ts';
import { staffActor, type AuditRecorder } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import { createLoginGate, type LoginAttempt, type LoginLimiter } from './login-limits.ts';
import type { Passwords } from './passwords.ts';
import { isGuessable, type StaffMember } from './staff.ts';
import type { StaffStore } from './staff.store.ts';

/** Ten minutes to walk from the screen to the phone. */
const BIND_CODE_MS = 600_000;

export interface StartedSession {
  readonly token: string;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  readonly staff: StaffMember;
}

export interface SessionDeps {
  readonly store: StaffStore;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly limiter: LoginLimiter;
  readonly passwords: Passwords;
  readonly sessionHours: number;
  readonly clock: Clock;
}

export interface SessionService {
  /** Throws wrong_credentials, the same for an unknown name, a wrong password and a disabled account. */
  logIn(input: { username: string; password: string; ip: string }): Promise<StartedSession>;
  logOut(token: string, caller: Caller): Promise<void>;
  /** Who this session token belongs to; null for an unknown, ended or disabled one. */
  sessionOf(token: string): Promise<{ caller: Caller; csrfToken: string } | null>;
  /** Ends all sessions of the account and starts a new one. */
  changeOwnPassword(caller: Caller, input: { current: string; next: string; ip: string }): Promise<StartedSession>;
  newBindCode(caller: Caller): Promise<string>;
  /** Binds a phone to the account that the code was made for; answers its name, null for a wrong or old code. */
  redeemBindCode(code: string, openid: string): Promise<string | null>;
}

/** Logging in and out, the own password, the own phone. */
export function createSessionService(deps: SessionDeps): SessionService {
  const { store, audit, transact, passwords, clock } = deps;
  const gate = createLoginGate(deps.limiter);
  const system = { kind: 'system', part: 'login' } as const;

  /** The name that was typed may be a password by mistake: only an account that exists is named. */
  const recordRefusal = async (action: string, found: StaffMember | null, why: string): Promise<void> => {
    const target = found ? { target: { kind: 'staff', id: found.id } } : {};
    await transact((tx) => audit.record(tx, { action, actor: system, ...target, facts: { why } }));
  };

  const enter = async (attempt: LoginAttempt): Promise<void> => {
    const refusal = await gate.take(attempt);
    if (!refusal) return;
    if (refusal.first) await recordRefusal('staff.locked', await store.byUsername(attempt.username), refusal.limit);
    throw refusal.error;
  };

  const startSession = async (tx: Tx, staff: StaffMember): Promise<StartedSession> => {
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + deps.sessionHours * 3_600_000);
    const started = { token: newToken(32), csrfToken: newToken(24), expiresAt, staff };
    const { csrfToken } = started;
    const hash = sha256Hex(started.token);
    await store.addSession(tx, { hash, staffId: staff.id, csrfToken, createdAt: now, expiresAt });
    return started;
  };

  return {
    logIn: async ({ username, password, ip }) => {
      const attempt = { username: username.toLowerCase(), ip };
      await enter(attempt);
      const found = await store.byUsername(attempt.username);
      const right = await passwords.isPassword(found?.passwordHash, password);
      const started =
        found && right
          ? await transact(async (tx) => {
              // Disabled, or the password changed since: nothing was right after all.
              if (!(await store.markLogin(tx, found.id, found.passwordHash, clock.now()))) return null;
              await audit.record(tx, { action: 'staff.login', actor: staffActor(found) });
              return startSession(tx, found);
            })
          : null;
      if (!started) {
        await recordRefusal('staff.login_failed', found, found?.disabled ? 'disabled' : 'wrong');
        throw new AppError('wrong_credentials');
      }
      await gate.wasRight(attempt);
      return started;
    },
    logOut: async (token, caller) =>
      transact(async (tx) => {
        await store.endSession(tx, sha256Hex(token));
        await audit.record(tx, { action: 'staff.logout', actor: staffActor(caller) });
      }),
    sessionOf: async (token) => {
      const session = await store.session(sha256Hex(token), clock.now());
      const staff = session ? await store.byId(session.staffId) : null;
      if (!session || !staff || staff.disabled) return null;
      const { id, username, name, role, unit } = staff;
      return { caller: { id, username, name, role, unit }, csrfToken: session.csrfToken };
    },
    changeOwnPassword: async (caller, { current, next, ip }) => {
      const attempt = { username: caller.username, ip };
      await enter(attempt);
      const found = await store.byId(caller.id);
      if (!(await passwords.isPassword(found?.passwordHash, current)) || !found) {
        await recordRefusal('staff.password_failed', found, 'wrong');
        throw new AppError('invalid_input', { message: '现在的密码不对。', details: [{ path: 'current' }] });
      }
      await gate.wasRight(attempt);
      checkNewPassword(found.username, next);
      if (next === current) throw new AppError('invalid_input', { message: '新密码要和现在的不一样。' });
      const passwordHash = await passwords.hash(next);
      return transact(async (tx) => {
        await store.change(tx, found.id, { passwordHash });
        await store.endSessionsOf(tx, found.id);
        const target = { kind: 'staff', id: found.id };
        await audit.record(tx, { action: 'staff.password', actor: staffActor(found), target });
        return startSession(tx, found);
      });
    },
    newBindCode: async (caller) => {
      const code = newPlainCode(8);
      await transact((tx) => store.setBindCode(tx, code, caller.id, new Date(clock.now().getTime() + BIND_CODE_MS)));
      return code;
    },
    redeemBindCode: async (code, openid) =>
      transact(async (tx) => {
        const id = await store.takeBindCode(tx, code.toUpperCase(), clock.now());
        const before = id === null ? null : await store.byId(id, tx);
        if (!before || before.disabled) return null;
        await store.change(tx, before.id, { openid });
        const target = { kind: 'staff', id: before.id };
        await audit.record(tx, { action: 'staff.bind', actor: staffActor(before), target });
        return before.name;
      }),
  };
}

/** Throws invalid_input for a password that anybody would try first. */
export function checkNewPassword(username: string, password: string): void {
  if (isGuessable(username, password)) {
    throw new AppError('invalid_input', { message: '这个密码太容易猜，请换一个。', details: [{ path: 'password' }] });
  }
}
