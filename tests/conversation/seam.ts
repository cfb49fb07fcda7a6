import { conversationCollections, createConversation, createConversationMemory } from '../../src/conversation/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { createSay, loadConfig } from '../../src/platform/config/index.ts';
import {
  type Connection,
  createTransact,
  migrateCollections,
  openForMigration,
} from '../../src/platform/mongo/index.ts';
import { createSealer } from '../../src/platform/sealing/index.ts';
import { parseInbound, type InboundMessage } from '../../src/wechat/index.ts';
import { SILENT } from '../support/town.ts';

const SECRET = 'a-secret-key-for-tests-of-32-bytes-0000';
type Api = ReturnType<typeof createConversation>['api'];
export interface Asked {
  readonly key: string;
  readonly message: InboundMessage;
  readonly at: Date;
  readonly limited: boolean;
}

/** The conversation as the inbox calls it, on a real store, with the words that it searched the articles for. */
export interface Seam {
  readonly api: Api;
  readonly memory: ReturnType<typeof createConversationMemory>;
  readonly searched: string[];
  prepare(asked: Asked): ReturnType<Api['prepare']>;
  /** Prepares and applies; the text of the answer. */
  run(asked: Asked): Promise<string>;
  readonly connection: Connection;
}

/** Features that its tests never reach are left out: a call of one of them fails the test. */
export async function openSeam(uri: string): Promise<Seam> {
  const connection = await openForMigration(uri);
  await migrateCollections(connection, conversationCollections);
  const config = loadConfig({
    PUBLIC_URL: 'http://127.0.0.1:3000',
    MONGODB_URI: uri,
    SECRET_KEY: SECRET,
    WECHAT_APP_ID: 'wx0123456789abcdef',
    WECHAT_APP_SECRET: 'secret',
    WECHAT_TOKEN: 'token',
    WECHAT_ENCODING_AES_KEY: 'a'.repeat(43),
  });
  const searched: string[] = [];
  const articles = {
    searchPublic: async ({ words }: { words: string }) => {
      searched.push(words);
      return { items: [], nextCursor: null };
    },
  };
  const sealer = createSealer({ current: SECRET }, 'conversation');
  const memory = createConversationMemory({
    connection,
    workConnection: connection,
    sealer,
    keepDays: 365,
    clock: systemClock,
  });
  const { api } = createConversation({
    memory,
    transact: createTransact(connection),
    config,
    say: createSay(config.chat),
    sealer,
    articles,
    subscribers: { choiceOf: async () => ({ villageCode: null }) },
    notices: { lastAnswerTold: async () => null },
    clock: systemClock,
    log: SILENT,
  } as unknown as Parameters<typeof createConversation>[0]);
  const prepare = async (asked: Asked) => api.prepare({ ...asked, conversation: await api.load(asked.message.openid) });
  const run = async (asked: Asked) => textOf(await api.apply({ ...asked, prepared: await prepare(asked) }));
  return { api, memory, searched, prepare, run, connection };
}

let unique = 0;
export const newResident = (): string => `oSeam${(unique += 1)}`;

/** The next text message of a resident. */
export function said(openid: string, text: string, how: { at: Date; limited?: boolean }): Asked {
  const message = parseInbound({ FromUserName: openid, MsgType: 'text', Content: text, MsgId: '1' });
  return { key: `message:${(unique += 1)}`, message, at: how.at, limited: how.limited ?? false };
}

export function textOf(answer: { readonly reply: { readonly type: string } | null } | null): string {
  const reply = answer?.reply ?? null;
  return reply !== null && 'text' in reply ? String(reply.text) : '';
}
