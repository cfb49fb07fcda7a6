import { randomWord } from './random.ts';
import type { SandboxTime } from './time.ts';

export type MediaType = 'image' | 'voice' | 'video' | 'thumb';

export interface Media {
  readonly mediaId: string;
  /** Part of its public address. */
  readonly key: string;
  readonly type: MediaType;
  readonly permanent: boolean;
  readonly bytes: Buffer;
  readonly mime: string;
  readonly createdAt: number;
  readonly name: string;
  readonly title: string;
  readonly introduction: string;
}

/** Seconds that temporary media live (docs/wechat-platform.md#media). */
const TEMPORARY_LIFE = 3 * 86_400;

interface MediaStore {
  add(media: Pick<Media, 'type' | 'permanent' | 'bytes' | 'mime'> & Partial<Media>): Media;
  /** Undefined for an unknown id and for temporary media after 3 days. */
  get(mediaId: string): Media | undefined;
  remove(mediaId: string): boolean;
  permanentOf(type: MediaType): readonly Media[];
  /** A body image of `media/uploadimg`: it has an address and no id. */
  addBodyImage(bytes: Buffer, mime: string): string;
  /** Path under which the phone and readers get it. */
  pathOf(media: Media): string;
  byKey(key: string): { readonly bytes: Buffer; readonly mime: string } | undefined;
  counts(): { temporary: number; permanent: number };
}

export function createMediaStore(time: SandboxTime): MediaStore {
  const byId = new Map<string, Media>();
  const byKey = new Map<string, { bytes: Buffer; mime: string }>();
  const pathFor = (key: string) => `/mmbiz/${key}/0`;

  return {
    add(given) {
      const media: Media = {
        mediaId: given.permanent ? randomWord(43) : randomWord(64),
        key: randomWord(32),
        createdAt: time.seconds(),
        name: '',
        title: '',
        introduction: '',
        ...given,
      };
      byId.set(media.mediaId, media);
      byKey.set(media.key, media);
      return media;
    },
    get(mediaId) {
      const media = byId.get(mediaId);
      const alive = media !== undefined && (media.permanent || time.seconds() < media.createdAt + TEMPORARY_LIFE);
      return alive ? media : undefined;
    },
    remove: (mediaId) => byId.delete(mediaId),
    permanentOf: (type) => [...byId.values()].filter((media) => media.permanent && media.type === type),
    addBodyImage(bytes, mime) {
      const key = randomWord(40);
      byKey.set(key, { bytes, mime });
      return pathFor(key);
    },
    pathOf: (media) => pathFor(media.key),
    byKey: (key) => byKey.get(key),
    counts() {
      const permanent = [...byId.values()].filter((media) => media.permanent).length;
      return { permanent, temporary: byId.size - permanent };
    },
  };
}
