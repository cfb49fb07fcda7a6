import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, type Clock, isAppError, sha256Hex } from '../kernel/index.ts';
import { type Menu, MENU_LIMITS } from '../platform/config/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { WechatClient, WechatMenu } from '../wechat/index.ts';
import { menuChanges } from './changes.ts';
import type { MenuView, PublishView, SaveRequest } from './menu.contract.ts';
import type { MenuStore } from './menu.store.ts';
import { buttonsOf } from './menu.ts';
import { type MenuChoice, orphansIn, orphanWords, type Wanted, wantedMenu } from './wanted.ts';

export interface MenuDeps {
  readonly configured: Menu;
  /** Every key that the conversation answers. A button that nobody answers is worse than none. */
  readonly choices: readonly MenuChoice[];
  readonly store: MenuStore;
  readonly wechat: Pick<WechatClient, 'rights' | 'getMenu' | 'createMenu'>;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
}

export type MenuService = ReturnType<typeof createMenuService>;

const NO_RIGHT = '这个公众号没有自定义菜单接口的权限（未认证），请在公众平台网页上照下面的内容手工设置菜单。';
/** Clients keep a menu for five minutes (docs/wechat-platform.md#menu). */
const NOTE = '群众的手机最多5分钟后看到新菜单；取消关注再关注可以马上看到。';
const DIFFERENT = '微信保存的菜单与这里的不一致，请再发布一次；仍不一致的，请到公众平台网页上查看。';
const UNREACHED = '现在问不到公众号上的菜单，可以先改好保存，过一会儿刷新本页再发布。';
const OVERTAKEN = '别人刚才保存了另一份菜单，您的还没有保存。请先看看别人改了什么。';
const NOT_LOOKED_AT = '别人刚才改了菜单，和您看到的不一样了。请看过现在的再发布。';

/** The account's menu: what it shall be, what is live, and the step from one to the other. */
export function createMenuService(deps: MenuDeps) {
  return {
    view: async (): Promise<MenuView> => look(deps),

    /**
     * Makes `button` the menu that would be published; the live one stays. AppError invalid_input where a key is not
     * answered, stale_version where somebody saved since `baseVersion`. The same once more writes nothing.
     */
    save: async (caller: Caller, { baseVersion, button }: SaveRequest): Promise<MenuView> => {
      const orphans = orphansIn(button, deps.choices);
      if (orphans.length > 0) {
        const details = orphans.map(({ path }) => ({ path, problem: '没有这个功能，请另选一个' }));
        throw new AppError('invalid_input', { details });
      }
      const wanted = await wantedIn(deps);
      const asItIs = wanted.version === baseVersion && hashOf(wanted.button) === hashOf(button);
      if (!asItIs) await write(deps, caller, { baseVersion, button });
      return look(deps);
    },

    /** The way back: what `config/menu.json` says would be published again. AppError stale_version as `save`. */
    reset: async (caller: Caller, baseVersion: number): Promise<MenuView> => {
      const wanted = await wantedIn(deps);
      if (wanted.version !== baseVersion) throw new AppError('stale_version', { message: OVERTAKEN });
      if (wanted.from === 'stored') await write(deps, caller, { baseVersion, button: null });
      return look(deps);
    },

    /**
     * Makes the live menu the wanted one and reads it back. AppError stale_version where `version` is given and is not
     * the newest, invalid_input where a button has a key that nobody answers, `platform_…` where the platform does not
     * take it or shows another one afterwards.
     */
    publish: async (caller: Caller, version?: number): Promise<PublishView> => publish(deps, caller, version),
  };
}

async function wantedIn({ store, configured }: MenuDeps): Promise<Wanted> {
  return wantedMenu(await store.read(), configured);
}

/** Editing goes on where the platform does not answer: only what is live is unknown then. */
async function look(deps: MenuDeps): Promise<MenuView> {
  const wanted = await wantedIn(deps);
  if (!deps.wechat.rights.menu) return viewOf(deps, wanted, null);
  try {
    return viewOf(deps, wanted, await deps.wechat.getMenu());
  } catch (error) {
    if (!isAppError(error)) throw error;
    const view = viewOf(deps, wanted, null);
    return { ...view, liveKnown: false, changes: [], problems: [...view.problems, UNREACHED] };
  }
}

