export { createWechatClient } from './client.ts';
export type * from './client.types.ts';
export { meaningOf } from './errcodes.ts';
export { dedupeKey } from './dedupe.ts';
export { parseJsonFields } from './fields.ts';
export { createClockWatch, type ClockWatch } from './freshness.ts';
export { finishWords, massResultOf } from './mass-status.ts';
export { createGroupRobot } from './group-robot.ts';
export type { TellGroup } from './group-robot.ts';
export { createMessageCrypto } from './message-crypto.ts';
export { parseInbound } from './messages.ts';
export type * from './messages.types.ts';
export { mayComeByAddress, platformFailureOf, reasonOf } from './failure.ts';
export type { PlatformReason } from './reasons.ts';
export {
  checkReply,
  MAX_REPLY_BYTES,
  MAX_REPLY_CHARS,
  renderReply,
  SUCCESS,
} from './replies.ts';
export type { ReplyTarget } from './replies.ts';
export type * from './replies.types.ts';
export { signatureOf, verifySignature } from './signature.ts';
export { createMemoryTokenStore } from './token-store.ts';
export { checkWebhookQuery, openWebhookBody, sealReply, signedTimestamp, verifyUrl } from './webhook.ts';
export type { OpenedWebhook, WebhookRequest } from './webhook.ts';
export { parseXml } from './xml.ts';
