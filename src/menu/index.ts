import { alwaysWell, type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import type { Connection } from '../platform/mongo/index.ts';
import { menuRoutes } from './menu.routes.ts';
import { createMenuService, type MenuDeps } from './menu.service.ts';
import { createMenuStore, menuCollections } from './menu.store.ts';

export { menuCollections };

/** The account's menu: edited, compared with what is live, published and read back. See README.md. */
export function createMenu({ connection, ...deps }: Omit<MenuDeps, 'store'> & { connection: Connection }): Feature {
  return {
    name: 'menu',
    api: {},
    routes: menuRoutes(createMenuService({ ...deps, store: createMenuStore(connection) })),
    sweeps: [],
    collections: menuCollections,
    health: alwaysWell,
    personal: NOTHING_PERSONAL,
  };
}
