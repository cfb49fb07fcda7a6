import { type AuditRecorder, staffActor } from '../audit/index.ts';
import type { Caller } from '../http/index.ts';
import { AppError, isAppError, sha256Hex } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { WechatClient, WechatMenu } from '../wechat/index.ts';
import { buttonsOf, keysIn, menuChanges } from './menu.ts';
import type { MenuView, PublishView } from './menu.contract.ts';

export interface MenuDeps {
  readonly configured: Config['menu'];
  readonly wechat: Pick<WechatClient, 'rights' | 'getMenu' | 'createMenu'>;
  /** Does the conversation answer this key? A button that nobody answers is worse than none. */
  readonly answersKey: (key: string) => boolean;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
}

export type MenuService = ReturnType<typeof createMenuService>;

const NO_RIGHT = '这个公众号没有自定义菜单接口的权限（未认证），请在公众平台网页上照下面的内容手工设置菜单。';
/** Clients keep a menu for five minutes (wechat-protocol §1.5). */
const NOTE = '群众的手机最多5分钟后看到新菜单；取消关注再关注可以马上看到。';
const DIFFERENT = '微信保存的菜单与配置的不一致，请再发布一次；仍不一致的，请到公众平台网页上查看。';

/** The account's menu: what is configured, what is live, and the step from one to the other. */
export function createMenuService(deps: MenuDeps) {
  return {
    view: async (): Promise<MenuView> => view(deps),

    /**
     * Makes the live menu the configured one and reads it back. AppError invalid_input where a button has a key that
     * nobody answers, `platform_…` where the platform does not take it or shows another one afterwards.
     */
    publish: async (caller: Caller): Promise<PublishView> => publish(deps, caller),
  };
}

async function view(deps: MenuDeps): Promise<MenuView> {
  const live = deps.wechat.rights.menu ? await deps.wechat.getMenu() : null;
  return viewOf(deps, live, problemsOf(deps));
}

function viewOf({ configured }: MenuDeps, live: WechatMenu | null, problems: string[]): MenuView {
  const wanted = buttonsOf(configured.button);
  const changes = menuChanges(live === null ? [] : buttonsOf(live.button), wanted);
  return {
    configured: structuredClone(configured.button),
    live: live === null ? null : [...live.button],
    changes,
    same: live !== null && changes.length === 0,
    problems,
  };
}

function problemsOf({ configured, wechat, answersKey }: MenuDeps): string[] {
  const unknown = keysIn(buttonsOf(configured.button)).filter((key) => !answersKey(key));
  return [
    ...(wechat.rights.menu ? [] : [NO_RIGHT]),
    ...unknown.map((key) => `菜单配置里的 ${key} 没有对应的功能，群众点了不会有回应，请改 config/menu.json。`),
  ];
}

async function publish(deps: MenuDeps, caller: Caller): Promise<PublishView> {
  const { configured, wechat } = deps;
  const [problem] = problemsOf(deps);
  if (!wechat.rights.menu) throw new AppError('platform_refused', { message: NO_RIGHT });
  if (problem !== undefined) throw new AppError('invalid_input', { message: problem });
  const before = viewOf(deps, await wechat.getMenu(), []);
  if (before.same) return { ...before, published: false, note: '公众号上已经是这份菜单，没有改动。' };
  await note(deps, caller, 'asked', before.changes.length);
  try {
    await wechat.createMenu(configured);
  } catch (error) {
    // After a lost answer only the menu itself can tell.
    if (!isAppError(error, 'platform_unknown')) {
      await note(deps, caller, 'refused', before.changes.length);
      throw error;
    }
  }
  const after = viewOf(deps, await wechat.getMenu(), []);
  await note(deps, caller, after.same ? 'live' : 'different', after.changes.length);
  if (!after.same) throw new AppError('platform_refused', { message: DIFFERENT, details: { changes: after.changes } });
  return { ...after, published: true, note: NOTE };
}

/** The order is on record before the call, what came of it afterwards. */
async function note(
  { transact, audit, configured }: MenuDeps,
  caller: Caller,
  outcome: 'asked' | 'refused' | 'live' | 'different',
  changes: number,
): Promise<void> {
  const hash = sha256Hex(JSON.stringify(buttonsOf(configured.button)));
  await transact(async (tx) =>
    audit.record(tx, {
      action: 'menu.publish',
      actor: staffActor(caller),
      target: { kind: 'menu', id: 'menu' },
      facts: { outcome, changes, hash },
    }),
  );
}
