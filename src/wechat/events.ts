import { filledOf, groupOf, listOf, numberOf, present, textOf } from './fields.ts';
import { parseMassFinish, parsePublishFinish, parseTemplateFinish } from './job-events.ts';
import { eventHead, type MessageHead, placeOf } from './message-head.ts';
import type {
  AuthorizationEvent,
  InboundEvent,
  InboundFields,
  KfSessionEvent,
  KfSwitchEvent,
  LocationEvent,
  PictureEvent,
  ScanCodeEvent,
  ScanEvent,
  SubscribeEvent,
  SubscribeMsgEvent,
  SubscribeMsgItem,
  VerifyEvent,
  ViewEvent,
} from './messages.types.ts';

type EventParser = (head: MessageHead) => InboundEvent;

const QR_PREFIX = 'qrscene_';

/** The typed event; `unknown` where its name is not in the platform's tables. Never throws. */
export function parseEvent(head: MessageHead): InboundEvent {
  const name = filledOf(head.raw, 'Event') ?? '';
  const parse = PARSERS.get(name.toLowerCase());
  return parse === undefined ? { ...head, kind: 'event', type: 'unknown', platformType: name } : parse(head);
}

const PARSERS: ReadonlyMap<string, EventParser> = new Map<string, EventParser>([
  ['subscribe', parseSubscribe],
  ['unsubscribe', (head) => ({ ...head, kind: 'event', type: 'unsubscribe', eventKey: keyOf(head) })],
  ['scan', parseScan],
  ['location', parseLocation],
  ['click', (head) => ({ ...head, kind: 'event', type: 'CLICK', eventKey: keyOf(head) })],
  ['view', (head) => parseView(head, 'VIEW')],
  ['view_miniprogram', (head) => parseView(head, 'view_miniprogram')],
  ['scancode_push', (head) => parseScanCode(head, 'scancode_push')],
  ['scancode_waitmsg', (head) => parseScanCode(head, 'scancode_waitmsg')],
  ['pic_sysphoto', (head) => parsePicture(head, 'pic_sysphoto')],
  ['pic_photo_or_album', (head) => parsePicture(head, 'pic_photo_or_album')],
  ['pic_weixin', (head) => parsePicture(head, 'pic_weixin')],
  [
    'location_select',
    (head) => ({
      ...head,
      kind: 'event',
      type: 'location_select',
      eventKey: keyOf(head),
      place: placeOf(groupOf(head.raw, 'SendLocationInfo')),
    }),
  ],
  ['masssendjobfinish', parseMassFinish],
  ['publishjobfinish', parsePublishFinish],
  ['templatesendjobfinish', parseTemplateFinish],
  [
    'subscribe_msg_popup_event',
    (head) => parseSubscribeMsg(head, 'subscribe_msg_popup_event', 'SubscribeMsgPopupEvent'),
  ],
  [
    'subscribe_msg_change_event',
    (head) => parseSubscribeMsg(head, 'subscribe_msg_change_event', 'SubscribeMsgChangeEvent'),
  ],
  ['subscribe_msg_sent_event', (head) => parseSubscribeMsg(head, 'subscribe_msg_sent_event', 'SubscribeMsgSentEvent')],
  ['kf_create_session', (head) => parseKfSession(head, 'kf_create_session')],
  ['kf_close_session', (head) => parseKfSession(head, 'kf_close_session')],
  ['kf_switch_session', parseKfSwitch],
  ['user_info_modified', (head) => parseAuthorization(head, 'user_info_modified')],
  ['user_authorization_revoke', (head) => parseAuthorization(head, 'user_authorization_revoke')],
  ['user_authorization_cancellation', (head) => parseAuthorization(head, 'user_authorization_cancellation')],
  ['qualification_verify_success', (head) => parseVerify(head, 'qualification_verify_success')],
  ['qualification_verify_fail', (head) => parseVerify(head, 'qualification_verify_fail')],
  ['naming_verify_success', (head) => parseVerify(head, 'naming_verify_success')],
  ['naming_verify_fail', (head) => parseVerify(head, 'naming_verify_fail')],
  ['annual_renew', (head) => parseVerify(head, 'annual_renew')],
  ['verify_expired', (head) => parseVerify(head, 'verify_expired')],
]);

/** The event's key as sent, empty where there is none. */
function keyOf(head: MessageHead): string {
  return textOf(head.raw, 'EventKey') ?? '';
}

