import { parseEvent } from './events.ts';
import { messageHead, type MessageHead, placeOf } from './message-head.ts';
import { filledOf, isFields, numberOf, present, textOf } from './fields.ts';
import type {
  FileMessage,
  ImageMessage,
  InboundChatMessage,
  InboundFields,
  InboundMessage,
  LinkMessage,
  LocationMessage,
  TextMessage,
  UnknownMessage,
  VideoMessage,
  VoiceMessage,
} from './messages.types.ts';

/** The typed message in `fields`. Never throws: missing fields are left out, what is not known stays whole in `raw`. */
export function parseInbound(fields: InboundFields): InboundMessage {
  const raw = isFields(fields) ? fields : {};
  const head = present<MessageHead>({
    toUserName: filledOf(raw, 'ToUserName') ?? '',
    openid: filledOf(raw, 'FromUserName') ?? '',
    createTime: numberOf(raw, 'CreateTime') ?? 0,
    msgId: filledOf(raw, 'MsgId', 'MsgID'),
    raw,
  });
  const msgType = filledOf(raw, 'MsgType') ?? '';
  const isEvent = msgType.toLowerCase() === 'event' || (msgType === '' && filledOf(raw, 'Event') !== undefined);
  return isEvent ? parseEvent(head) : parseMessage(head, msgType);
}

type MessageParser = (head: MessageHead) => InboundChatMessage;

const PARSERS: ReadonlyMap<string, MessageParser> = new Map<string, MessageParser>([
  [
    'text',
    (head): TextMessage => ({ ...head, kind: 'message', type: 'text', text: textOf(head.raw, 'Content') ?? '' }),
  ],
  ['image', parseImage],
  ['voice', parseVoice],
  ['video', (head) => parseVideo(head, 'video')],
  ['shortvideo', (head) => parseVideo(head, 'shortvideo')],
  ['location', (head): LocationMessage => ({ ...head, kind: 'message', type: 'location', place: placeOf(head.raw) })],
  ['link', parseLink],
  ['file', parseFile],
]);

function parseMessage(head: MessageHead, msgType: string): InboundChatMessage {
  const parse = PARSERS.get(msgType.toLowerCase());
  return parse === undefined ? unknownMessage(head, msgType) : parse(head);
}

function unknownMessage(head: MessageHead, platformType: string): UnknownMessage {
  return { ...head, kind: 'message', type: 'unknown', platformType };
}

function parseImage(head: MessageHead): ImageMessage {
  return present<ImageMessage>({
    ...messageHead(head),
    type: 'image',
    mediaId: filledOf(head.raw, 'MediaId'),
    picUrl: filledOf(head.raw, 'PicUrl'),
  });
}

function parseVoice(head: MessageHead): VoiceMessage {
  return present<VoiceMessage>({
    ...messageHead(head),
    type: 'voice',
    mediaId: filledOf(head.raw, 'MediaId'),
    format: filledOf(head.raw, 'Format'),
    mediaId16K: filledOf(head.raw, 'MediaId16K'),
    recognition: filledOf(head.raw, 'Recognition'),
  });
}

function parseVideo(head: MessageHead, type: 'video' | 'shortvideo'): VideoMessage {
  return present<VideoMessage>({
    ...messageHead(head),
    type,
    mediaId: filledOf(head.raw, 'MediaId'),
    thumbMediaId: filledOf(head.raw, 'ThumbMediaId'),
  });
}

function parseLink(head: MessageHead): LinkMessage {
  return present<LinkMessage>({
    ...messageHead(head),
    type: 'link',
    title: filledOf(head.raw, 'Title'),
    description: filledOf(head.raw, 'Description'),
    url: filledOf(head.raw, 'Url'),
  });
}

function parseFile(head: MessageHead): FileMessage {
  return present<FileMessage>({
    ...messageHead(head),
    type: 'file',
    title: filledOf(head.raw, 'Title'),
    description: filledOf(head.raw, 'Description'),
    fileKey: filledOf(head.raw, 'FileKey'),
    fileMd5: filledOf(head.raw, 'FileMd5'),
    fileLength: numberOf(head.raw, 'FileTotalLen'),
  });
}
