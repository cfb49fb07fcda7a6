/** Reads the platform's answers, in which any field may be missing or of another type than documented. */

export type AnswerRecord = Readonly<Record<string, unknown>>;

/** `value` as an object, empty where it is none. */
export function recordOf(value: unknown): AnswerRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AnswerRecord) : {};
}

/** The members of `value` that are objects, none where it is no list. */
export function recordsOf(value: unknown): AnswerRecord[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

/** The members of `value` that are texts. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** A text that is not empty, else undefined. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An id as text: the platform writes some as numbers. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'number' && value > 0 ? String(value) : textIn(value);
}

/** A finite number, also when written as text; else undefined. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