function parseSubscribe(head: MessageHead): SubscribeEvent {
  const eventKey = keyOf(head);
  return present<SubscribeEvent>({
    ...eventHead(head),
    type: 'subscribe',
    eventKey,
    scene: eventKey.startsWith(QR_PREFIX) ? eventKey.slice(QR_PREFIX.length) : undefined,
    ticket: filledOf(head.raw, 'Ticket'),
  });
}

function parseScan(head: MessageHead): ScanEvent {
  const eventKey = keyOf(head);
  return present<ScanEvent>({
    ...eventHead(head),
    type: 'SCAN',
    eventKey,
    scene: eventKey,
    ticket: filledOf(head.raw, 'Ticket'),
  });
}

function parseLocation(head: MessageHead): LocationEvent {
  return present<LocationEvent>({
    ...eventHead(head),
    type: 'LOCATION',
    latitude: numberOf(head.raw, 'Latitude'),
    longitude: numberOf(head.raw, 'Longitude'),
    precision: numberOf(head.raw, 'Precision'),
  });
}

function parseView(head: MessageHead, type: ViewEvent['type']): ViewEvent {
  return present<ViewEvent>({ ...eventHead(head), type, eventKey: keyOf(head), menuId: filledOf(head.raw, 'MenuId') });
}

function parseScanCode(head: MessageHead, type: ScanCodeEvent['type']): ScanCodeEvent {
  const info = groupOf(head.raw, 'ScanCodeInfo');
  return present<ScanCodeEvent>({
    ...eventHead(head),
    type,
    eventKey: keyOf(head),
    scanType: filledOf(info, 'ScanType'),
    scanResult: filledOf(info, 'ScanResult'),
  });
}

function parsePicture(head: MessageHead, type: PictureEvent['type']): PictureEvent {
  const info = groupOf(head.raw, 'SendPicsInfo');
  return present<PictureEvent>({
    ...eventHead(head),
    type,
    eventKey: keyOf(head),
    count: numberOf(info, 'Count'),
    md5s: listOf(info, 'PicList').flatMap((item) => filledOf(item, 'PicMd5Sum') ?? []),
  });
}

function parseSubscribeMsg(head: MessageHead, type: SubscribeMsgEvent['type'], group: string): SubscribeMsgEvent {
  const nested = listOf(groupOf(head.raw, group), 'List');
  const items = (nested.length > 0 ? nested : listOf(head.raw, 'List')).map(subscribeMsgItem);
  return { ...head, kind: 'event', type, items };
}

function subscribeMsgItem(item: InboundFields): SubscribeMsgItem {
  return present<SubscribeMsgItem>({
    templateId: filledOf(item, 'TemplateId') ?? '',
    choice: filledOf(item, 'SubscribeStatusString'),
    popupScene: filledOf(item, 'PopupScene'),
    msgId: filledOf(item, 'MsgID', 'MsgId'),
    errorCode: numberOf(item, 'ErrorCode'),
    errorStatus: filledOf(item, 'ErrorStatus'),
  });
}

function parseKfSession(head: MessageHead, type: KfSessionEvent['type']): KfSessionEvent {
  return present<KfSessionEvent>({ ...eventHead(head), type, kfAccount: filledOf(head.raw, 'KfAccount') });
}

function parseKfSwitch(head: MessageHead): KfSwitchEvent {
  return present<KfSwitchEvent>({
    ...eventHead(head),
    type: 'kf_switch_session',
    fromKfAccount: filledOf(head.raw, 'FromKfAccount'),
    toKfAccount: filledOf(head.raw, 'ToKfAccount'),
  });
}

function parseAuthorization(head: MessageHead, type: AuthorizationEvent['type']): AuthorizationEvent {
  return present<AuthorizationEvent>({
    ...eventHead(head),
    type,
    // Samples of the platform carry a blank before the names.
    subjectOpenid: filledOf(head.raw, 'OpenID', ' OpenID'),
    appId: filledOf(head.raw, 'AppID'),
    revokeInfo: filledOf(head.raw, 'RevokeInfo'),
  });
}

function parseVerify(head: MessageHead, type: VerifyEvent['type']): VerifyEvent {
  return present<VerifyEvent>({
    ...eventHead(head),
    type,
    expiredTime: numberOf(head.raw, 'ExpiredTime'),
    failTime: numberOf(head.raw, 'FailTime'),
    failReason: filledOf(head.raw, 'FailReason'),
  });
}
