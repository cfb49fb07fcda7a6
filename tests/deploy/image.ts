import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from '../../scripts/stores/run.ts';
import { projectFiles, ROOT } from '../support/project-files.ts';

/** Installing and compiling on a busy machine with two cores, ms. */
const STEP_MS = 400_000;

export interface BuiltImage {
  /** What the image's WORKDIR would hold. */
  readonly folder: string;
  /** The image's CMD. */
  readonly command: readonly string[];
}

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The Dockerfile's instructions, continuation lines joined, comments left out. */
export function instructions(): Instruction[] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/^#.*\n/gm, '');
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

/** True for a project file that .dockerignore lets into the build. */
export function reachesTheBuild(path: string): boolean {
  const rules = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  let letIn = true;
  for (const rule of rules) {
    const pattern = rule.replace(/^!/, '');
    if (pattern === '*' || path === pattern || path.startsWith(`${pattern}/`)) letIn = rule.startsWith('!');
  }
  return letIn;
}

/**
 * Does what the Dockerfile says, stage by stage, in folders under `work`: its COPYs from the project as .dockerignore
 * lets it see it, and its npm steps. What needs an engine (base images, the user, folders outside WORKDIR) is left out.
 */
export async function buildLikeTheDockerfile(work: string): Promise<BuiltImage> {
  let folder = work;
  let command: string[] = [];
  for (const { word, rest } of instructions()) {
    if (word === 'FROM') {
      folder = join(work, /\bAS (\S+)$/.exec(rest)?.[1] ?? 'final');
      mkdirSync(folder, { recursive: true });
    }
    if (word === 'COPY') copy(work, folder, rest.split(' '));
    if (word === 'RUN' && rest.startsWith('npm ')) await npm(folder, rest.split(' ').slice(1));
    if (word === 'CMD') command = JSON.parse(rest) as string[];
  }
  return { folder, command };
}

function copy(work: string, folder: string, words: readonly string[]): void {
  const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const [target = '', ...sources] = words.filter((word) => !word.startsWith('--')).reverse();
  for (const source of sources) {
    const into = target.endsWith('/') ? join(folder, target, basename(source)) : join(folder, target);
    if (stage !== undefined) {
      cpSync(join(work, stage, source.replace('/app/', '')), into, { recursive: true, verbatimSymlinks: true });
      continue;
    }
    const files = projectFiles().filter((path) => path === source || path.startsWith(`${source}/`));
    if (files.length === 0) throw new Error(`the Dockerfile copies ${source}, which the project does not have`);
    for (const path of files.filter(reachesTheBuild)) {
      const to = join(into, path.slice(source.length));
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(ROOT, path), to);
    }
  }
}

async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, NODE_ENV: '', npm_config_prefer_offline: 'true' };
  const result = await run('npm', [...args], { env, cwd, timeoutMs: STEP_MS });
  if (result.code !== 0) throw new Error(`npm ${args.join(' ')}: ${result.stdout}\n${result.stderr}`);
}
