import { filledOf, numberOf, present } from './fields.ts';
import type { InboundFields, Place } from './messages.types.ts';

/** What every message has in common, whatever its type. */
export interface MessageHead {
  readonly toUserName: string;
  readonly openid: string;
  readonly createTime: number;
  readonly msgId?: string;
  readonly raw: InboundFields;
}

/** The head of a message whose optional members are written with `present`. */
export function messageHead(head: MessageHead) {
  return { ...head, msgId: head.msgId, kind: 'message' as const };
}

/** The head of an event whose optional members are written with `present`. */
export function eventHead(head: MessageHead) {
  return { ...head, msgId: head.msgId, kind: 'event' as const };
}

/** A place from a location message or from `SendLocationInfo`. */
export function placeOf(fields: InboundFields): Place {
  return present<Place>({
    latitude: numberOf(fields, 'Location_X'),
    longitude: numberOf(fields, 'Location_Y'),
    scale: numberOf(fields, 'Scale'),
    label: filledOf(fields, 'Label'),
    poiName: filledOf(fields, 'Poiname'),
  });
}
