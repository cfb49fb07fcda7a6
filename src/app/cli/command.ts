import { ConfigError } from '../../platform/config/index.ts';
import { isAppError } from '../../kernel/index.ts';

/** Runs a command line tool: expected failures are one plain line, exit 1; a wrong configuration exits 78. */
export function runCommand(main: (args: string[]) => Promise<number>): void {
  main(process.argv.slice(2))
    .then((code) => process.exit(code))
    .catch((error: unknown) => {
      const expected = error instanceof ConfigError || isAppError(error);
      const text = expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`${text}\n`);
      process.exit(error instanceof ConfigError ? 78 : 1);
    });
}
