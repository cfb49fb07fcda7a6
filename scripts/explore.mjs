// Runs every property test with a seed that nobody has tried yet; the gate itself always tries the same one.
// Again with what was found: EXPLORE_SEED=<seed> npm run test:explore
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const seed = process.env.EXPLORE_SEED ?? String(randomInt(2 ** 31));
const sequences = process.env.CHAT_SEQUENCES ?? '300';
const files = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => `tests/${path}`)
  .filter((path) => readFileSync(path, 'utf8').includes("support/fast-check.ts'"));
console.log(`EXPLORE_SEED=${seed} CHAT_SEQUENCES=${sequences}, ${files.length} files`);
const { status } = spawnSync('npx', ['vitest', 'run', '--config', 'config/tooling/vitest.config.ts', ...files], {
  stdio: 'inherit',
  env: { ...process.env, EXPLORE_SEED: seed, CHAT_SEQUENCES: sequences },
});
process.exitCode = status ?? 1;
