import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One way to come by a store. `find` throws an Error whose message says in plain words why it is no way here. */
export interface Source<T> {
  readonly name: string;
  find(): Promise<T | undefined>;
}

export type Found<T> = { readonly value: T } | { readonly reasons: readonly string[] };

/**
 * The first source that works. A source that answers undefined does not apply here and is passed over in silence; one
 * that throws gives a reason.
 */
export async function firstThatWorks<T>(sources: readonly Source<T>[]): Promise<Found<T>> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const value = await source.find();
      if (value !== undefined) return { value };
    } catch (error) {
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { reasons };
}

/** True on Linux with glibc, which is what the pinned wheels are built for. */
export function isGlibcLinux(): boolean {
  if (process.platform !== 'linux' || process.report === undefined) return false;
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

/** Full path of `program` on PATH, or undefined. */
export function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}
