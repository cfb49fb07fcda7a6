import { alwaysWell, type Feature } from '../feature/index.ts';
import { AppError } from '../kernel/index.ts';
import type { InboundMessage, Reply } from '../wechat/index.ts';
import { asChange, carryNotices } from './carry-notices.ts';
import { conversationCollections } from './conversations.store.ts';
import type { ConversationDeps } from './deps.ts';
import { createDropSweep } from './drop.ts';
import { read, type Next, type Plan, type Turn } from './plan.ts';
import { createSpeech } from './speech.ts';
import type { Conversation } from './state.ts';
import { assembleConversation } from './assemble.ts';
import { createUnderstanding } from './understanding/index.ts';

/** What the inbox needs of the conversation (its handler), and what app/ hands to others. */
export interface ConversationApi {
  load(openid: string): Promise<Conversation>;
  prepare(asked: Turn): Promise<Decided>;
  apply(asked: Omit<Turn, 'conversation'> & { prepared: Decided | null }): Promise<Answered>;
  /** The fixed sentence while the store is away. */
  spooledReply(message: InboundMessage): Reply | null;
}

/** What was answered; `apart` = it belongs to a tipoff, of which no other part may keep anything (docs/promises.md#p8). */
interface Answered {
  readonly reply: Reply | null;
  readonly apart?: boolean;
}

/** What one message will do, found once: it holds as long as the conversation's `rev` is the one it was made for. */
interface Decided {
  readonly turn: Turn;
  readonly plan: Plan;
  /** The answer where nothing is left to be done: the message changes nothing, or has had its effect already. */
  readonly outcome: Answered | null;
  /** Where nothing but the conversation changes; null = another message came first. */
  readonly alone?: () => Promise<Answered | null>;
}

/** Two messages of one resident may meet; each loser reads again. More than this is no meeting but a fault. */
const MAX_MEETINGS = 20;

/** Chat flows, menu keys and the words to type. Owns no business rule: it calls the features. */
export function createConversation(deps: ConversationDeps): Feature<ConversationApi> {
  const { config, say } = deps;
  const { store, workStore } = deps.memory;
  const understanding = createUnderstanding({ texts: config.understanding, town: config.town });
  const speech = createSpeech({ say, town: config.town, danger: understanding.danger });
  const decide = assembleConversation({ ...deps, speech, understanding });

  const prepare = async (turn: Turn): Promise<Decided> => {
    const { conversation, key } = turn;
    const applied = conversation.applied.find((entry) => entry.key === key);
    if (applied) return { turn, plan: read(applied.reply), outcome: applied };
    const plan = await decide(turn);
    const { apart = false } = plan;
    // What belongs to a tipoff carries nothing else (docs/promises.md#p8).
    if (conversation.noticesWaiting && !apart) return { turn, plan, outcome: null };
    if (plan.kind === 'read') return { turn, plan, outcome: { reply: plan.reply, apart } };
    if (plan.kind !== 'talk' || plan.first) return { turn, plan, outcome: null };
    const alone = async (): Promise<Answered | null> => {
      const done = await carryOut({ turn, plan });
      return done === 'met' ? null : { reply: done.reply, apart };
    };
    return { turn, plan, outcome: null, alone };
  };

  const carryOut = async ({ turn, plan }: Pick<Decided, 'turn' | 'plan'>): Promise<{ reply: Reply | null } | 'met'> => {
    const { conversation: before, key, at } = turn;
    // What belongs to a tipoff carries nothing else (docs/promises.md#p8).
    if (before.noticesWaiting && !plan.apart) return runChange(turn, await asChange(plan, before.flow), true);
    switch (plan.kind) {
      case 'read':
        return { reply: plan.reply };
      case 'effect':
        return { reply: await plan.run() };
      case 'talk': {
        await plan.first?.();
        const { reply, apart = false } = plan;
        const saved = await store.save({ before, key, reply, apart, at, ...standing(turn, plan) });
        return saved ? { reply: plan.reply } : 'met';
      }
      case 'change':
        return runChange(turn, plan, false);
    }
  };

  const runChange = async (
    turn: Turn,
    plan: Extract<Plan, { kind: 'change' }>,
    /** Notices wait: the reply takes them along, in the same transaction. */
    carry: boolean,
  ): Promise<{ reply: Reply | null } | 'met'> => {
    const met = new AppError('stale_version');
    try {
      const { conversation: before, key, at } = turn;
      const { openid } = before;
      const done = await deps.transact(async (tx) => {
        const { reply: own, ...next } = await plan.run(tx);
        const { reply, more } = carry
          ? await carryNotices(deps.notices, tx, openid, own)
          : { reply: own, more: undefined };
        const kept = { before, key, reply, apart: plan.apart ?? false, at, ...standing(turn, next) };
        const waiting = more === undefined ? {} : { noticesWaiting: more };
        if (!(await workStore.save({ ...kept, ...waiting, tx }))) throw met;
        return { reply, more };
      });
      if (carry && done.reply !== null && done.more) await deps.notices.wake(openid);
      return { reply: done.reply };
    } catch (error) {
      if (error === met) return 'met';
      throw error;
    }
  };

  const api: ConversationApi = {
    load: store.load,
    prepare,
    apply: async ({ prepared, ...asked }) => {
      // A plan made for a resident who may speak freely is not that of one who has said too much, and the other way.
      let decided = prepared?.turn.limited === asked.limited ? prepared : null;
      for (let meeting = 0; meeting < MAX_MEETINGS; meeting += 1) {
        decided ??= await prepare({ ...asked, conversation: await store.load(asked.message.openid) });
        if (decided.outcome) return decided.outcome;
        const done = await carryOut(decided);
        if (done !== 'met') return { reply: done.reply, apart: decided.plan.apart ?? false };
        decided = null;
      }
      throw new AppError('internal', { message: 'a conversation was changed by others too often' });
    },
    spooledReply: (message) => {
      if (message.kind !== 'message') return null;
      const urgent = message.type === 'text' && speech.isEmergency(message.text);
      return speech.reply([...(urgent ? [speech.emergency()] : []), say('spooled', { hotline: speech.hotline() })]);
    },
  };
  const dropMs = config.limits.conversation.dropDays * 86_400_000;
  return {
    name: 'conversation',
    api,
    routes: [],
    sweeps: [createDropSweep({ ...deps, store: workStore, dropMs })],
    collections: conversationCollections,
    health: alwaysWell,
    personal: deps.memory.personal,
  };
}

/** What is stored of how the conversation goes on. */
function standing(
  turn: Turn,
  { flow, begins, recent }: Next,
): Pick<Conversation, 'flow'> & Partial<Pick<Conversation, 'begunAt' | 'recent'>> {
  return { flow, ...(begins ? { begunAt: turn.at } : {}), ...(recent === undefined ? {} : { recent }) };
}
