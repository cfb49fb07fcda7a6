import { compileSayings, type Intent, type Sayings, type UnderstandingTexts } from '../../platform/config/index.ts';
import { simplified } from './traditional.ts';
import { LONGEST_ANSWER, tidied } from './tidy.ts';

/** What the whole of a text says, if it says nothing else. `unclear` = two things at once that cannot both be meant. */
export type Reading = Intent | 'unclear' | undefined;

export interface Reader {
  /** Which of `intents` a text says; where a saying means several of them, the first. Politeness around it is no matter. */
  read(text: string, intents: readonly Intent[]): Reading;
  /** The same of the first or the last clause alone, where more stands beside it. */
  readEdge(text: string, edge: 'first' | 'last', intents: readonly Intent[]): Reading;
}

type Means = Intent | 'polite' | 'lead' | 'particle';

/** Said beside another word, these only make it friendlier. */
const FRIENDLY: ReadonlySet<Means> = new Set<Means>(['thanks', 'okay', 'hello', 'urge', 'polite', 'lead', 'particle']);

/** More characters than this say more than an answer. */
const LONGEST_LOOSE = 14;
/** The dearer a step, the less it is wanted: a saying beats the same characters taken apart. */
const COST: Readonly<Partial<Record<Means, number>>> = { polite: 11, lead: 11, particle: 4 };
const COST_OF_A_SAYING = 10;

export function createReader(texts: UnderstandingTexts): Reader {
  const lines = [
    ...Object.entries(texts.intents).flatMap(([intent, list]) =>
      list.map((line) => ({ line, means: intent as Means })),
    ),
    ...texts.polite.map((line) => ({ line, means: 'polite' as Means })),
    ...texts.lead.map((line) => ({ line, means: 'lead' as Means })),
    ...texts.particles.split(/\s+/u).map((line) => ({ line, means: 'particle' as Means })),
  ].map(({ line, means }) => ({ means, line: simplified(line).toLowerCase().replace(/\s+/gu, '') }));
  const sayings = compileSayings(lines);

  const rules = Object.entries(texts.loose.intents).map(([intent, rule]) => ({
    ...rule,
    intent: intent as Intent,
    chars: new Set(rule.chars),
  }));
  /** The first of `intents` that the characters of a short text leave no doubt about. */
  const looselyRead = (whole: string, intents: readonly Intent[]): Reading =>
    whole.length > LONGEST_LOOSE || whole.length < 2
      ? undefined
      : intents.find((intent) =>
          rules.some(
            (rule) =>
              rule.intent === intent &&
              rule.holds.some((word) => whole.includes(word)) &&
              !rule.never.some((word) => whole.includes(word)) &&
              (rule.chars.size === 0 || Array.from(whole).every((char) => rule.chars.has(char))),
          ),
        );

  const read = (clauses: readonly string[], intents: readonly Intent[]): Reading => {
    const whole = clauses.join('');
    if (whole === '' || whole.length > LONGEST_ANSWER) return undefined;
    const allowed = new Set<Means>([...intents, 'thanks', 'okay', 'hello', 'urge', 'polite']);
    const apart = (): Set<Means>[] | undefined =>
      clauses.map((clause) => taken(sayings, clause, allowed)).reduce(joined, []);
    const parts = taken(sayings, whole, allowed) ?? (clauses.length > 1 ? apart() : undefined);
    const judgement = parts === undefined ? undefined : judged(parts, intents);
    return judgement ?? (parts === undefined ? looselyRead(whole, intents) : undefined);
  };

  return {
    read: (text, intents) => {
      const { clauses, nods, pictures } = tidied(text);
      if (clauses.length > 0) return read(clauses, intents);
      if (!pictures) return undefined;
      return nods && intents.includes('confirm') ? 'confirm' : intents.includes('okay') || nods ? 'okay' : undefined;
    },
    readEdge: (text, edge, intents) => {
      const { clauses } = tidied(text);
      const clause = edge === 'first' ? clauses[0] : clauses.at(-1);
      return clauses.length > 1 && clause !== undefined ? read([clause], intents) : undefined;
    },
  };
}

function joined(all: Set<Means>[] | undefined, some: Set<Means>[] | undefined): Set<Means>[] | undefined {
  return all && some ? [...all, ...some] : undefined;
}

/** The cheapest way to take the whole of `text` apart into sayings; undefined where something is left over. */
function taken(sayings: Sayings<Means>, text: string, allowed: ReadonlySet<Means>): Set<Means>[] | undefined {
  const best: ({ cost: number; back: number; means: Set<Means>; leading: boolean } | undefined)[] = [];
  best[0] = { cost: 0, back: -1, means: new Set(), leading: true };
  for (let at = 0; at < text.length; at += 1) {
    const here = best[at];
    if (!here) continue;
    for (const { means, end } of sayings.from(text, at)) {
      const may = means === 'particle' ? at > 0 : means === 'lead' ? here.leading : allowed.has(means);
      if (!may) continue;
      const cost = here.cost + (COST[means] ?? COST_OF_A_SAYING);
      const there = best[end];
      const leading = here.leading && FRIENDLY.has(means);
      if (!there || cost < there.cost) best[end] = { cost, back: at, means: new Set([means]), leading };
      else if (cost === there.cost && there.back === at) there.means.add(means);
    }
  }
  const found: Set<Means>[] = [];
  for (let at = text.length; at > 0; ) {
    const step = best[at];
    if (!step) return undefined;
    found.unshift(step.means);
    at = step.back;
  }
  return found;
}

/** What a row of sayings means together. */
function judged(parts: readonly Set<Means>[], intents: readonly Intent[]): Reading {
  const strong = new Set<Intent>();
  const friendly = new Set<Means>();
  for (const means of parts) {
    const intent = intents.find((one) => means.has(one) && !FRIENDLY.has(one));
    const soft = [...means].find((one) => FRIENDLY.has(one));
    // 好 is a yes where one is asked for, and only friendly beside something plainer.
    if (soft !== undefined) friendly.add(soft);
    if (intent !== undefined && soft === undefined) strong.add(intent);
    else if (intent !== undefined) friendly.add(intent);
  }
  if (strong.size > 1) return 'unclear';
  const [only] = strong;
  if (only !== undefined) return only;
  const asked = intents.find((one) => friendly.has(one));
  if (asked !== undefined) return asked;
  return undefined;
}
