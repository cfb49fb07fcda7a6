import { canonicalJson, sha256Hex } from '../kernel/index.ts';
import { textOf } from './fields.ts';
import type { InboundMessage } from './messages.types.ts';

/**
 * The key under which a delivery is handled once (docs/promises.md#p2): a message is sender + MsgId, an event sender +
 * CreateTime + Event + EventKey + (MsgID | publish_id | nothing), a message without MsgId sender + CreateTime + MsgType
 * + hash of its fields. MsgId alone is not enough: different senders have been seen with the same one. The parts are
 * hashed, so that the key is short and does not spell out who wrote.
 */
export function dedupeKey(message: InboundMessage): string {
  if (message.kind === 'event') {
    const event = textOf(message.raw, 'Event') ?? '';
    const eventKey = textOf(message.raw, 'EventKey') ?? '';
    return key('event', message.openid, createTimeOf(message), event, eventKey, jobIdOf(message) ?? '');
  }
  if (message.msgId !== undefined) return key('message', message.openid, message.msgId);
  const msgType = textOf(message.raw, 'MsgType') ?? '';
  return key('fields', message.openid, createTimeOf(message), msgType, sha256Hex(canonicalJson(message.raw)));
}

function key(kind: string, ...parts: readonly string[]): string {
  return `${kind}:${sha256Hex(canonicalJson(parts))}`;
}

function createTimeOf(message: InboundMessage): string {
  return textOf(message.raw, 'CreateTime')?.trim() ?? '';
}

function jobIdOf(message: InboundMessage): string | undefined {
  if (message.type === 'PUBLISHJOBFINISH') return message.publishId;
  if (message.type === 'subscribe_msg_sent_event') return message.msgId ?? message.items[0]?.msgId;
  return message.msgId;
}
