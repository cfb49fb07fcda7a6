/**
 * `npm run demo [-- --once] [-- --fresh]`: the whole system on this machine, with real stores and a simulated platform,
 * and a day in the town played through webhook, API and platform. Then it stays up; Ctrl-C ends and cleans up.
 */
import { parseArgs } from 'node:util';
import { runDemo } from './demo/run.ts';

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, fresh: { type: 'boolean', default: false } },
});
process.exit(await runDemo(values));
