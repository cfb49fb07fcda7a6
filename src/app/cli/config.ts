import { loadConfig, printableConfig } from '../../platform/config/index.ts';
import { runCommand } from './command.ts';

/** `npm run config`: the effective values, secrets only as set or not set. */
runCommand(async () => {
  console.log(JSON.stringify(printableConfig(loadConfig(process.env)), null, 2));
  return 0;
});
