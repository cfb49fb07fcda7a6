import type { Button } from './menu.ts';

export type ChangeKind = 'added' | 'removed' | 'renamed' | 'action' | 'moved';

/** One thing that residents will see differently: what kind of thing, and the sentence for staff. */
export interface Change {
  readonly kind: ChangeKind;
  readonly text: string;
}

/** A button where it stands. */
interface Place {
  readonly button: Button;
  /** The button above it; null at the bottom of the chat. */
  readonly parent: Place | null;
  /** From 0, among its neighbours. */
  readonly at: number;
}

/**
 * What publishing `wanted` would change of `live`; empty exactly where the two are the same. Buttons are paired one to
 * one (name and action, then name, then action within a list; name and action between lists), so that two of one name
 * stay two and a new name is no new button. `nameOfKey`: the office's name for what a key asks for.
 */
export function menuChanges(
  live: readonly Button[],
  wanted: readonly Button[],
  nameOfKey: (key: string) => string | undefined,
): Change[] {
  const before = placesIn(live);
  const after = placesIn(wanted);
  const pairs = pairUp(before, after);
  const doing = (button: Button): string => wordsFor(button, nameOfKey);
  const still = new Set(pairs.values());
  const stays = settledIn(after, pairs);
  return [
    ...after.flatMap((place) => {
      const old = pairs.get(place);
      if (old) return changesOf(old, place, { doing, moved: !stays.has(place) });
      return comesWithParent(place, pairs) ? [] : [added(place, doing)];
    }),
    ...before
      .filter((place) => !still.has(place) && !goesWithParent(place, pairs))
      .map((place) => removed(place, still)),
  ];
}

function placesIn(buttons: readonly Button[], parent: Place | null = null): Place[] {
  return buttons.flatMap((button, at) => {
    const place: Place = { button, parent, at };
    return [place, ...placesIn(button.sub, place)];
  });
}

type Alike = (a: Place, b: Place) => boolean;

const opens = ({ button }: Place): boolean => button.sub.length > 0;
const sameName: Alike = (a, b) => a.button.name === b.button.name;
const sameAction: Alike = (a, b) =>
  !opens(a) && !opens(b) && JSON.stringify(a.button.action) === JSON.stringify(b.button.action);
const exact: Alike = (a, b) => sameName(a, b) && (sameAction(a, b) || (opens(a) && opens(b)));
/** A sub-menu under a new name is known by what lies in it. */
const sharesSub: Alike = (a, b) =>
  placesIn(a.button.sub).some((mine) => placesIn(b.button.sub).some((theirs) => exact(mine, theirs)));

/** Wanted place → the live one that it was. */
function pairUp(before: readonly Place[], after: readonly Place[]): Map<Place, Place> {
  const pairs = new Map<Place, Place>();
  const taken = new Set<Place>();
  const pair = (ours: readonly Place[], theirs: readonly Place[], alike: Alike): void => {
    for (const place of ours) {
      if (pairs.has(place)) continue;
      const old = theirs.find((candidate) => !taken.has(candidate) && alike(place, candidate));
      if (!old) continue;
      pairs.set(place, old);
      taken.add(old);
    }
  };
  const under = (places: readonly Place[], parent: Place | null): Place[] =>
    places.filter((place) => place.parent === parent);
  for (const alike of [exact, sameName, sameAction, sharesSub]) pair(under(after, null), under(before, null), alike);
  for (const place of under(after, null)) {
    const old = pairs.get(place);
    if (!old) continue;
    for (const alike of [exact, sameName, sameAction]) pair(under(after, place), under(before, old), alike);
  }
  pair(after, before, exact);
  return pairs;
}

function sameList(place: Place, old: Place, pairs: ReadonlyMap<Place, Place>): boolean {
  return place.parent === null ? old.parent === null : pairs.get(place.parent) === old.parent;
}

/** Those that need not move: of each list the longest run that already stands in the wanted order. */
function settledIn(after: readonly Place[], pairs: ReadonlyMap<Place, Place>): Set<Place> {
  const stays = new Set<Place>();
  for (const parent of new Set(after.map((place) => place.parent))) {
    const kept = after.flatMap((place) => {
      const old = place.parent === parent ? pairs.get(place) : undefined;
      return old && sameList(place, old, pairs) ? [{ place, was: old.at }] : [];
    });
    for (const { place } of longestRising(kept)) stays.add(place);
  }
  return stays;
}

function longestRising<T extends { readonly was: number }>(items: readonly T[]): readonly T[] {
  const runs: (readonly T[])[] = [];
  for (const item of items) {
    const before = runs.filter((run) => (run.at(-1)?.was ?? -1) < item.was);
    runs.push([...longest(before), item]);
  }
  return longest(runs);
}

function longest<T>(runs: readonly (readonly T[])[]): readonly T[] {
  return runs.reduce((best, run) => (run.length > best.length ? run : best), []);
}

/** A button below one that is new, or that opened nothing before, is told with it. */
function comesWithParent({ parent }: Place, pairs: ReadonlyMap<Place, Place>): boolean {
  if (parent === null) return false;
  const old = pairs.get(parent);
  return old === undefined || !opens(old);
}

function goesWithParent({ parent }: Place, pairs: ReadonlyMap<Place, Place>): boolean {
  if (parent === null) return false;
  const now = [...pairs].find(([, old]) => old === parent)?.[0];
  return now === undefined || !opens(now);
}

const where = ({ parent }: Place): string => (parent === null ? '' : `“${parent.button.name}”下`);
const spot = (place: Place): string => `${where(place) || '一级菜单'}第 ${place.at + 1} 个`;

function added(place: Place, doing: (button: Button) => string): Change {
  return { kind: 'added', text: `${where(place)}新增“${place.button.name}”：${doing(place.button)}。` };
}

function removed(place: Place, still: ReadonlySet<Place>): Change {
  const gone = place.button.sub.filter((_, at) => ![...still].some((kept) => isSub(kept, place, at)));
  const along = gone.length === 0 ? '' : `，连同下面的“${gone.map(({ name }) => name).join('”“')}”`;
  return { kind: 'removed', text: `${where(place)}去掉“${place.button.name}”${along}。` };
}

const isSub = (place: Place, parent: Place, at: number): boolean => place.parent === parent && place.at === at;

function changesOf(
  old: Place,
  place: Place,
  { doing, moved }: { doing: (button: Button) => string; moved: boolean },
): Change[] {
  const { name } = place.button;
  const changes: Change[] = [];
  if (!sameName(old, place)) {
    changes.push({ kind: 'renamed', text: `${where(place)}“${old.button.name}”改名为“${name}”。` });
  }
  if (!sameAction(old, place) && !(opens(old) && opens(place))) {
    const text = `${where(place)}“${name}”由${doing(old.button)}改为${doing(place.button)}。`;
    changes.push({ kind: 'action', text });
  }
  if (moved) changes.push({ kind: 'moved', text: `“${name}”从${spot(old)}移到${spot(place)}。` });
  return changes;
}

function wordsFor({ action, sub }: Button, nameOfKey: (key: string) => string | undefined): string {
  if (sub.length > 0) return `打开下级（${sub.map(({ name }) => name).join('、')}）`;
  const key = action['key'] ?? '';
  if (action['type'] === 'click') return `打开功能“${nameOfKey(key) ?? `不认识的功能 ${key}`}”`;
  if (action['type'] === 'view') return `打开网页 ${action['url'] ?? ''}`;
  return `别的用途（${Object.values(action).join(' ')}）`;
}
