import { randomWord } from './random.ts';
import type { SandboxTime } from './time.ts';

/** One article of a draft, after the platform's own cleaning. */
export interface DraftArticle {
  readonly article_type: string;
  readonly title: string;
  readonly author: string;
  readonly digest: string;
  readonly content: string;
  readonly content_source_url: string;
  readonly thumb_media_id: string;
  readonly show_cover_pic: number;
  readonly need_open_comment: number;
  readonly only_fans_can_comment: number;
  /** Media ids of a newspic. */
  readonly images: readonly string[];
}

export interface Draft {
  readonly mediaId: string;
  articles: DraftArticle[];
  readonly createdAt: number;
  updatedAt: number;
}

interface Drafts {
  add(articles: DraftArticle[]): Draft;
  get(mediaId: string): Draft | undefined;
  /** Newest first, as the box shows them. */
  all(): readonly Draft[];
  /** Also what a mass send does with its draft. */
  remove(mediaId: string): boolean;
}

export function createDrafts(time: SandboxTime): Drafts {
  const box = new Map<string, Draft>();
  return {
    add(articles) {
      const draft = { mediaId: randomWord(43), articles, createdAt: time.seconds(), updatedAt: time.seconds() };
      box.set(draft.mediaId, draft);
      return draft;
    },
    get: (mediaId) => box.get(mediaId),
    all: () => [...box.values()].reverse(),
    remove: (mediaId) => box.delete(mediaId),
  };
}
