/**
 * `npm run check`: types, lint, format, boundaries, unused code. Two tools at a time; a tool's output is shown only
 * when it fails. Exit code 1 if any did.
 */
import { spawn } from 'node:child_process';

const AT_ONCE = 2;

/** In the order of their length, so that the longest does not start last. */
const CHECKS = [
  { name: 'types', command: 'tsc -p . --incremental --tsBuildInfoFile node_modules/.cache/tsc.tsbuildinfo' },
  {
    name: 'console types',
    command:
      'vue-tsc -p config/tooling/tsconfig.console.json --incremental --tsBuildInfoFile node_modules/.cache/console.tsbuildinfo',
  },
  {
    name: 'boundaries',
    command: 'depcruise --config config/tooling/depcruise.cjs src scripts tests',
    // With a TypeScript that it cannot use, dependency-cruiser finds nothing to object to in nothing.
    proof: /\((?!0 modules)\d+ modules, (?!0 dep)\d+ dependencies cruised\)/,
  },
  { name: 'unused code', command: 'knip --config config/tooling/knip.json' },
  {
    name: 'lint',
    command:
      'oxlint --type-aware --deny-warnings --config config/tooling/oxlint.json --ignore-pattern tests/architecture/planted .',
  },
  { name: 'format', command: 'biome format --config-path=config/tooling .' },
];

const waiting = [...CHECKS];
let failed = 0;

await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(failed === 0 ? 'check: all ok' : `check: ${failed} of ${CHECKS.length} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function work() {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const began = performance.now();
    const { code, output } = await run(check.command.split(' '));
    const ok = code === 0 && (check.proof === undefined || check.proof.test(plain(output)));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (!ok) {
      failed += 1;
      console.log(`\n${output.trimEnd()}\n`);
    }
    console.log(`${ok ? 'ok    ' : 'failed'}  ${check.name} (${check.command.split(' ')[0]}, ${seconds} s)`);
  }
}

function run([program, ...args]) {
  return new Promise((done) => {
    let output = '';
    const suffix = process.platform === 'win32' ? '.cmd' : '';
    const child = spawn(`node_modules/.bin/${program}${suffix}`, args, {
      cwd: new URL('..', import.meta.url),
      shell: suffix !== '',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => done({ code: 1, output: String(error) }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

/** Without colours. */
function plain(text) {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}
