import { z } from 'zod';
import { KIND_NAMES } from '../complaints/index.ts';
import { defineRoute, type Route } from '../http/index.ts';
import type { Config } from '../platform/config/index.ts';
import { ROLE_NAMES } from '../staff/index.ts';

const named = z.object({ code: z.string(), name: z.string() });
const metaView = z.object({
  town: z.string(),
  account: z.string(),
  units: z.array(named),
  categories: z.array(named.extend({ group: z.string(), majorDecision: z.boolean() })),
  villages: z.array(named),
  topics: z.array(named),
  roles: z.array(named),
  kinds: z.array(named),
});

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
      handler: async () => ({
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
      }),
    }),
  ];
}
