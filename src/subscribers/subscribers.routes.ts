import { defineRoute, type Route } from '../http/index.ts';
import type { Growth } from './growth.ts';
import { growthResponse, importRequest, importResponse, summaryResponse } from './subscribers.contract.ts';
import type { SubscribersService } from './subscribers.service.ts';

/** Head counts for everybody who plans a push; the import for those who look after the account. */
export function subscribersRoutes(service: SubscribersService, growth: Growth): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/subscribers/summary',
      allow: { action: 'subscribers.read' },
      summary: 'How many residents follow, by village and topic, and how the import stands',
      response: summaryResponse,
      handler: async () => service.summary(),
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/subscribers/growth',
      allow: { action: 'subscribers.read' },
      summary: 'How many residents began to follow and left, per week',
      response: growthResponse,
      handler: async () => growth.view(),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/subscribers/import',
      allow: { action: 'subscribers.import' },
      summary: 'Starts reading the list of followers from the platform',
      status: 202,
      body: importRequest,
      response: importResponse,
      handler: async ({ caller }) => ({ import: await service.startImport(caller) }),
    }),
  ];
}
