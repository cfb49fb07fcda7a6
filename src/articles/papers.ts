import { AppError } from '../kernel/index.ts';
import type { SearchWords } from '../platform/search-words/index.ts';
import { type AnyWork, threadJob, type ThreadJob, type Threads } from '../platform/threads/index.ts';
import type { Change } from './diff.ts';
import type { CleaningRules } from './paper/clean.ts';
import { type CleanedWriting, cleanWriting, comparePairs, type Pair, scanWriting, searchKeys } from './paper/jobs.ts';
import type { Finding, ScannedTexts } from './scan-body.ts';

/** Work with texts of an editor's size, which never holds anything else up (docs/promises.md#p3). */
export interface Papers {
  /** AppError invalid_input for what no person writes. */
  clean(html: string, options?: Pick<CleaningRules, 'maxRows' | 'markMissing'>): Promise<CleanedWriting>;
  /** The body of a stored version as it may be shown; `key` names exactly this body. */
  shown(html: string, key: string): Promise<string>;
  /** `key` names exactly these texts; what was found once is not looked for again. */
  scan(texts: ScannedTexts, key: string | null): Promise<readonly Finding[]>;
  compare(pairs: readonly Pair[]): Promise<Change[][]>;
  /** Every word of a text and every pair of characters, for the index. */
  words(text: string): Promise<string[]>;
}

const BESIDE = './paper/jobs';
const JOBS = {
  clean: threadJob(import.meta.url, BESIDE, cleanWriting),
  scan: threadJob(import.meta.url, BESIDE, scanWriting),
  compare: threadJob(import.meta.url, BESIDE, comparePairs),
  words: threadJob(import.meta.url, BESIDE, searchKeys),
};

/** What is shorter takes some milliseconds in whatever shape, less than a thread's start. */
const SHORT_CHARS = 6_000;
/** Bodies and findings that are asked for again and again: each reader of a page, each look of a leader. */
const KEPT_CHARS = 8_000_000;
const KEPT_SCANS = 300;

export function createPapers(deps: { threads: Threads; words: SearchWords; publicUrl: string }): Papers {
  const { threads, words, publicUrl } = deps;
  const bodies = new Map<string, string>();
  const scans = new Map<string, readonly Finding[]>();
  let kept = 0;
  const run = async <F extends AnyWork>(
    chars: number,
    job: ThreadJob<F>,
    ...args: Parameters<F>
  ): Promise<Awaited<ReturnType<F>>> =>
    chars <= SHORT_CHARS ? ((await job.here(...args)) as Awaited<ReturnType<F>>) : threads.run(job, ...args);

  const remember = (key: string, html: string): void => {
    bodies.set(key, html);
    kept += html.length;
    for (const [oldest, text] of bodies) {
      if (kept <= KEPT_CHARS) return;
      bodies.delete(oldest);
      kept -= text.length;
    }
  };
  return {
    clean: (html, options = {}) => run(html.length, JOBS.clean, html, { publicUrl, ...options }),
    shown: async (html, key) => {
      const known = bodies.get(key);
      if (known !== undefined) return known;
      const { html: clean } = await run(html.length, JOBS.clean, html, { publicUrl }).catch((error: unknown) => {
        // What was approved is not the reader's mistake.
        throw new AppError('content_mismatch', { cause: error });
      });
      remember(key, clean);
      return clean;
    },
    scan: async (texts, key) => {
      const known = key === null ? undefined : scans.get(key);
      if (known) return known;
      const found = await run(texts.bodyHtml.length, JOBS.scan, texts);
      if (key !== null) scans.set(key, found);
      const [oldest] = scans.keys();
      if (scans.size > KEPT_SCANS && oldest !== undefined) scans.delete(oldest);
      return found;
    },
    compare: (pairs) =>
      run(
        pairs.reduce((sum, { before, after }) => sum + before.length + after.length, 0),
        JOBS.compare,
        pairs,
      ),
    words: async (text) => (text.length <= SHORT_CHARS ? words.of(text) : threads.run(JOBS.words, text)),
  };
}
