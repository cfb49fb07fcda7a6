import type { InboundMessage } from '../wechat/index.ts';
import type { Part } from './state.ts';

/** At most this many messages make one complaint: more is a mistake or an attack, and a ticket nobody can read. */
export const MAX_PARTS = 100;

/** What a message adds to a complaint; undefined for one that says nothing to staff (events, stickers, files). */
export function partOf(message: InboundMessage, at: Date): Part | undefined {
  switch (message.type) {
    case 'text':
      return message.text.trim() === '' ? undefined : { at, type: 'text', text: message.text };
    case 'link':
      return { at, type: 'text', text: [message.title, message.url].filter(Boolean).join(' ') };
    case 'image':
      return {
        at,
        type: 'image',
        ...(message.mediaId === undefined ? {} : { mediaId: message.mediaId }),
        ...(message.picUrl === undefined ? {} : { picUrl: message.picUrl }),
      };
    case 'voice':
      return {
        at,
        type: 'voice',
        ...(message.mediaId === undefined ? {} : { mediaId: message.mediaId }),
        ...(message.recognition ? { text: message.recognition } : {}),
      };
    case 'video':
    case 'shortvideo':
      return { at, type: 'video', ...(message.mediaId === undefined ? {} : { mediaId: message.mediaId }) };
    case 'location': {
      const { latitude: lat, longitude: lng, label, poiName } = message.place;
      if (lat === undefined || lng === undefined) return undefined;
      return { at, type: 'location', location: { lat, lng, label: label || poiName || '' } };
    }
    default:
      return undefined;
  }
}

/** The words in a message: typed, recognised, or the title of what was passed on. */
export function wordsIn(message: InboundMessage): string {
  switch (message.type) {
    case 'text':
      return message.text;
    case 'voice':
      return message.recognition ?? '';
    case 'link':
      return message.title ?? '';
    default:
      return '';
  }
}

const MEDIA_NAMES: Readonly<Record<Part['type'], string>> = {
  text: '文字',
  image: '照片',
  voice: '语音',
  video: '视频',
  location: '位置',
};

/** What a resident calls this kind of message. */
export function partName(part: Part): string {
  return MEDIA_NAMES[part.type];
}

/** `2 张照片、1 段语音`, empty where everything is text. */
export function attachmentsOf(parts: readonly Part[]): string {
  const units: Readonly<Record<string, string>> = { image: '张', voice: '段', video: '段', location: '个' };
  return (['image', 'voice', 'video', 'location'] as const)
    .flatMap((type) => {
      const count = parts.filter((part) => part.type === type).length;
      return count > 0 ? [`${count} ${units[type] ?? ''}${MEDIA_NAMES[type]}`] : [];
    })
    .join('、');
}
