import { createBatch } from '../platform/batch/index.ts';
import type { PublicReads } from './public.ts';

/** Answers that one process keeps: what a town asks in an hour, and a bound on its memory. */
const MAX_KEPT = 2_000;
/** However current the revision says they are: whoever writes past the service writes no revision. */
const MAX_AGE_MS = 10_000;

type Reads = Pick<PublicReads, 'searchPublic' | 'latestPublic'>;

interface Kept {
  readonly at: number;
  readonly found: Promise<unknown>;
}

/**
 * The same lists and searches from this process's memory, for the chat, where most people ask for the same few things.
 * An answer is given again only while the revision is the one it was found under: what is withdrawn is gone from the
 * next message on, in every process. Messages that come together ask for the revision once. Every answer was checked
 * against its approved hash when it was found (docs/promises.md#p1); a later page than the first is never kept.
 */
export function createRememberedReads(deps: { reads: Reads; revision: () => Promise<string> }): Reads {
  const { reads } = deps;
  const revisions = createBatch<null, string>(
    async (asked) => {
      const revision = await deps.revision();
      return asked.map(() => revision);
    },
    { items: Number.MAX_SAFE_INTEGER },
  );
  let keptFor = '';
  let kept = new Map<string, Kept>();

  const remembered = async <T>(question: string, find: () => Promise<T>): Promise<T> => {
    const revision = await revisions.add(null);
    if (revision !== keptFor) {
      keptFor = revision;
      kept = new Map();
    }
    const known = kept.get(question);
    if (known && performance.now() - known.at < MAX_AGE_MS) return known.found as Promise<T>;
    const mine = kept;
    const found = find();
    mine.delete(question);
    mine.set(question, { at: performance.now(), found });
    if (mine.size > MAX_KEPT) mine.delete(mine.keys().next().value ?? '');
    // A failure is nobody's answer but that of those who wait for it now.
    found.catch(() => mine.delete(question));
    return found;
  };

  return {
    searchPublic: (query) =>
      query.cursor === undefined
        ? remembered(JSON.stringify(['search', query.words, query.limit]), () => reads.searchPublic(query))
        : reads.searchPublic(query),
    latestPublic: (query) => {
      const { limit, categoryCode = null, villageCode = null, cursor } = query;
      return cursor === undefined
        ? remembered(JSON.stringify(['latest', limit, categoryCode, villageCode]), () => reads.latestPublic(query))
        : reads.latestPublic(query);
    },
  };
}
