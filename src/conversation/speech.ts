import { chinaDate, cutAtSentence, formatChinaDate, type ChinaDate } from '../kernel/index.ts';
import type { Say, Town } from '../platform/config/index.ts';
import type { Reply } from '../wechat/index.ts';

/** A reply must stay under 600 characters and 1,800 bytes, or the platform may show a fault (wechat-protocol §1.1). */
const MAX_CHARS = 600;
const MAX_BYTES = 1_800;

/** Puts sentences together into a reply that the platform accepts. */
export interface Speech {
  readonly say: Say;
  /** Paragraphs as one text reply; too long, it is cut at a sentence and ends with `moreUrl` where there is one. */
  reply(paragraphs: readonly string[], moreUrl?: string): Reply;
  emergency(): string;
  /** The numbers to call if the text speaks of an emergency. */
  isEmergency(text: string): boolean;
  villageList(page: number): string;
  villageName(code: string | null): string;
  day(date: Date | ChinaDate): string;
}

/** Villages shown at once: more would not fit on an old phone's screen (issue: lists longer than 9 are paged). */
export const VILLAGES_A_PAGE = 9;

export function createSpeech(deps: { say: Say; town: Town }): Speech {
  const { say, town } = deps;
  return {
    say,
    reply: (paragraphs, moreUrl) => {
      const whole = paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
      const ending = moreUrl === undefined ? say('cutPlain') : say('cutWithLink', { url: moreUrl });
      const cut = cutAtSentence(whole, MAX_CHARS, MAX_BYTES);
      if (cut === whole) return { type: 'text', text: whole };
      const room = cutAtSentence(whole, MAX_CHARS - ending.length, MAX_BYTES - Buffer.byteLength(ending));
      return { type: 'text', text: room + ending };
    },
    emergency: () =>
      say('emergency', { numbers: town.emergencyNumbers.map((phone) => say('emergencyNumber', phone)).join('\n') }),
    isEmergency: (text) => town.emergencyWords.some((word) => text.includes(word)),
    villageList: (page) => {
      const first = page * VILLAGES_A_PAGE;
      const lines = town.villages
        .slice(first, first + VILLAGES_A_PAGE)
        .map((village, i) => `${first + i + 1} ${village.name}`);
      if (town.villages.length > VILLAGES_A_PAGE) lines.push(say('complaintVillageMore', { n: 0 }));
      return lines.join('\n');
    },
    villageName: (code) => town.villages.find((village) => village.code === code)?.name ?? '',
    day: (date) => formatChinaDate(typeof date === 'string' ? date : chinaDate(date)),
  };
}

/** The page after `page` of the village list, the first again after the last. */
export function nextVillagePage(page: number, villages: number): number {
  return (page + 1) % Math.max(1, Math.ceil(villages / VILLAGES_A_PAGE));
}
