import { type Sandbox, type SandboxOptions, startSandbox } from './index.ts';

const DEFAULT_PORT = 8787;

function oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
  const given = process.env[name];
  if (given === undefined || given === '') return undefined;
  const value = values.find((one) => one === given);
  if (value === undefined) throw new Error(`${name} is one of ${values.join(', ')}, not ${given}`);
  return value;
}

function text(name: string): string | undefined {
  const given = process.env[name];
  return given === undefined || given === '' ? undefined : given;
}

function optionsFromEnvironment(): SandboxOptions {
  const given = {
    host: text('SANDBOX_HOST'),
    name: text('SANDBOX_ACCOUNT_NAME'),
    appId: text('SANDBOX_APP_ID'),
    appSecret: text('SANDBOX_APP_SECRET'),
    token: text('SANDBOX_TOKEN'),
    aesKey: text('SANDBOX_AES_KEY'),
    webhookUrl: text('SANDBOX_WEBHOOK_URL'),
    mode: oneOf('SANDBOX_MODE', ['secure', 'plain', 'compat']),
    type: oneOf('SANDBOX_ACCOUNT_TYPE', ['subscription', 'service']),
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(set) as SandboxOptions),
    verified: oneOf('SANDBOX_VERIFIED', ['true', 'false']) !== 'false',
    testAccount: oneOf('SANDBOX_TEST_ACCOUNT', ['true', 'false']) === 'true',
  };
}

/** On the wanted port, or on any free one where that is taken. */
async function start(options: SandboxOptions): Promise<Sandbox> {
  const port = Number(text('SANDBOX_PORT') ?? DEFAULT_PORT);
  try {
    return await startSandbox({ ...options, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return startSandbox({ ...options, port: 0 });
  }
}

const options = optionsFromEnvironment();
const sandbox = await start(options);
console.log(
  JSON.stringify({
    event: 'sandbox.listening',
    url: sandbox.url,
    appId: sandbox.appId,
    appSecret: sandbox.appSecret,
    token: sandbox.token,
    aesKey: sandbox.aesKey,
    name: sandbox.name,
    mode: sandbox.mode,
    accountType: sandbox.type,
    verified: sandbox.verified,
    webhookUrl: options.webhookUrl ?? null,
  }),
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}
