import { z } from 'zod';
import { AppError } from '../kernel/index.ts';

/** `?limit=` and `?cursor=` of every list: at most 100, 20 where left out. */
export const pagingQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
};

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The response shape of a list of `item`. */
export function pageOf<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.nullable(z.string()) });
}

/** A position in a list sorted by strings and numbers, as opaque text. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Reads what `encodeCursor` wrote; anything else is AppError invalid_input. `kinds` names each part's type. */
export function decodeCursor<const K extends readonly ('string' | 'number')[]>(
  cursor: string,
  kinds: K,
): { [I in keyof K]: K[I] extends 'string' ? string : number } {
  const broken = new AppError('invalid_input', { message: '翻页位置不对，请从第一页重新打开。' });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw broken;
  }
  if (!Array.isArray(parts) || parts.length !== kinds.length) throw broken;
  if (!parts.every((part, i) => typeof part === kinds[i])) throw broken;
  return parts as { [I in keyof K]: K[I] extends 'string' ? string : number };
}

/** The cursor of a list sorted by id alone; anything but an id is AppError invalid_input. */
export function decodeIdCursor(cursor: string): string {
  const [id] = decodeCursor(cursor, ['string']);
  if (!/^[0-9a-f]{24}$/.test(id))
    throw new AppError('invalid_input', { message: '翻页位置不对，请从第一页重新打开。' });
  return id;
}

/** An id in a path or body: 24 hex digits. */
export const objectId = z.string().regex(/^[0-9a-f]{24}$/);
