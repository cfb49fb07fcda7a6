import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createAudit } from '../../audit/index.ts';
import { AppError } from '../../kernel/index.ts';
import { runCommand } from './command.ts';
import { withGround } from './with-ground.ts';

const USAGE =
  'npm run audit:verify [-- --heads <log file>]   (the file holds lines with "audit.head" that the service printed)';

/**
 * `npm run audit:verify [-- --heads <log file>]`: walks the chain; exit 1 on damage. A log file holds the heads that
 * the sealer printed (`"event":"audit.head"`), by which a cut tail is found.
 */
runCommand(async (args) => {
  const heads = readHeads(fileNamedIn(args));
  return withGround(async (ground) => {
    const verdict = await createAudit(ground).api.verify(heads);
    console.log(`rows ${verdict.rows}, not yet sealed ${verdict.unsealed}, printed heads compared ${heads.length}`);
    if (verdict.head) console.log(`head ${verdict.head.seq}:${verdict.head.mac}`);
    for (const damage of verdict.damage) console.log(`DAMAGE ${damage}`);
    if (verdict.damage.length === 0) console.log('the chain is whole');
    return verdict.damage.length === 0 ? 0 : 1;
  });
});

function fileNamedIn(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { heads: { type: 'string' } } }).values.heads;
  } catch {
    throw new AppError('invalid_input', { message: USAGE });
  }
}

/** The heads in a log: lines of JSON, with or without what a log collector puts before them. */
function readHeads(path: string | undefined): { seq: number; mac: string }[] {
  if (path === undefined) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('invalid_input', { message: `${path} cannot be read\n${USAGE}`, cause });
  }
  return text
    .split('\n')
    .filter((line) => line.includes('"audit.head"'))
    .flatMap((line) => {
      const { seq, mac } = jsonIn(line);
      return typeof seq === 'number' && typeof mac === 'string' ? [{ seq, mac }] : [];
    });
}

function jsonIn(line: string): { seq?: unknown; mac?: unknown } {
  try {
    return JSON.parse(line.slice(line.indexOf('{'))) as { seq?: unknown; mac?: unknown };
  } catch {
    return {};
  }
}
