import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, printableConfig } from '../../src/platform/config/index.ts';
import { envSchema, SECRET_VARIABLES } from '../../src/platform/config/env.ts';
import { environment } from '../support/office.ts';
import { ROOT } from '../support/project-files.ts';

const REQUIRED = [
  'PUBLIC_URL',
  'MONGODB_URI',
  'SECRET_KEY',
  'WECHAT_APP_ID',
  'WECHAT_APP_SECRET',
  'WECHAT_TOKEN',
  'WECHAT_ENCODING_AES_KEY',
];
const NAMES = Object.keys(envSchema.shape);

function problemsOf(variables: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(variables);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

describe('the environment', () => {
  it('has the defaults of the design', () => {
    const { env } = loadConfig({ ...environment(), PORT: '', HOST: '', CONFIG_DIR: '', WECHAT_API_BASE: '' });
    expect(env).toMatchObject({
      PORT: 3000,
      HOST: '0.0.0.0',
      ROLE: 'all',
      WECHAT_MODE: 'secure',
      WECHAT_ACCOUNT_TYPE: 'subscription',
      WECHAT_VERIFIED: true,
      WECHAT_API_BASE: 'https://api.weixin.qq.com',
      BRIEFING_MIN_LEAD_SECONDS: 300,
      TRUST_PROXY: false,
      DATA_DIR: './.data',
      CONFIG_DIR: './config',
      LOG_LEVEL: 'info',
    });
    expect(NAMES.filter((name) => env[name as keyof typeof env] === undefined).sort()).toEqual(
      'METRICS_TOKEN MONGODB_ADMIN_URI REDIS_URL SECRET_KEY_PREVIOUS STAFF_WEBHOOK_URL WECHAT_ENCODING_AES_KEY_PREVIOUS WECHAT_TOKEN_PREVIOUS'.split(
        ' ',
      ),
    );
  });

  it('names each variable that is missing, all at once, and no other', () => {
    const problems = problemsOf({ CONFIG_DIR: join(ROOT, 'config') });
    expect(problems.map((problem) => /^environment variable (\w+) is missing/.exec(problem)?.[1])).toEqual(REQUIRED);
    for (const name of REQUIRED) {
      expect(problemsOf({ ...environment(), [name]: undefined })).toEqual([expect.stringContaining(name)]);
      expect(problemsOf({ ...environment(), [name]: '' })).toEqual([expect.stringContaining(name)]);
    }
  });

  it.each([
    ['SECRET_KEY', 'x'.repeat(31), 'is too short: at least 32 bytes'],
    ['SECRET_KEY_PREVIOUS', 'tiny-one', 'is too short: at least 32 bytes'],
    ['PUBLIC_URL', 'town.example.cn', 'must be an address that starts with http'],
    ['PUBLIC_URL', 'ftp://town.example.cn', 'must be an address that starts with http'],
    ['PUBLIC_URL', 'https://town.example.cn/xiangyin', 'must be scheme, host and port alone'],
    ['PUBLIC_URL', 'https://town.example.cn/?a=1', 'must be scheme, host and port alone'],
    ['PUBLIC_URL', 'https://name:word@town.example.cn', 'must be scheme, host and port alone'],
    ['MONGODB_URI', 'http://127.0.0.1', 'must start with mongodb://'],
    ['MONGODB_ADMIN_URI', '127.0.0.1:27017', 'must start with mongodb://'],
    ['REDIS_URL', '127.0.0.1:6379', 'must be like redis://host:6379/0'],
    ['ROLE', 'server', 'must be one of: web, worker, all'],
    ['WECHAT_MODE', 'safe', 'must be one of: secure, plain, compat'],
    ['WECHAT_ACCOUNT_TYPE', '订阅号', 'must be one of: subscription, service'],
    ['WECHAT_TOKEN', 'a b', 'must be 3–32 letters or digits'],
    ['WECHAT_ENCODING_AES_KEY', 'a'.repeat(42), 'must be the 43 letters and digits'],
    ['PORT', 'http', 'must be a whole number (a port)'],
    ['PORT', '70000', 'must not exceed 65535'],
    ['PORT', ' ', 'must be a whole number (a port)'],
    ['BRIEFING_MIN_LEAD_SECONDS', '-1', 'must be a whole number (seconds)'],
    ['TRUST_PROXY', 'yes', 'must be one of: true, false'],
    ['LOG_LEVEL', 'verbose', 'must be one of: debug, info, warn, error, silent'],
    ['METRICS_TOKEN', 'tiny-one', 'is too short: at least 16 characters'],
  ])('refuses %s=%s and says what it must be, without repeating the value', (name, value, words) => {
    const problems = problemsOf({ ...environment(), [name]: value });
    expect(problems).toEqual([expect.stringContaining(`environment variable ${name} ${words}`)]);
    const secret = SECRET_VARIABLES.includes(name as (typeof SECRET_VARIABLES)[number]);
    expect(secret && problems[0]?.includes(value)).toBe(false);
  });

  it('refuses plain mode until somebody says in words that messages may travel unencrypted', () => {
    expect(problemsOf(environment({ WECHAT_MODE: 'plain' }))).toEqual([
      expect.stringMatching(/WECHAT_MODE is plain.*could be forged.*WECHAT_ALLOW_PLAIN=true/),
    ]);
    const { env } = loadConfig(environment({ WECHAT_MODE: 'plain', WECHAT_ALLOW_PLAIN: 'true' }));
    expect([env.WECHAT_MODE, env.WECHAT_ALLOW_PLAIN]).toEqual(['plain', true]);
    expect(loadConfig(environment()).env.WECHAT_ALLOW_PLAIN).toBe(false);
  });

  it('takes a PUBLIC_URL with a slash at its end as the same place', () => {
    expect(loadConfig(environment({ PUBLIC_URL: 'https://town.example.cn/' })).env.PUBLIC_URL).toBe(
      'https://town.example.cn',
    );
  });
});

/** Every variable set, each to a value of its own that no other text holds. */
const MARKED: Record<string, string> = {
  ...environment(),
  MONGODB_URI: 'mongodb://u:secretMongo@127.0.0.1:1/none',
  MONGODB_ADMIN_URI: 'mongodb://u:secretAdmin@127.0.0.1:1/none',
  REDIS_URL: 'redis://:secretRedis@127.0.0.1:1',
  SECRET_KEY: 'secretKey'.repeat(4),
  SECRET_KEY_PREVIOUS: 'secretOlder'.repeat(4),
  WECHAT_APP_SECRET: 'secretApp',
  WECHAT_TOKEN: 'secretToken',
  WECHAT_TOKEN_PREVIOUS: 'secretOldToken',
  WECHAT_ENCODING_AES_KEY: 'secretAes'.padEnd(43, 'x'),
  WECHAT_ENCODING_AES_KEY_PREVIOUS: 'secretOldAes'.padEnd(43, 'x'),
  METRICS_TOKEN: 'secretMetrics-secretMetrics',
  STAFF_WEBHOOK_URL: 'https://robot.example/send?key=secretRobot',
};

describe('npm run config', () => {
  it('prints every variable and no secret', { timeout: 60_000 }, async () => {
    const env = { PATH: process.env.PATH, ...MARKED };
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/app/cli/config.ts'], { cwd: ROOT, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    await once(child, 'close');
    const printed = JSON.parse(output) as { env: Record<string, unknown>; town: object };
    expect(Object.keys(printed.env).sort()).toEqual([...NAMES].sort());
    expect(printed.env).toMatchObject({ PUBLIC_URL: MARKED['PUBLIC_URL'], WECHAT_APP_ID: MARKED['WECHAT_APP_ID'] });
    expect(printed.town).toHaveProperty('villages');
    expect(output).not.toContain('secret');
    for (const name of SECRET_VARIABLES) expect(printed.env[name]).toBe('(set)');
  });

  it('says of a secret that is not set that it is not', () => {
    expect(printableConfig(loadConfig(environment()))).toMatchObject({ env: { METRICS_TOKEN: '(not set)', PORT: 0 } });
  });
});

describe('.env.example', () => {
  const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
  const shown = [...text.matchAll(/^(#? ?)([A-Z][A-Z_]+)=(.*)$/gm)].map(([, mark = '', name = '', value = '']) => ({
    name,
    value,
    byHand: mark !== '',
  }));

  it('shows every variable of the service, and beside them only what docker-compose.yml needs', () => {
    const names = shown.map(({ name }) => name);
    expect(NAMES.filter((name) => !names.includes(name))).toEqual([]);
    const others = names.filter((name) => !NAMES.includes(name));
    expect(others.sort()).toEqual(['MONGO_KEY', 'MONGO_ROOT_PASSWORD', 'MONGO_SERVICE_PASSWORD', 'PUBLISH_PORT']);
    expect(new Set(names).size).toBe(names.length);
  });

  it('shows the defaults that are in effect, and no secret', () => {
    const { env } = loadConfig({ ...environment(), PORT: '', HOST: '', CONFIG_DIR: '', WECHAT_API_BASE: '' });
    // Behind the nginx that the compose file publishes to, the proxy is to be believed.
    const differs = ['PUBLIC_URL', 'MONGODB_URI', 'REDIS_URL', 'WECHAT_APP_ID', 'TRUST_PROXY'];
    for (const { name, value } of shown.filter(({ name }) => NAMES.includes(name) && !differs.includes(name))) {
      const inEffect = String(env[name as keyof typeof env] ?? '');
      expect(`${name}=${value}`).toBe(`${name}=${SECRET_VARIABLES.includes(name as never) ? '' : inEffect}`);
    }
  });
});
