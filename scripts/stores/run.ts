import { execFile } from 'node:child_process';

export interface RunResult {
  /** Exit code; 127 when the program cannot be started, 124 when it took too long. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and never rejects. `timeoutMs` defaults to 30 s. */
export async function run(
  program: string,
  args: readonly string[],
  { env, cwd, timeoutMs = 30_000 }: { env: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number },
): Promise<RunResult> {
  return new Promise((done) => {
    execFile(program, args, { env, cwd, timeout: timeoutMs, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error === null) done({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') done({ code: error.code, stdout, stderr });
      else if (error.killed) done({ code: 124, stdout, stderr: `${stderr}\ntook longer than ${timeoutMs / 1000} s` });
      else done({ code: 127, stdout, stderr: stderr || error.message });
    });
  });
}
