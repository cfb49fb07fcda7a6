import type { PhoneReply, SayAnswer } from './contract.ts';
import { ControlError } from './control-error.ts';
import { type Delivery, deliver, type Parcel } from './deliveries.ts';
import { integerAt, type JsonObject, stringAt } from './json.ts';
import type { Resident } from './residents.ts';
import { type Saying, sayingOf } from './sayings.ts';
import type { World } from './world.ts';
import { bare, renderXml, type XmlValue } from './xml.ts';

/** What the platform writes under a message when the account did not answer as it must. */
export const BANNER_TEXT = '该公众号提供的服务出现故障，请稍后再试';

/** Most copies of one delivery that are sent at once. */
const MAX_COPIES = 50;

/**
 * The resident does something: their phone shows it, the webhook gets it, the phone shows the answer or the banner.
 * `msgId` and `createTime` (seconds) repeat an earlier message, `msgId: null` leaves the id out;
 * `deliveries: n` brings n equal copies at the same time instead of one with retries. Throws ControlError.
 */
export async function say(world: World, resident: Resident, said: JsonObject): Promise<SayAnswer> {
  const copies = integerAt(said, 'deliveries') ?? 1;
  if (copies < 1 || copies > MAX_COPIES) throw new ControlError(400, `deliveries is 1 to ${MAX_COPIES}`);
  const saying = await sayingOf(world, resident, said);
  const createTime = integerAt(said, 'createTime') ?? world.time.seconds();
  const hasId = saying.type !== 'event' && said['msgId'] !== null;
  const msgId = hasId ? (stringAt(said, 'msgId') ?? world.newMessageId()) : undefined;
  saying.change?.();
  if (saying.allowance !== undefined) world.residents.allow(resident, saying.allowance);
  if (saying.shown !== undefined) {
    const via = saying.type === 'event' ? 'event' : 'message';
    world.residents.show(resident, { from: 'resident', via, ...saying.shown });
  }
  const parcel: Parcel = {
    openid: resident.openid,
    sentType: saying.type,
    xml: saying.xml ?? messageXml(world, resident, saying, { createTime, msgId }),
  };
  const results =
    copies === 1
      ? [await deliver(world, parcel)]
      : await Promise.all(Array.from({ length: copies }, async () => deliver(world, { ...parcel, maxAttempts: 1 })));
  return answerOf(world, resident, results, { createTime, msgId });
}

function messageXml(
  world: World,
  resident: Resident,
  saying: Saying,
  { createTime, msgId }: { createTime: number; msgId: string | undefined },
): string {
  const fields: Record<string, XmlValue> = {
    ToUserName: world.account.originalId,
    FromUserName: resident.openid,
    CreateTime: createTime,
    MsgType: saying.type,
    ...saying.fields,
  };
  if (msgId !== undefined && fields['MsgId'] === undefined) fields['MsgId'] = bare(msgId);
  return renderXml(fields);
}

const replyOf = ({ outcome }: Delivery): PhoneReply | null => (outcome.kind === 'reply' ? outcome.reply : null);

function answerOf(
  world: World,
  resident: Resident,
  results: readonly Delivery[],
  sent: { createTime: number; msgId: string | undefined },
): SayAnswer {
  // To the platform copies are one message: one good answer is enough, and one is shown.
  const good = results.find(({ outcome }) => outcome.kind !== 'banner');
  const reply = results.map(replyOf).find((found) => found !== null) ?? null;
  const banner = good === undefined;
  if (resident.following && reply !== null) showReply(world, resident, reply);
  if (resident.following && banner) {
    world.residents.show(resident, { from: 'account', via: 'banner', type: 'text', text: BANNER_TEXT });
  }
  const outcome = (good ?? results[0])?.outcome;
  return {
    reply,
    replies: results.map(replyOf),
    attempts: results.reduce((sum, { attempts }) => sum + attempts, 0),
    statuses: results.flatMap(({ statuses }) => statuses),
    banner,
    ...(outcome !== undefined && 'why' in outcome ? { why: outcome.why } : {}),
    ...(sent.msgId === undefined ? {} : { msgId: sent.msgId }),
    createTime: sent.createTime,
  };
}

function showReply(world: World, resident: Resident, reply: PhoneReply): void {
  const base = { from: 'account', via: 'reply', type: reply.type } as const;
  switch (reply.type) {
    case 'text':
      return world.residents.show(resident, { ...base, text: reply.text });
    case 'news': {
      const [first] = reply.articles;
      return world.residents.show(resident, {
        ...base,
        title: first?.title ?? '',
        url: first?.url ?? '',
        articles: reply.articles,
      });
    }
    case 'music':
      return world.residents.show(resident, { ...base, title: reply.title, url: reply.url });
    case 'video':
      return world.residents.show(resident, {
        ...base,
        title: reply.title,
        mediaId: reply.mediaId,
        mediaUrl: reply.url,
      });
    case 'image':
    case 'voice':
      return world.residents.show(resident, { ...base, mediaId: reply.mediaId, mediaUrl: reply.url });
  }
}
