import type { Connection } from '../platform/mongo/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import { alwaysWell, type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Category, Town } from '../platform/config/index.ts';
import { createFileStore } from '../platform/files/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { SearchWords } from '../platform/search-words/index.ts';
import type { Threads } from '../platform/threads/index.ts';
import { roleMay } from '../staff/index.ts';
import { articlesCollections, MEDIA_BUCKET } from './articles.collections.ts';
import { articlesRoutes, type PushedBriefing } from './articles.routes.ts';
import { createArticlesService } from './articles.service.ts';
import type { AssertStillMay, TellStaff } from './service-parts.ts';
import { createArticlesStore } from './articles.store.ts';
import { createDesk } from './desk.ts';
import { articleFigureRoutes } from './figures.ts';
import { createArticleFigures } from './figures.store.ts';
import { type ArticlesForRelease, createRelease } from './release.ts';
import { type ImageFacts, readChecked, storeImage } from './media.ts';
import { createPapers } from './papers.ts';
import { createPublicReads, type PublicReads } from './public.ts';
import { createRememberedReads } from './remembered.ts';
import { createPublicStore } from './public.store.ts';
import { createVerifier } from './verify.ts';

export { MAX_UPLOAD_BYTES } from './media.ts';
export { articlesCollections };
export type { PublicItem, Tombstone } from './public.ts';

/** What other features may ask. */
export type Articles = PublicReads &
  ArticlesForRelease & {
    /** First pages from this process's memory, never older than the last publication or withdrawal. */
    readonly remembered: Pick<PublicReads, 'searchPublic' | 'latestPublic'>;
  };

export interface ArticlesDeps {
  /** The work pool. */
  readonly connection: Connection;
  readonly transact: Transact;
  readonly audit: AuditRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly categories: readonly Category[];
  readonly villages: Town['villages'];
  readonly units: Town['units'];
  /** PUBLIC_URL, without a slash at the end. */
  readonly publicUrl: string;
  readonly words: SearchWords;
  /** Where long texts are worked on. */
  readonly threads: Threads;
  /** Briefings whose pushed message carries this article and can still be taken off the phones. */
  readonly pushedWith: (articleId: string) => Promise<readonly PushedBriefing[]>;
  readonly tellStaff: TellStaff;
  readonly assertStillMay: AssertStillMay;
  /** Counts the alarm that stored text and approved hash disagree. */
  readonly onMismatch: () => void;
}

/** Articles: write → submit → approve → public → withdrawn (docs/promises.md#p1). See README.md. */
export function createArticles(deps: ArticlesDeps): Feature<Articles> {
  const { connection, words, publicUrl, transact, audit, clock } = deps;
  const files = createFileStore<ImageFacts>({ connection, bucket: MEDIA_BUCKET });
  const store = createArticlesStore(connection);
  const publicStore = createPublicStore(connection);
  const verifier = createVerifier({ files, log: deps.log, onMismatch: deps.onMismatch });
  const { categories, villages, units } = deps;
  const papers = createPapers({ threads: deps.threads, words, publicUrl });
  const rules = { categories, villages, units, publicUrl, files, papers };
  const reads = createPublicReads({ store, publicStore, verifier, words, papers });
  const api: Articles = {
    ...reads,
    remembered: createRememberedReads({ reads, revision: store.revision }),
    ...createRelease({ store, verifier, audit, clock, papers }),
  };
  const { tellStaff, assertStillMay } = deps;
  const figures = createArticleFigures(connection);
  const routes = articlesRoutes({
    service: createArticlesService({ store, rules, verifier, transact, audit, clock, tellStaff, assertStillMay }),
    pushedWith: deps.pushedWith,
    desk: createDesk({ store, files, words, papers }),
    papers,
    upload: (upload) => storeImage({ files, transact, audit, clock }, upload),
    publicImage: api.media,
    anyImage: async (mediaId) => {
      const found = await files.facts(mediaId);
      return found && readChecked(files, { mediaId, sha256: found.facts.sha256 });
    },
    may: roleMay,
  });
  return {
    name: 'articles',
    api,
    // `/articles/counts` stands before `/articles/:id`.
    routes: [...articleFigureRoutes({ store: figures, categories: deps.categories, clock }), ...routes],
    sweeps: [],
    collections: articlesCollections,
    health: alwaysWell,
    personal: NOTHING_PERSONAL,
  };
}
