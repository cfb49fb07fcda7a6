import { SECRET_VARIABLES, type Env } from './env.ts';
import type { Config } from './load.ts';

/** The effective configuration for `npm run config`: secrets shown only as set or not set. */
export function printableConfig(config: Config): Record<string, unknown> {
  const env = Object.fromEntries(
    Object.entries(config.env).map(([key, value]) => [
      key,
      SECRET_VARIABLES.includes(key as keyof Env) ? (value === undefined ? '(not set)' : '(set)') : value,
    ]),
  );
  return { ...config, env };
}
