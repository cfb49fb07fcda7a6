import type { Route } from '../http/index.ts';
import type { Connection } from '../platform/mongo/index.ts';
import { menuRoutes } from './menu.routes.ts';
import { createMenuService, type MenuDeps } from './menu.service.ts';
import { createMenuStore } from './menu.store.ts';

export { menuCollections } from './menu.store.ts';

/** The account's menu: edited, compared with what is live, published and read back. See README.md. */
export function createMenu({ connection, ...deps }: Omit<MenuDeps, 'store'> & { connection: Connection }): {
  readonly routes: readonly Route[];
} {
  return { routes: menuRoutes(createMenuService({ ...deps, store: createMenuStore(connection) })) };
}
