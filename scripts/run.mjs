/**
 * `node scripts/run.mjs <name> [arguments]` runs the command src/app/cli/<name>.ts: its built form where there is one
 * (production), else the source by tsx.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/app/cli/', import.meta.url);
const source = new URL('../src/app/cli/', import.meta.url);

const [name = '', ...args] = process.argv.slice(2);
const folder = existsSync(built) ? built : source;
const file = new URL(`${name}${folder === built ? '.js' : '.ts'}`, folder);

if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(file)) {
  console.error(`usage: node scripts/run.mjs <${commands().join('|')}> [arguments]`);
  process.exit(64);
}
process.argv = [process.argv[0], fileURLToPath(file), ...args];
if (folder === source) (await import('tsx/esm/api')).register();
else process.setSourceMapsEnabled(true);
await import(file.href);

function commands() {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((entry) => /^[a-z-]+\.[jt]s$/.test(entry)).map((entry) => entry.slice(0, -3));
}
