import { defineRoute, type Route } from '../http/index.ts';
import { menuResponse, publishRequest, publishResponse, resetRequest, saveRequest } from './menu.contract.ts';
import type { MenuService } from './menu.service.ts';

/** The menu at the bottom of the chat. */
export function menuRoutes(service: MenuService): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/menu',
      allow: { action: 'menu.read' },
      summary: 'The menu that would be published, the live one, and what publishing would change',
      response: menuResponse,
      handler: async () => service.view(),
    }),
    defineRoute({
      method: 'put',
      path: '/api/v1/menu',
      allow: { action: 'menu.edit' },
      summary: 'Saves the menu; nothing is published',
      body: saveRequest,
      response: menuResponse,
      handler: async ({ caller, body }) => service.save(caller, body),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/menu',
      allow: { action: 'menu.edit' },
      summary: 'Goes back to config/menu.json; nothing is published',
      body: resetRequest,
      response: menuResponse,
      handler: async ({ caller, body }) => service.reset(caller, body.baseVersion),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/menu/publish',
      allow: { action: 'menu.publish' },
      summary: 'Publishes the menu and reads it back',
      body: publishRequest,
      response: publishResponse,
      handler: async ({ caller, body }) => service.publish(caller, body?.version),
    }),
  ];
}
