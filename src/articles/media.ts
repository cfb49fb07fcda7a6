import { type AuditRecorder, staffActor } from '../audit/index.ts';
import { AppError, type Clock, type Role, sha256Hex } from '../kernel/index.ts';
import type { FileStore, StoredFile } from '../platform/files/index.ts';
import { cleanImage } from '../platform/images/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { ImageRef } from './article.ts';

/** Kept beside each image. */
export type ImageFacts = {
  readonly sha256: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  /** As the sender called it: shown to staff and scanned for personal data, never a path. */
  readonly filename: string;
  readonly uploadedBy: string;
};

export type ImageFiles = FileStore<ImageFacts>;

/** An image whose bytes have just been compared with their hash. */
export interface CheckedImage {
  readonly mediaId: string;
  readonly contentType: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

export interface Uploader {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

/** Larger photos than a phone takes; they are stored under 1 MB. */
export const MAX_UPLOAD_BYTES = 10 * 1_048_576;

const MAX_NAME_CHARS = 120;

/** Cleans an image and stores it; nobody but staff sees it until a published version shows it. */
export async function storeImage(
  deps: { files: ImageFiles; transact: Transact; audit: AuditRecorder; clock: Clock },
  upload: { readonly bytes: Uint8Array; readonly filename: string; readonly by: Uploader },
): Promise<{ id: string; url: string }> {
  const image = await cleanImage(upload.bytes);
  const sha256 = sha256Hex(image.bytes);
  const filename = tidyName(upload.filename);
  const id = await deps.files.save({
    name: filename,
    bytes: image.bytes,
    facts: {
      sha256,
      contentType: image.contentType,
      width: image.width,
      height: image.height,
      filename,
      uploadedBy: upload.by.id,
    },
  });
  await deps.transact((tx) =>
    deps.audit.record(tx, {
      action: 'media.upload',
      actor: staffActor(upload.by),
      target: { kind: 'media', id },
      facts: { sha256, bytes: image.bytes.length },
    }),
  );
  return { id, url: `/media/${id}` };
}

/** References to stored images, in the order asked for. AppError invalid_input where one is not there. */
export async function imageRefs(files: ImageFiles, mediaIds: readonly string[]): Promise<ImageRef[]> {
  const found = new Map((await files.factsOf(mediaIds)).map((file) => [file.id, file]));
  return mediaIds.map((mediaId) => {
    const file = found.get(mediaId);
    if (!file) throw new AppError('invalid_input', { message: '有图片没有找到，请重新上传后再插入。' });
    return { mediaId, sha256: file.facts.sha256 };
  });
}

/** The image with its bytes checked against `ref`; null where it is gone or its bytes are others. */
export async function readChecked(files: ImageFiles, ref: ImageRef): Promise<CheckedImage | null> {
  const [bytes, facts] = await Promise.all([files.read(ref.mediaId), files.facts(ref.mediaId)]);
  if (!bytes || !facts || sha256Hex(bytes) !== ref.sha256) return null;
  return { mediaId: ref.mediaId, contentType: typeOf(facts), sha256: ref.sha256, bytes };
}

/** What it may be served as: the two types that we write, whatever the store says. */
export function typeOf(file: StoredFile<ImageFacts>): string {
  return file.facts.contentType === 'image/png' ? 'image/png' : 'image/jpeg';
}

function tidyName(name: string): string {
  const plain = name.normalize('NFC').replace(/[\u0000-\u001F\u007F]/g, '');
  return Array.from(plain).slice(0, MAX_NAME_CHARS).join('') || 'image';
}
