import { defineRoute, type Route } from '../http/index.ts';
import { menuResponse, publishRequest, publishResponse } from './menu.contract.ts';
import type { MenuService } from './menu.service.ts';

/** The menu at the bottom of the chat (design §4). */
export function menuRoutes(service: MenuService): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/menu',
      allow: { action: 'menu.read' },
      summary: 'The configured menu, the live one, and what publishing would change',
      response: menuResponse,
      handler: async () => service.view(),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/menu/publish',
      allow: { action: 'menu.publish' },
      summary: 'Publishes the configured menu and reads it back',
      body: publishRequest,
      response: publishResponse,
      handler: async ({ caller }) => service.publish(caller),
    }),
  ];
}
