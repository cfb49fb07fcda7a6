import { isAppError } from '../kernel/index.ts';
import type { PlatformErrorDetails } from './client.types.ts';
import { type PlatformReason, REASONS } from './reasons.ts';

/** What the platform said in an error of the client; null for every other error. */
export function platformFailureOf(error: unknown): PlatformErrorDetails | null {
  if (!isAppError(error) || typeof error.details !== 'object' || error.details === null) return null;
  const details = error.details as Partial<PlatformErrorDetails>;
  const known = details.reason !== undefined && Object.hasOwn(REASONS, details.reason);
  return known ? (details as PlatformErrorDetails) : null;
}

/** Why the platform did not do it; null where it was not the platform. */
export function reasonOf(error: unknown): PlatformReason | null {
  return platformFailureOf(error)?.reason ?? null;
}

/** A picture whose id the platform does not open for us, for good or today, may still be had by its PicUrl. */
export function mayComeByAddress(error: unknown): boolean {
  const outcome = platformFailureOf(error)?.outcome;
  return outcome === 'ours' || outcome === 'theirs' || outcome === 'never';
}
