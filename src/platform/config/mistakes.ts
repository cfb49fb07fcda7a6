import { z } from 'zod';

const { localeError: english } = z.locales.en();
type Mistake = z.core.$ZodIssue;

/** What is wrong at one place, and what to do about it, in English; never the value itself, which may be a secret. */
export function describeMistake(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    return `unknown ${issue.keys.map((key) => `"${key}"`).join(', ')}: remove it or correct its spelling`;
  }
  if (issue.code === 'invalid_type') {
    const wanted = issue.expected === 'nonoptional' ? 'value' : issue.expected;
    return issue.input === undefined ? `is missing: add it (${wanted})` : `must be of type ${wanted}`;
  }
  if (issue.code === 'invalid_value') return `must be one of: ${issue.values.map(String).join(', ')}`;
  const words = english(issue);
  return typeof words === 'string' ? words : words?.message;
}

/** One line for each mistake: `at <path>: <what to do>`. */
export function problemsOf(error: z.core.$ZodError, root: readonly PropertyKey[] = []): string[] {
  return error.issues.flatMap((issue) => {
    const path = [...root, ...issue.path];
    if (issue.code === 'invalid_union') return problemsOf({ issues: bestBranch(issue.errors) } as z.ZodError, path);
    return [`at ${path.length > 0 ? path.map(String).join('.') : 'top level'}: ${issue.message}`];
  });
}

/** The shape that was probably meant: the one with the fewest mistakes. */
function bestBranch(branches: Mistake[][]): Mistake[] {
  const [first = [], ...others] = branches;
  return others.reduce((best, branch) => (weigh(branch) < weigh(best) ? branch : best), first);
}

/** A shape that lacks its own fields was not meant: what is missing or unknown weighs more than a wrong value. */
function weigh(issues: readonly Mistake[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length;
    return sum + (issue.message.startsWith('is missing') ? 10 : 1);
  }, 0);
}

/** `line 3, column 7` of a mistake that JSON.parse reports by position; empty where it names none. */
export function placeOf(message: string, text: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
