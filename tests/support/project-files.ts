import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const NOT_OURS = new Set(['.git', 'node_modules', 'dist', '.data', 'coverage']);
const NO_TEXT = /\.(?:png|jpe?g|gif|ico|webp|woff2?|mp3|amr|zip|gz)$/;

/** What belongs to the project: tracked files and new ones that git does not ignore, by path from the root. */
export function projectFiles(): string[] {
  return (existsSync(join(ROOT, '.git')) ? fromGit() : walk('')).filter((path) => existsSync(join(ROOT, path)));
}

/** Those of `projectFiles` that hold text, and their text. */
export function projectTexts(): { path: string; text: string }[] {
  return projectFiles()
    .filter((path) => !NO_TEXT.test(path) && statSync(join(ROOT, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** `path:line` of each line that `pattern` matches. */
export function linesWith(pattern: RegExp, { path, text }: { path: string; text: string }): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}

function fromGit(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const paths = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 16 << 20 }).split('\0');
  return [...new Set(paths)].filter((path) => path !== '');
}

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(path) : [path];
  });
}
