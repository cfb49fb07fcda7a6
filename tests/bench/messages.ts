import { encryptText, signatureOf } from '../../src/sandbox/crypto.ts';
import { ACCOUNT } from './account.ts';

export const KINDS = ['search', 'complaint', 'menu', 'follow', 'mix'] as const;
export type Kind = (typeof KINDS)[number];

/** One message, signed and encrypted before the clock runs. */
export interface Parcel {
  readonly path: string;
  readonly body: string;
  /** What the reply must say; null = `success`. */
  readonly expect: RegExp | null;
}

interface Said {
  readonly openid: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expect: RegExp | null;
}

const SHORT = ['低保', '医保', '危房改造', '公示', '补贴', '财务收支', '路灯'];
const LONG = ['村口的路灯坏了好几天了', '请问低保要交哪些材料', '桥头的水管漏水没人修理'];
const KEYS = ['LATEST', 'HELP', 'COMPLAINT_MINE', 'CATEGORY_cw_shjz'];
const CHINESE = /\p{Script=Han}/u;
const FLOW: readonly (readonly [text: string, expect: RegExp])[] = [
  ['投诉', /您要办哪一样/u],
  ['3', /哪个村/u],
  ['1', /完成/u],
  ['桥头的水管漏了三天没有人来修', /完成/u],
  ['完成', /跳过/u],
  ['跳过', /确认/u],
  ['确认', /\d{8}-\d{4,}/u],
];

let unique = 0;
/** Residents of this run; no two of them alike, in whatever process. */
const newResident = (): string => `o${`${process.pid}x${(unique += 1)}`.padStart(27, 'b')}`;
const text = (openid: string, content: string, expect: RegExp | null = CHINESE): Said => ({
  openid,
  fields: { MsgType: 'text', Content: content, MsgId: String(7_000_000_000_000_000 + (unique += 1)) },
  expect,
});
const event = (openid: string, fields: Readonly<Record<string, string>>, expect: RegExp | null): Said => ({
  openid,
  fields: { MsgType: 'event', ...fields },
  expect,
});

const endless: Record<Exclude<Kind, 'mix'>, () => Generator<Said, never>> = {
  *search() {
    for (let n = 0; ; n += 1) {
      const words = n % 3 === 2 ? LONG[n % LONG.length] : SHORT[n % SHORT.length];
      yield text(newResident(), words ?? '');
    }
  },
  *complaint() {
    for (;;) {
      const openid = newResident();
      for (const [words, expect] of FLOW) yield text(openid, words, expect);
    }
  },
  *menu() {
    for (let n = 0; ; n += 1)
      yield event(newResident(), { Event: 'CLICK', EventKey: KEYS[n % KEYS.length] ?? '' }, CHINESE);
  },
  *follow() {
    for (;;) {
      const openid = newResident();
      yield event(openid, { Event: 'subscribe', EventKey: '' }, CHINESE);
      yield event(openid, { Event: 'unsubscribe', EventKey: '' }, null);
    }
  },
};

/** 60 % search, 20 % complaint steps, 10 % menu, 10 % follow and unfollow. */
const MIX: readonly Exclude<Kind, 'mix'>[] = [
  'search',
  'complaint',
  'search',
  'search',
  'menu',
  'search',
  'complaint',
  'search',
  'follow',
  'search',
];

function* sayings(kind: Kind): Generator<Said, never> {
  if (kind !== 'mix') return yield* endless[kind]();
  const each = Object.fromEntries(Object.entries(endless).map(([name, make]) => [name, make()]));
  for (let n = 0; ; n += 1) {
    const next = each[MIX[n % MIX.length] ?? 'search']?.next();
    if (next) yield next.value;
  }
}

function parcelOf({ openid, fields, expect }: Said): Parcel {
  const seconds = String(Math.floor(Date.now() / 1_000));
  const all = { ToUserName: 'gh_bench', FromUserName: openid, CreateTime: seconds, ...fields };
  const xml = `<xml>${Object.entries(all)
    .map(([name, value]) =>
      /Time|MsgId/.test(name) ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
    )
    .join('')}</xml>`;
  const encrypted = encryptText(ACCOUNT.aesKey, ACCOUNT.appId, xml);
  const nonce = String(1_000_000_000 + (unique += 1));
  const query = new URLSearchParams({
    signature: signatureOf(ACCOUNT.token, seconds, nonce),
    timestamp: seconds,
    nonce,
    openid,
    encrypt_type: 'aes',
    msg_signature: signatureOf(ACCOUNT.token, seconds, nonce, encrypted),
  });
  const body = `<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
  return { path: `/wechat?${query.toString()}`, body, expect };
}

/** For each connection its own messages in order: a resident's next one is sent when the one before was answered. */
export function parcels(kind: Kind, size: { connections: number; messages: number }): Parcel[][] {
  const each = Math.ceil(size.messages / size.connections);
  return Array.from({ length: size.connections }, () => {
    const all = sayings(kind);
    return Array.from({ length: each }, () => parcelOf(all.next().value));
  });
}
