import { envSchema, SECRET_VARIABLES, type Env } from './env.ts';
import type { Config } from './load.ts';

/** The effective configuration for `npm run config`: every variable, secrets shown only as set or not set. */
export function printableConfig(config: Config): Record<string, unknown> {
  const names = Object.keys(envSchema.shape) as (keyof Env)[];
  const env = Object.fromEntries(
    names.map((name) => {
      const value = config.env[name];
      if (value === undefined) return [name, '(not set)'];
      return [name, SECRET_VARIABLES.includes(name) ? '(set)' : value];
    }),
  );
  return { ...config, env };
}
