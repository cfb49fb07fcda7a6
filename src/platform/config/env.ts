import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that starts with http:// or https://' })
  .transform((text) => text.replace(/\/+$/, ''));
/** Scheme, host and port: cookies, the console and the links all start at the root. */
const origin = url
  .refine((text) => new URL(text).pathname === '/' && !/[?#@]/.test(text), {
    error: 'must be scheme, host and port alone, e.g. https://town.example.cn',
  })
  .transform((text) => new URL(text).origin);
/** At most nine digits, so that a mistyped number is no huge one. */
const whole = (max: number, unit: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number (${unit})`)
    .transform(Number)
    .refine((number) => number <= max, `must not exceed ${max}`);
const mongoUrl = z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must start with mongodb:// or mongodb+srv://');
const secret = z
  .string()
  .refine((text) => Buffer.byteLength(text) >= 32, 'is too short: at least 32 bytes, e.g. `openssl rand -base64 48`');
const aesKey = z.string().regex(/^[A-Za-z0-9+/]{43}$/, 'must be the 43 letters and digits shown by the platform');
const token = z.string().regex(/^[A-Za-z0-9]{3,32}$/, 'must be 3–32 letters or digits');

/** What staff must do leaves the machine encrypted; plain http may only reach this machine itself. */
const robotUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/i.test(text),
    'must start with https://',
  );

/** Environment variables (.env.example). What is missing or wrong is reported together, by name. */
export const envSchema = z.object({
  PUBLIC_URL: origin.describe('address under which residents reach the pages, e.g. https://town.example.cn'),
  MONGODB_URI: mongoUrl.describe('MongoDB 6+ replica set, the restricted user'),
  SECRET_KEY: secret.describe('key for links, sessions and encryption at rest'),
  WECHAT_APP_ID: z.string().min(1).describe('开发者ID (AppID) of the account'),
  WECHAT_APP_SECRET: z.string().min(1).describe('开发者密码 (AppSecret)'),
  WECHAT_TOKEN: token.describe('令牌 (Token) of the server configuration'),
  WECHAT_ENCODING_AES_KEY: aesKey.describe('消息加解密密钥 (EncodingAESKey)'),
  PORT: whole(65_535, 'a port').default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  ROLE: z.enum(['web', 'worker', 'all']).default('all'),
  REDIS_URL: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol),
      'must be like redis://host:6379/0',
    )
    .optional(),
  WECHAT_MODE: z.enum(['secure', 'plain', 'compat']).default('secure'),
  WECHAT_ALLOW_PLAIN: flag
    .default(false)
    .describe('true = messages of residents may travel unencrypted, and whoever sees one can speak as any resident'),
  WECHAT_ACCOUNT_TYPE: z.enum(['subscription', 'service']).default('subscription'),
  WECHAT_VERIFIED: flag.default(true),
  WECHAT_API_BASE: url.default('https://api.weixin.qq.com'),
  BRIEFING_MIN_LEAD_SECONDS: whole(86_400, 'seconds').default(300),
  TRUST_PROXY: flag.default(false),
  DATA_DIR: z.string().min(1).default('./.data'),
  CONFIG_DIR: z.string().min(1).default('./config'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  MONGODB_ADMIN_URI: mongoUrl.optional().describe('used by npm run migrate only; falls back to MONGODB_URI'),
  SECRET_KEY_PREVIOUS: secret.optional(),
  WECHAT_TOKEN_PREVIOUS: token.optional(),
  WECHAT_ENCODING_AES_KEY_PREVIOUS: aesKey.optional(),
  METRICS_TOKEN: z.string().min(16, 'is too short: at least 16 characters').optional(),
  STAFF_WEBHOOK_URL: robotUrl.optional().describe('address of the WeCom group robot that tells staff what waits'),
});

export type Env = Readonly<z.output<typeof envSchema>>;

/** Variables whose values are never printed. */
export const SECRET_VARIABLES: readonly (keyof Env)[] = [
  'MONGODB_URI',
  'MONGODB_ADMIN_URI',
  'SECRET_KEY',
  'SECRET_KEY_PREVIOUS',
  'WECHAT_APP_SECRET',
  'WECHAT_TOKEN',
  'WECHAT_TOKEN_PREVIOUS',
  'WECHAT_ENCODING_AES_KEY',
  'WECHAT_ENCODING_AES_KEY_PREVIOUS',
  'METRICS_TOKEN',
  'STAFF_WEBHOOK_URL',
  'REDIS_URL',
];
