import type { Town } from '../platform/config/index.ts';
import type { PushesApi } from '../pushes/index.ts';
import type { Privacy } from '../privacy/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { InboundEvent, InboundMessage, Reply } from '../wechat/index.ts';
import { read, type Plan, type Turn } from './plan.ts';
import type { Speech } from './speech.ts';

interface EventsDeps {
  readonly speech: Speech;
  readonly town: Town;
  readonly subscribers: Pick<SubscribersApi, 'setVillageByScene' | 'choiceOf'>;
  readonly privacy: Pick<Privacy, 'followed' | 'left'>;
  readonly pushes: Pick<PushesApi, 'onMassSendFinished'>;
}

/** What the platform tells us beside what residents say; menu keys are commands and not looked at here. */
export function createEvents(deps: EventsDeps): (turn: Turn, event: InboundEvent) => Plan {
  const { speech, subscribers, town } = deps;
  const { say } = speech;
  const effect = (run: () => Promise<Reply | null>): Plan => ({ kind: 'effect', run });

  const villageTold = async (openid: string): Promise<string[]> => {
    const { villageCode } = await subscribers.choiceOf(openid);
    const village = town.villages.find(({ code }) => code === villageCode);
    return village ? [say('settingsDone', { village: village.name })] : [];
  };

  return (turn, event) => {
    const { openid } = event;
    const at = event.createTime > 0 ? new Date(event.createTime * 1_000) : turn.at;
    switch (event.type) {
      case 'subscribe':
        return effect(async () => {
          const { scene } = event;
          await deps.privacy.followed({ openid, at, ...(scene ? { scene } : {}) });
          const welcome = say('welcome', { account: town.account, town: town.name });
          return speech.reply([welcome, ...(scene ? await villageTold(openid) : [])]);
        });
      case 'unsubscribe':
        return effect(() => leave(openid, at));
      case 'user_authorization_cancellation': {
        // Sent by the platform about somebody who has ended their account, and sometimes without saying who.
        const { subjectOpenid } = event;
        return subjectOpenid === undefined ? read(null) : effect(() => leave(subjectOpenid, at));
      }
      case 'SCAN':
        return effect(async () => {
          const known = await subscribers.setVillageByScene({ openid, scene: event.scene });
          return speech.reply(known ? await villageTold(openid) : [say('help')]);
        });
      case 'MASSSENDJOBFINISH':
        return effect(() => finished(event));
      default:
        return read(null);
    }
  };

  async function leave(openid: string, at: Date): Promise<null> {
    await deps.privacy.left({ openid, at });
    return null;
  }

  async function finished(event: Extract<InboundMessage, { type: 'MASSSENDJOBFINISH' }>): Promise<null> {
    await deps.pushes.onMassSendFinished({
      msgId: event.msgId ?? '',
      status: event.status,
      totalCount: event.counts.total,
      filterCount: event.counts.filtered,
      sentCount: event.counts.sent,
      errorCount: event.counts.failed,
      ...(event.articleUrls.length > 0 ? { articleCount: event.articleUrls.length } : {}),
      copyright: event.copyright,
    });
    return null;
  }
}
