import { createArticles } from '../articles/index.ts';
import { createAudit } from '../audit/index.ts';
import { createBriefingBook, createBriefings } from '../briefings/index.ts';
import { createComplaints } from '../complaints/index.ts';
import { createConversationMemory, menuChoices } from '../conversation/index.ts';
import { createInboxRows, createRowCodec } from '../inbox/index.ts';
import { createMenu } from '../menu/index.ts';
import { createNotices } from '../notices/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { createSealer, createSigner } from '../platform/sealing/index.ts';
import { createSearchWords } from '../platform/search-words/index.ts';
import { createPrivacy } from '../privacy/index.ts';
import { createMassSend, createPushedWith, createPushes } from '../pushes/index.ts';
import { createStaff } from '../staff/index.ts';
import { createSubscribers } from '../subscribers/index.ts';
import { createTipoffs } from '../tipoffs/index.ts';
import type { Ground } from './ground.ts';

export type Features = ReturnType<typeof createFeatures>;

/** Both that wait for a leader and that need a person are told with the briefing's page. */
type TellOfBriefing = (
  tx: Tx,
  line: { readonly kind: 'push_failed' | 'to_review'; readonly key: string; readonly briefingId: string },
) => Promise<void>;

/**
 * Every feature that neither answers the platform nor shows a page, each after the ones it needs. Low stores come
 * first: what those below need of those above is handed to them built, never filled in later.
 */
export function createFeatures(ground: Ground) {
  const { config, keys, say, wechat, connection, mongo, clock } = ground;
  const { env, town, limits, calendars, categories } = config;
  const keep = limits.retentionDays;
  const publicUrl = env.PUBLIC_URL;
  const pools = { connection: mongo.hot, workConnection: mongo.work };

  const codec = createRowCodec({ sealer: createSealer(keys, 'inbox'), signer: createSigner(keys, 'inbox') });
  const inboxRows = createInboxRows({ ...pools, codec, keepDays: keep.inbox, clock });
  const sealer = createSealer(keys, 'conversation');
  const memory = createConversationMemory({ ...pools, sealer, keepDays: keep.conversations, clock });
  const { contactsOf } = inboxRows;

  const audit = createAudit(ground);
  const audited = { ...ground, audit: audit.api };
  const staff = createStaff({ ...audited, units: town.units, sessionHours: limits.sessionHours });
  const { assertStillMay, phoneOf } = staff.api;
  const subscribers = createSubscribers({ ...audited, town });
  const notices = createNotices({
    ...ground,
    sendText: (openid, text) => wechat.sendText(openid, text),
    canSend: wechat.rights.customerService,
    contactsOf,
    flagWaiting: memory.flagWaiting,
    callAfterHours: limits.notices.callAfterHours,
    keepDays: keep.notices,
    callStates: () => ground.platform.states(),
    cutEnd: say('cutPlain'),
    staffGroup: {
      url: env.STAFF_WEBHOOK_URL,
      publicUrl,
      quiet: { fromHour: limits.notices.quietFromHour, untilHour: limits.notices.quietUntilHour },
      groupSeconds: limits.notices.groupSeconds,
    },
  });
  const { tellStaff } = notices.api;
  const searchWords = createSearchWords(config.understanding.search);
  const articles = createArticles({
    ...audited,
    categories,
    villages: town.villages,
    units: town.units,
    publicUrl,
    words: searchWords,
    tellStaff,
    assertStillMay,
    pushedWith: createPushedWith(connection),
    onMismatch: () => ground.metrics.alarms.inc({ kind: 'content_mismatch' }),
  });
  const complaints = createComplaints({ ...audited, notices: notices.api, searchWords });
  const tipoffs = createTipoffs({ ...audited, contactsOf });
  const { WECHAT_ACCOUNT_TYPE: accountType } = env;
  const tellOfBriefing: TellOfBriefing = (tx, { kind, key, briefingId }) =>
    tellStaff(tx, { key, kind, ref: briefingId, path: `/console/briefings/${briefingId}` });
  const pushes = createPushes({
    ...audited,
    articles: articles.api,
    briefings: createBriefingBook(audited),
    carriers: [
      createMassSend({
        ...ground,
        account: 'main',
        client: wechat,
        accountType,
        subscribers: subscribers.api,
        publicUrl,
      }),
    ],
    tellStaff: tellOfBriefing,
  });
  const briefings = createBriefings({
    ...audited,
    articles: articles.api,
    pushes: pushes.api,
    staff: { boundOpenidOf: phoneOf, assertStillMay },
    town,
    calendars,
    accountType,
    minLeadSeconds: env.BRIEFING_MIN_LEAD_SECONDS,
    tellStaff: tellOfBriefing,
  });
  const menu = createMenu({ ...audited, configured: config.menu, choices: menuChoices(categories) });
  const below = [audit, staff, subscribers, notices, articles, complaints, tipoffs, pushes, briefings, menu];
  const privacy = createPrivacy({
    ...audited,
    holders: [
      ...below,
      { name: 'inbox', personal: inboxRows.personal },
      { name: 'conversation', personal: memory.personal },
    ],
    subscribers: subscribers.api,
  });
  return {
    inboxRows,
    memory,
    sealer,
    audit,
    staff,
    subscribers,
    notices,
    articles,
    complaints,
    tipoffs,
    pushes,
    privacy,
    /** In the order in which they need each other. */
    list: [...below, privacy],
  };
}
