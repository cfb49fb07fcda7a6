import { membersOf } from './api/tags.ts';
import type { StateAnswer } from './contract.ts';
import type { World } from './world.ts';

/** What the platform holds now, for `GET /_/state`. */
export function stateOf(world: World): StateAnswer {
  const { account, time } = world;
  return {
    now: time.now().toISOString(),
    offsetSeconds: time.offsetSeconds,
    webhookUrl: world.link.webhookUrl,
    account: {
      appId: account.appId,
      originalId: account.originalId,
      type: account.type,
      verified: account.verified,
      testAccount: account.testAccount,
      mode: account.mode,
    },
    residents: world.residents.all().length,
    followers: world.residents.followerCount(),
    tags: [...world.tags].map(([id, name]) => ({ id, name, count: membersOf(world, id).length })),
    menu: world.menu.buttons,
    drafts: world.drafts
      .all()
      .map(({ mediaId, articles }) => ({ mediaId, titles: articles.map(({ title }) => title) })),
    media: world.media.counts(),
    quotasUsedToday: world.quotas.usedToday(),
    faults: world.faults.list(),
    behaviour: { ...world.behaviour },
  };
}