function viewOf(deps: MenuDeps, wanted: Wanted, live: WechatMenu | null): MenuView {
  const names = new Map(deps.choices.map(({ key, name }) => [key, name]));
  const liveButtons = live === null ? [] : buttonsOf(live.button);
  const changes = menuChanges(liveButtons, buttonsOf(wanted.button), (key) => names.get(key));
  return {
    button: structuredClone(wanted.button),
    from: wanted.from,
    version: wanted.version,
    savedBy: wanted.savedBy,
    savedAt: wanted.savedAt?.toISOString() ?? null,
    live: live === null ? null : [...live.button],
    liveKnown: true,
    changes,
    same: live !== null && changes.length === 0,
    problems: problemsOf(deps, wanted),
    choices: [...deps.choices],
    limits: MENU_LIMITS,
  };
}

function problemsOf({ wechat, choices }: MenuDeps, { button, from }: Wanted): string[] {
  return [
    ...(wechat.rights.menu ? [] : [NO_RIGHT]),
    ...orphansIn(button, choices).map((orphan) => orphanWords(orphan, from)),
  ];
}

async function write(
  { transact, store, audit, clock }: MenuDeps,
  caller: Caller,
  { baseVersion, button }: { baseVersion: number; button: Menu['button'] | null },
): Promise<void> {
  await transact(async (tx) => {
    const saved = await store.save(tx, { baseVersion, button, savedBy: caller.name, savedAt: clock.now() });
    if (!saved) throw new AppError('stale_version', { message: OVERTAKEN });
    await audit.record(tx, {
      action: 'menu.edit',
      actor: staffActor(caller),
      target: { kind: 'menu', id: 'menu' },
      facts: { version: baseVersion + 1, from: button === null ? 'config' : 'stored', hash: hashOf(button ?? []) },
    });
  });
}

async function publish(deps: MenuDeps, caller: Caller, version: number | undefined): Promise<PublishView> {
  const { wechat } = deps;
  const wanted = await wantedIn(deps);
  if (version !== undefined && version !== wanted.version) {
    throw new AppError('stale_version', { message: NOT_LOOKED_AT });
  }
  const [problem] = problemsOf(deps, wanted);
  if (!wechat.rights.menu) throw new AppError('platform_refused', { message: NO_RIGHT });
  if (problem !== undefined) throw new AppError('invalid_input', { message: problem });
  const before = viewOf(deps, wanted, await wechat.getMenu());
  if (before.same) return { ...before, published: false, note: '公众号上已经是这份菜单，没有改动。' };
  await note(deps, caller, wanted, { outcome: 'asked', changes: before.changes.length });
  try {
    await wechat.createMenu({ button: wanted.button });
  } catch (error) {
    // After a lost answer only the menu itself can tell.
    if (!isAppError(error, 'platform_unknown')) {
      await note(deps, caller, wanted, { outcome: 'refused', changes: before.changes.length });
      throw error;
    }
  }
  const after = viewOf(deps, wanted, await wechat.getMenu());
  await note(deps, caller, wanted, { outcome: after.same ? 'live' : 'different', changes: after.changes.length });
  if (!after.same) {
    const changes = after.changes.map(({ text }) => text);
    throw new AppError('platform_refused', { message: DIFFERENT, details: { changes } });
  }
  return { ...after, published: true, note: NOTE };
}

/** The order is on record before the call, what came of it afterwards. */
async function note(
  { transact, audit }: MenuDeps,
  caller: Caller,
  { button, version, from }: Wanted,
  facts: { outcome: 'asked' | 'refused' | 'live' | 'different'; changes: number },
): Promise<void> {
  await transact(async (tx) =>
    audit.record(tx, {
      action: 'menu.publish',
      actor: staffActor(caller),
      target: { kind: 'menu', id: 'menu' },
      facts: { ...facts, version, from, hash: hashOf(button) },
    }),
  );
}

const hashOf = (button: Menu['button']): string => sha256Hex(JSON.stringify(buttonsOf(button)));
