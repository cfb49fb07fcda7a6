import { AppError } from '../kernel/index.ts';
import { parseJsonLossless } from './json.ts';
import type { FieldValue, InboundFields } from './messages.types.ts';

/** The platform's deepest message has 5 levels; the largest, a finish event of 8 articles, about 120 elements. */
const MAX_DEPTH = 16;
const MAX_NODES = 2_000;
/** Also the webhook's own limit. */
export const MAX_BODY_BYTES = 64 * 1_024;

/** Throws AppError `invalid_input`; `check` tells the log which guard refused. */
export function refuse(check: string): never {
  throw new AppError('invalid_input', { details: { check } });
}

/**
 * Copies what a parser made into plain objects of our own: depth and number of nodes capped, `__proto__` left out,
 * so that nothing inherited can be reached or changed by a name in a message.
 */
export function toFields(parsed: unknown): InboundFields {
  let nodes = 0;
  const copy = (value: unknown, depth: number): FieldValue => {
    nodes += 1;
    if (depth > MAX_DEPTH) refuse('depth');
    if (nodes > MAX_NODES) refuse('nodes');
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
    if (typeof value !== 'object' || value === null) return null;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== '__proto__')
        .map(([name, member]) => [name, copy(member, depth + 1)]),
    );
  };
  const fields = copy(parsed, 0);
  return isFields(fields) ? fields : {};
}

/** Parses a JSON body (data format JSON). Throws AppError `invalid_input`. */
export function parseJsonFields(text: string): InboundFields {
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) refuse('size');
  let parsed: unknown;
  try {
    parsed = parseJsonLossless(text);
  } catch {
    refuse('json');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) refuse('json');
  return toFields(parsed);
}

export function isFields(value: FieldValue | undefined): value is InboundFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field as text; numbers written out, the first of a repeated one, undefined where absent or not a scalar. */
export function textOf(fields: InboundFields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const scalar = Array.isArray(value) ? (value as readonly FieldValue[])[0] : value;
    if (typeof scalar === 'string') return scalar;
    if (typeof scalar === 'number' || typeof scalar === 'boolean') return String(scalar);
  }
  return undefined;
}

/** Like textOf, but an empty text counts as absent. */
export function filledOf(fields: InboundFields, ...names: readonly string[]): string | undefined {
  const text = textOf(fields, ...names)?.trim();
  return text === '' ? undefined : text;
}

/** A field as a finite number, undefined where it is none. */
export function numberOf(fields: InboundFields, name: string): number | undefined {
  const text = filledOf(fields, name);
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A nested group of fields, empty where absent. */
export function groupOf(fields: InboundFields, name: string): InboundFields {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const group = Array.isArray(value) ? (value as readonly FieldValue[])[0] : value;
  return isFields(group) ? group : {};
}

/** The groups of a list, whether written as repeated elements, as `<item>`s or as a JSON array. */
export function listOf(fields: InboundFields, name: string): readonly InboundFields[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (Array.isArray(value)) return (value as readonly FieldValue[]).filter(isFields);
  if (!isFields(value)) return [];
  return Object.hasOwn(value, 'item') ? listOf(value, 'item') : [value];
}

/** Members that are undefined left out: optional members are absent, never undefined. */
export function present<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
