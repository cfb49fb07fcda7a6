/** A JSON object whose members nobody has checked yet. */
export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as an object, or undefined where it is anything else. */
export function objectAt(from: JsonObject, key: string): JsonObject | undefined {
  const value = from[key];
  return isJsonObject(value) ? value : undefined;
}

/** The member as a string, or undefined where it is anything else. */
export function stringAt(from: JsonObject, key: string): string | undefined {
  const value = from[key];
  return typeof value === 'string' ? value : undefined;
}

/** The member as a finite number, or undefined where it is anything else. */
export function numberAt(from: JsonObject, key: string): number | undefined {
  const value = from[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The member as an array, or undefined where it is anything else. */
export function listAt(from: JsonObject, key: string): unknown[] | undefined {
  const value = from[key];
  return Array.isArray(value) ? (value as unknown[]) : undefined;
}

/** The member as an integer, also from digits in a string: the platform takes ids in both forms. */
export function integerAt(from: JsonObject, key: string): number | undefined {
  const value = from[key];
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
