import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand } from './command.ts';
import { withApp } from './with-app.ts';

/**
 * `npm run audit:verify [-- --heads <log file>]`: walks the chain; exit 1 on damage. A log file holds the heads that
 * the sealer printed (`"event":"audit.head"`), by which a cut tail is found.
 */
runCommand(async (args) => {
  const { values } = parseArgs({ args, options: { heads: { type: 'string' } } });
  const heads = values.heads === undefined ? [] : readHeads(values.heads);
  return withApp(async ({ audit }) => {
    const verdict = await audit.verify(heads);
    console.log(`rows ${verdict.rows}, not yet sealed ${verdict.unsealed}, printed heads compared ${heads.length}`);
    if (verdict.head) console.log(`head ${verdict.head.seq}:${verdict.head.mac}`);
    for (const damage of verdict.damage) console.log(`DAMAGE ${damage}`);
    if (verdict.damage.length === 0) console.log('the chain is whole');
    return verdict.damage.length === 0 ? 0 : 1;
  });
});

function readHeads(path: string): { seq: number; mac: string }[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"audit.head"'))
    .flatMap((line) => {
      const { seq, mac } = JSON.parse(line) as { seq?: unknown; mac?: unknown };
      return typeof seq === 'number' && typeof mac === 'string' ? [{ seq, mac }] : [];
    });
}
