import { isSearchWord } from '../platform/search-words/index.ts';
import { isPlace } from './complaint.ts';
import type { ComplaintDoc } from './complaints.store.ts';

/** Complaints of one village within this time of each other may be about one thing. */
export const SIMILAR_WITHIN_DAYS = 60;
/** About what "the same spot" is on a villager's map pin; FixMyStreet looks within 250 m. */
const NEAR_M = 300;
/** At least two words in common, and this share of the words of the shorter text. */
const MIN_SHARED = 2;
const MIN_SHARE = 0.4;
const EARTH_M = 6_371_000;

type Compared = Pick<ComplaintDoc, 'ticket' | 'searchWords' | 'places'>;

/** Why `other` may be about the same thing as `one`, in Chinese; null where nothing speaks for it. */
export function whySimilar(one: Compared, other: Compared): string | null {
  if (one.ticket === other.ticket) return null;
  const whys: string[] = [];
  const metres = nearest(one.places, other.places);
  if (metres <= NEAR_M) whys.push(`地点相距约 ${Math.max(10, Math.round(metres / 10) * 10)} 米`);
  const shared = sharedWords(one.searchWords, other.searchWords);
  if (shared.length > 0) whys.push(`都说到：${shared.slice(0, 5).join('、')}`);
  return whys.length === 0 ? null : whys.join('；');
}

/** Words of one character carry too little to compare by. */
function sharedWords(a: readonly string[], b: readonly string[]): string[] {
  const [mine, theirs] = [a, b].map((words) =>
    words.filter((word) => isSearchWord(word) && Array.from(word).length >= 2),
  );
  const known = new Set(theirs);
  const shared = (mine ?? []).filter((word) => known.has(word));
  const shorter = Math.min(mine?.length ?? 0, known.size);
  return shared.length >= MIN_SHARED && shared.length >= shorter * MIN_SHARE ? shared : [];
}

function nearest(a: ComplaintDoc['places'], b: ComplaintDoc['places']): number {
  const places = b.filter(isPlace);
  return Math.min(Number.POSITIVE_INFINITY, ...a.filter(isPlace).flatMap((p) => places.map((q) => distance(p, q))));
}

/** Metres between two places; flat, which is exact enough within a township. */
function distance(p: { lat: number; lng: number }, q: { lat: number; lng: number }): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const x = radians(q.lng - p.lng) * Math.cos(radians((p.lat + q.lat) / 2));
  return Math.hypot(x, radians(q.lat - p.lat)) * EARTH_M;
}
