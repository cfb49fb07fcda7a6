import { AppError } from '../kernel/index.ts';
import type { Actor } from '../audit/index.ts';
import { isDuplicateKey, type Tx } from '../platform/mongo/index.ts';
import { type Action, POLICY, type Role } from './policy.ts';
import { checkNewPassword, createSessionService, type SessionDeps, type SessionService } from './sessions.service.ts';
import type { StaffMember } from './staff.ts';
import type { StaffChange } from './staff.store.ts';

export interface StaffServiceDeps extends SessionDeps {
  readonly units: readonly { code: string; name: string }[];
}

export interface StaffService extends SessionService {
  /** The phone of an account for previews; null where none is bound or the account is disabled. */
  phoneOf(staffId: string): Promise<string | null>;
  /**
   * AppError forbidden where the account may not do `action` any more. In the transaction of a decision: a disabling or a
   * new role that commits meanwhile writes the same document, so one of the two comes first.
   */
  assertStillMay(tx: Tx, staffId: string, action: Action): Promise<void>;
  create(
    actor: Actor,
    input: { username: string; password: string; name: string; role: Role; unit: string | null },
  ): Promise<StaffMember>;
  /** Disabling, a new role or a new password ends the account's sessions; the last administrator stays one. */
  change(actor: Actor, id: string, change: StaffChange & { password?: string }): Promise<StaffMember>;
  list(after: string | undefined, limit: number): Promise<StaffMember[]>;
  byUsername(username: string): Promise<StaffMember | null>;
}

/** Accounts of the town office, with their sessions. */
export function createStaffService(deps: StaffServiceDeps): StaffService {
  const { store, audit, transact, clock } = deps;

  const checkUnit = (role: Role, unit: string | null): void => {
    if (unit !== null && !deps.units.some((known) => known.code === unit)) {
      const codes = deps.units.map(({ code, name }) => `${code} ${name}`).join('、');
      throw new AppError('invalid_input', { message: `没有这个站所，只能是：${codes}。` });
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
    ...createSessionService(deps),
    phoneOf: async (staffId) => {
      const found = await store.byId(staffId);
      return found && !found.disabled ? found.openid : null;
    },
    assertStillMay: async (tx, staffId, action) => {
      if (!(await store.markDecision(tx, staffId, POLICY[action]))) throw new AppError('forbidden');
    },
    create: async (actor, { username, password, name, role, unit }) => {
      checkUnit(role, unit);
      checkNewPassword(username, password);
      const passwordHash = await deps.passwords.hash(password);
      try {
        return await transact(async (tx) => {
          const added = await store.insert(tx, { username, name, role, unit, passwordHash, createdAt: clock.now() });
          const target = { kind: 'staff', id: added.id };
          await audit.record(tx, { action: 'staff.create', actor, target, after: stateOf(added) });
          return added;
        });
      } catch (error) {
        if (isDuplicateKey(error)) throw new AppError('already_exists', { message: '这个用户名已经有了。' });
        throw error;
      }
    },
    change: async (actor, id, { password, ...change }) => {
      const found = await store.byId(id);
      if (!found) throw new AppError('not_found');
      if (password !== undefined) checkNewPassword(found.username, password);
      const passwordHash = password === undefined ? undefined : await deps.passwords.hash(password);
      return transact(async (tx) => {
        const before = await store.byId(id, tx);
        if (!before) throw new AppError('not_found');
        const { role = before.role, unit = before.unit } = change;
        // Only what is being changed: an account of a unit that is gone can still be disabled.
        if (role !== before.role || unit !== before.unit) checkUnit(role, unit);
        const after = await store.change(tx, id, {
          ...change,
          ...(passwordHash === undefined ? {} : { passwordHash }),
          // Who leaves the office gets no more previews.
          ...(change.disabled ? { openid: null } : {}),
        });
        if (!after) throw new AppError('not_found');
        const wasAdmin = before.role === 'admin' && !before.disabled;
        if (wasAdmin && (after.role !== 'admin' || after.disabled)) await keepAnAdmin(tx);
        if (after.disabled || passwordHash !== undefined || after.role !== before.role) {
          await store.endSessionsOf(tx, id);
        }
        await audit.record(tx, {
          action: 'staff.change',
          actor,
          target: { kind: 'staff', id },
          before: stateOf(before),
          after: stateOf(after),
          facts: { password: passwordHash !== undefined, name: after.name !== before.name },
        });
        return after;
      });
    },
    list: (after, limit) => store.list(after, limit),
    byUsername: (username) => store.byUsername(username.toLowerCase()),
  };
}

function stateOf({ role, unit, disabled }: StaffMember): string {
  return `${role}/${unit ?? '-'}/${disabled ? 'disabled' : 'active'}`;
}
