import type { Clock } from '../kernel/index.ts';
import type { AccountType, Behaviour, MessageMode } from './contract.ts';
import { randomHex, randomWord } from './random.ts';

/** The official account that this platform hosts. */
export interface Account {
  /** As residents read it on their phones. */
  readonly name: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly token: string;
  readonly aesKey: string;
  /** `gh_…`, ToUserName of every delivery. */
  readonly originalId: string;
  readonly mode: MessageMode;
  readonly type: AccountType;
  readonly verified: boolean;
  /** The platform's public test account: no mpnews in mass sends (48008), 200 tokens a day. */
  readonly testAccount: boolean;
}

export interface SandboxOptions extends Partial<Account> {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. The control interface has no password: keep it on the loopback. */
  readonly host?: string;
  /** Where deliveries go; may be set later with `setWebhook`. */
  readonly webhookUrl?: string;
  readonly behaviour?: Partial<Behaviour>;
  /** Daily quota by path (without `/cgi-bin/`) in place of the platform's own, so that a test can use one up. */
  readonly quotas?: Readonly<Record<string, number>>;
  readonly clock?: Clock;
}

/** The account as given, with random values for what is missing. Throws TypeError for an aesKey of another form. */
export function accountOf(options: SandboxOptions): Account {
  if (options.aesKey !== undefined && !/^[A-Za-z0-9+/]{43}$/.test(options.aesKey)) {
    throw new TypeError('aesKey has 43 base64 characters');
  }
  return {
    name: options.name ?? '公众号',
    appId: options.appId ?? `wx${randomHex(16)}`,
    appSecret: options.appSecret ?? randomHex(32),
    token: options.token ?? randomWord(24),
    aesKey: options.aesKey ?? randomWord(43),
    originalId: options.originalId ?? `gh_${randomHex(12)}`,
    mode: options.mode ?? 'secure',
    type: options.type ?? 'subscription',
    verified: options.verified ?? true,
    testAccount: options.testAccount ?? false,
  };
}

/** How the platform behaves where nobody asks for anything else. */
export function defaultBehaviour(): Behaviour {
  return {
    deliveryTimeoutMs: 5_000,
    retryResigns: true,
    finishMode: 'auto',
    finishDelayMs: 1_000,
    finishStatus: 'send success',
    finishArticleUrls: true,
    massCheckOrder: 'clientmsgid',
    refusedAttemptUsesId: false,
    endOfList: 'last-id',
    followersPageSize: 10_000,
    replyTextMaxBytes: 2_048,
    clientMsgIdMaxBytes: 32,
  };
}
