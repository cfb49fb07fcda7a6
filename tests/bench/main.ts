import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { openStores } from './stores.ts';
import { benchWebhook, type Line, summary, WEBHOOK_KINDS } from './webhook.ts';

/**
 * `npm run bench [-- --quick | --full]`: ratios in one run, because machines differ and others work on them. One table
 * on the screen, the single values as JSON in `coverage/bench.json`; docs/performance.md holds the last full table.
 */
const full = process.argv.includes('--full');
const quick = { rounds: 3, messages: 448, connections: [64], openSeconds: 2, kinds: WEBHOOK_KINDS };
const plan = full ? { ...quick, rounds: 9, messages: 3_200, connections: [32, 64], openSeconds: 10 } : quick;

const stores = await openStores();
const begun = Date.now();
const { lines, wrong } = await benchWebhook(stores, plan);
await stores.stop();

const table = tableOf(lines);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`;
process.stdout.write(
  `${table}\n\n${machine}; ${full ? 'full' : 'quick'}, ${Math.round((Date.now() - begun) / 1_000)} s\n`,
);
if (wrong.length > 0)
  process.stdout.write(
    `\nWRONG REPLIES: ${wrong.length}, among them: ${[...new Set(wrong)].slice(0, 5).join(' | ')}\n`,
  );
mkdirSync('coverage', { recursive: true });
writeFileSync(
  join('coverage', 'bench.json'),
  JSON.stringify({ machine, full, at: new Date().toISOString(), lines, wrong }, null, 1),
);
process.exit(wrong.length > 0 ? 1 : 0);

function tableOf(all: readonly Line[]): string {
  const figures = [...new Set(all.map((line) => line.figure))];
  const rows = [...new Set(all.map((line) => line.what))].map((what) => {
    const cells = figures.map((figure) => {
      const line = all.find((one) => one.what === what && one.figure === figure);
      return line && line.values.length > 0 ? summary(line) : '–';
    });
    return `| ${[what, ...cells].join(' | ')} |`;
  });
  return [`| ${['', ...figures].join(' | ')} |`, `| ${['', ...figures].map(() => '---').join(' | ')} |`, ...rows].join(
    '\n',
  );
}
