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
  ['text', parseText],
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

/**
 * What the platform sends in place of a sticker, a red packet, a mini program or a card, in the languages of its phones:
 * a text that nobody wrote.
 */
const STANDS_FOR_ANOTHER =
  /^\s*[【[［(（]?\s*(?:收到不支持的(?:消息|訊息)类?類?型?[,，、]?\s*(?:暂无法|無法|暂時無法|暂不能|請在手機上|请在手机上)?(?:显示|顯示|查看)?|收到不支援的(?:消息|訊息)(?:类|類)型[,，]?\s*(?:暫|暂)?(?:无|無)法(?:显|顯)示|unsupported message(?: type)?(?:,? (?:cannot|unable to) (?:be )?display(?:ed)?)?|this message (?:type )?is not supported|received an? unsupported message[^\]】]*|当前版本不支持(?:展示|显示|查看)(?:该|此)内容[^】\]]*)\s*[。.]?\s*[】\]］)）]?\s*$/iu;

function parseText(head: MessageHead): InboundChatMessage {
  const text = textOf(head.raw, 'Content') ?? '';
  if (STANDS_FOR_ANOTHER.test(text)) return unknownMessage(head, 'text');
  return { ...head, kind: 'message', type: 'text', text } satisfies TextMessage;
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
