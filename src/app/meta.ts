import { MAX_UPLOAD_BYTES } from '../articles/index.ts';
import { KIND_NAMES } from '../complaints/index.ts';
import { defineRoute, type Route } from '../http/index.ts';
import type { Config } from '../platform/config/index.ts';
import { actionsOf, ROLE_NAMES } from '../staff/index.ts';
import { metaView } from './meta.contract.ts';

/** The words that screens need: codes with their Chinese names, all from configuration. */
export function metaRoutes(config: Config): Route[] {
  const pairs = (names: Readonly<Record<string, string>>): { code: string; name: string }[] =>
    Object.entries(names).map(([code, name]) => ({ code, name }));
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/meta',
      allow: 'signed-in',
      summary: 'Units, categories, villages, topics, roles and kinds',
      response: metaView,
      handler: async ({ caller }) => ({
        town: config.town.name,
        account: config.town.account,
        units: config.town.units,
        categories: config.categories.map(({ code, name, group, majorDecision = false }) => ({
          code,
          name,
          group,
          majorDecision,
        })),
        villages: config.town.villages,
        topics: config.town.topics,
        roles: pairs(ROLE_NAMES),
        kinds: pairs(KIND_NAMES),
        maxImageBytes: MAX_UPLOAD_BYTES,
        may: actionsOf(caller.role),
      }),
    }),
  ];
}
