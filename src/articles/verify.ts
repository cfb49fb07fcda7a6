import { AppError, type Log } from '../kernel/index.ts';
import {
  type ArticleVersion,
  bodyHashOf,
  contentHashOf,
  type ImageRef,
  imagesOf,
  type VersionSummary,
  whyNotAsApproved,
} from './article.ts';
import { type CheckedImage, type ImageFiles, readChecked } from './media.ts';

/**
 * The fourth layer of P1: the database's validator cannot see a text, so whatever leaves this feature is hashed again.
 * Each refusal is logged and counted as an alarm: it means that somebody wrote past the service.
 */
export interface Verifier {
  /** AppError content_mismatch where text or images are not what the version's hash says. */
  contentAsHashed(version: ArticleVersion): Promise<readonly CheckedImage[]>;
  /** AppError content_mismatch unless a leader approved exactly this text. Images are checked where they are read. */
  textAsApproved(version: ArticleVersion): void;
  /** As both, with the images. */
  allAsApproved(version: ArticleVersion): Promise<readonly CheckedImage[]>;
  /** False, with the alarm, where a list must not show this one. */
  listable(version: VersionSummary): boolean;
  /** The image's bytes, checked. */
  image(ref: ImageRef): Promise<CheckedImage>;
}

export function createVerifier(deps: { files: ImageFiles; log: Log; onMismatch: () => void }): Verifier {
  const alarm = (what: Pick<ArticleVersion, 'articleId' | 'version'> | null, why: string): AppError => {
    deps.onMismatch();
    deps.log.error('articles.mismatch', { articleId: what?.articleId, version: what?.version, why });
    return new AppError('content_mismatch');
  };
  const images = async (version: ArticleVersion): Promise<readonly CheckedImage[]> => {
    const checked: CheckedImage[] = [];
    for (const ref of imagesOf(version)) {
      const image = await readChecked(deps.files, ref);
      if (!image) throw alarm(version, `image ${ref.mediaId} is gone or altered`);
      checked.push(image);
    }
    return checked;
  };
  const textAsApproved = (version: ArticleVersion): void => {
    const why = whyNotAsApproved(version);
    if (why !== null) throw alarm(version, why);
  };
  return {
    textAsApproved,
    contentAsHashed: async (version) => {
      if (bodyHashOf(version.bodyHtml) !== version.bodyHash || contentHashOf(version) !== version.contentHash) {
        throw alarm(version, 'content differs from its hash');
      }
      return images(version);
    },
    allAsApproved: async (version) => {
      textAsApproved(version);
      return images(version);
    },
    listable: (version) => {
      const why = whyNotAsApproved(version);
      if (why !== null) alarm(version, why);
      return why === null;
    },
    image: async (ref) => {
      const checked = await readChecked(deps.files, ref);
      if (!checked) throw alarm(null, `image ${ref.mediaId} is gone or altered`);
      return checked;
    },
  };
}
