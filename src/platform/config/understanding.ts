import { z } from 'zod';
import { compileSayings } from './sayings.ts';

/** What residents may mean; each is a list of sayings in `understanding.zh.json`. */
export const INTENTS = [
  'help',
  'cancel',
  'resolved',
  'done',
  'doneMaybe',
  'skip',
  'confirm',
  'okay',
  'yes',
  'resume',
  'no',
  'wrong',
  'confused',
  'nextPage',
  'mine',
  'latest',
  'ownVillage',
  'settings',
  'complain',
  'thanks',
  'hello',
  'rate',
  'reopen',
  'praise',
  'soso',
  'unhappy',
  'allTopics',
  'noTopics',
  'urge',
] as const;
export type Intent = (typeof INTENTS)[number];

export const KIND_INTENTS = ['consult', 'help', 'complain', 'suggest', 'tipoff'] as const;
export type KindIntent = (typeof KIND_INTENTS)[number];

/** The words that we print: whoever edits the sayings cannot take them away. */
const FIXED: Readonly<Partial<Record<Intent, readonly string[]>>> = {
  help: ['帮助'],
  cancel: ['取消', '退出'],
  done: ['完成'],
  skip: ['跳过'],
  confirm: ['确认'],
  mine: ['查询', '我的投诉'],
  latest: ['最新'],
  settings: ['订阅'],
  complain: ['投诉', '我要投诉'],
  rate: ['评价'],
  reopen: ['重办'],
};

const line = z
  .string()
  .trim()
  .min(1)
  .max(1_000)
  .superRefine((text, context) => {
    try {
      compileSayings([{ line: text, means: true }]);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
    }
  });
const lines = z.array(line);

/** Those that are not are told one by one. */
function isReadable(text: string): boolean {
  return line.safeParse(text).success;
}
const words = z.array(z.string().trim().min(1).max(40));

/** The four words that move a complaint mean one thing each, whatever else is edited. */
const APART: readonly Intent[] = ['cancel', 'skip', 'confirm', 'done'];

const intents = z
  .strictObject(
    Object.fromEntries(INTENTS.map((intent) => [intent, lines.min(1)])) as Record<Intent, z.ZodArray<typeof line>>,
  )
  .superRefine((given, context) => {
    for (const [intent, fixed] of Object.entries(FIXED) as [Intent, readonly string[]][]) {
      const said = compileSayings(given[intent].filter(isReadable).map((text) => ({ line: text, means: intent })));
      for (const word of fixed.filter((one) => said.whole(one).length === 0)) {
        context.addIssue({ code: 'custom', path: [intent], message: `must hold ${word}: our own sentences print it` });
      }
      if (!APART.includes(intent)) continue;
      for (const other of APART.filter((one) => one !== intent)) {
        const others = FIXED[other] ?? [];
        const taken = others.find((word) => said.whole(word).length > 0);
        if (taken)
          context.addIssue({ code: 'custom', path: [intent], message: `${taken} means ${other}: take it out` });
      }
    }
  });

const emergency = z.strictObject({
  /** A call for help: with one of these nothing below calms. */
  urgent: words,
  /** With one of these it is of today, whatever `past` says. */
  now: words,
  /** Told of long ago. */
  past: words,
  /** Talk of papers and money about it. */
  calm: words,
  /** Right before it: it has not happened. */
  fear: words,
  fearExcept: words,
  kinds: z
    .array(
      z.strictObject({
        name: z.enum(['fire', 'gas', 'poison', 'water', 'collapse', 'electric', 'body', 'violence', 'lost', 'despair']),
        /** Each alone means it. */
        alone: words,
        /** One of the first and one of the second, near each other. */
        pairs: z.array(z.tuple([words, words])),
      }),
    )
    .min(1),
  /** What holds such a word and means none. */
  harmless: lines,
});

/** Where no saying fits: a short text of nothing but these characters, that holds one of these and none of those. */
const loose = z.strictObject({
  /** Empty = any. */
  chars: z.string(),
  holds: words.min(1),
  never: words,
});

/** What residents say and what they mean by it: the one table of the chat's understanding. */
export const understandingSchema = z.strictObject({
  note: z.string().optional(),
  /** Sounds at the end of a word, one each, with blanks between. */
  particles: z.string().min(1),
  polite: lines,
  /** Politeness and filling that only begins a sentence. */
  lead: lines,
  intents,
  kinds: z.strictObject(
    Object.fromEntries(KIND_INTENTS.map((kind) => [kind, lines.min(1)])) as Record<KindIntent, z.ZodArray<typeof line>>,
  ),
  loose: z.strictObject({
    note: z.string().optional(),
    intents: z.partialRecord(z.enum(INTENTS), loose),
    /** In whatever is said soon after an answer: it may be about that answer. */
    unhappy: words,
  }),
  /** Words of something that is not as it should be: a short text with one may be a complaint. */
  trouble: words,
  /** How somebody begins who adds to what they just said. */
  adding: words,
  search: z.strictObject({
    /** Said in a question, found in no article. */
    fillers: words,
    /** Words of one thing; any finds the others. */
    synonyms: z.array(words.min(2)),
  }),
  emergency,
});
export type UnderstandingTexts = z.output<typeof understandingSchema>;
export type EmergencyName = UnderstandingTexts['emergency']['kinds'][number]['name'];

export const UNDERSTANDING_FILE = 'understanding.zh.json';

/** A town's own file over the one that is shipped: what it leaves out stays, list by list. */
export function withShipped(shipped: unknown, own: unknown): unknown {
  if (!isRecord(shipped) || !isRecord(own)) return own;
  const merged: Record<string, unknown> = { ...shipped };
  for (const [key, value] of Object.entries(own)) merged[key] = withShipped(shipped[key], value);
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
