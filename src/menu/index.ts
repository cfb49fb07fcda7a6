import type { Route } from '../http/index.ts';
import { menuRoutes } from './menu.routes.ts';
import { createMenuService, type MenuDeps } from './menu.service.ts';

/** The account's menu: configured in a file, compared with what is live, published and read back. See README.md. */
export function createMenu(deps: MenuDeps): { readonly routes: readonly Route[] } {
  return { routes: menuRoutes(createMenuService(deps)) };
}
