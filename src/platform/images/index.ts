import { fileTypeFromBuffer } from 'file-type';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { AppError } from '../../kernel/index.ts';

/** An image as it is stored and sent: JPEG or PNG, upright, sRGB, nothing beside the pixels. */
export interface CleanImage {
  readonly bytes: Buffer;
  readonly contentType: 'image/jpeg' | 'image/png';
  readonly width: number;
  readonly height: number;
}

/** What the platform takes in a body (docs/wechat-platform.md#media: JPEG or PNG under 1 MB), with a little room. */
const MAX_BYTES = 1_000_000;
/** A phone's longest photo today is 200 megapixels; 50 decode in 200 MB of memory. */
const MAX_PIXELS = 50_000_000;
/** Wider than any phone shows. */
const MAX_SIDE = 1_920;
/** Tried in this order until one fits: first less quality, then fewer pixels. */
const STEPS: readonly { side: number; quality: number }[] = [
  { side: MAX_SIDE, quality: 82 },
  { side: MAX_SIDE, quality: 70 },
  { side: 1_440, quality: 70 },
  { side: 1_080, quality: 65 },
  { side: 720, quality: 60 },
];
/** By content, whatever the file is called. SVG is a program, not a picture. */
const READABLE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);

/**
 * Any photo or picture made fit for pages and platform: re-encoded from its pixels (so EXIF, places and hidden parts
 * are gone), turned upright, at most 1,920 pixels a side and 1,000,000 bytes. Sharp edges without photo detail stay
 * PNG where they fit. AppError unsupported_type for what is no picture or moves; too_large beyond 50 megapixels.
 */
export async function cleanImage(bytes: Uint8Array): Promise<CleanImage> {
  return inTurn(() => clean(bytes));
}

/** A picture of 50 megapixels takes 200 MB and a thread that files and names are also looked up with. */
const AT_ONCE = 2;
/** Uploads that wait hold their bytes: more of them than an office sends at once are turned away. */
const MAY_WAIT = 60;
const turns = { running: 0, waiting: [] as (() => void)[] };

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (turns.waiting.length >= MAY_WAIT) throw new AppError('too_many_requests', { retryAfterSeconds: 10 });
  if (turns.running >= AT_ONCE) await new Promise<void>((go) => turns.waiting.push(go));
  else turns.running += 1;
  try {
    return await work();
  } finally {
    // The turn goes to the one that waits longest, so that nobody slips in between.
    const next = turns.waiting.shift();
    if (next) next();
    else turns.running -= 1;
  }
}

async function clean(bytes: Uint8Array): Promise<CleanImage> {
  const type = await fileTypeFromBuffer(bytes);
  if (!type || !READABLE.has(type.mime)) {
    throw new AppError('unsupported_type', { message: '只能上传图片（JPG、PNG、WebP 或 GIF）。' });
  }
  const facts = await readFacts(bytes);
  const source = (): Sharp => sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient();
  try {
    if (type.mime === 'image/png') {
      const png = await encode(source(), MAX_SIDE, (image) => image.png({ compressionLevel: 9 }));
      if (png.bytes.length <= MAX_BYTES) return { ...png, contentType: 'image/png' };
    }
    for (const { side, quality } of STEPS) {
      const upright = facts.hasAlpha ? source().flatten({ background: '#ffffff' }) : source();
      const jpeg = await encode(upright, side, (image) => image.jpeg({ quality, mozjpeg: true }));
      if (jpeg.bytes.length <= MAX_BYTES) return { ...jpeg, contentType: 'image/jpeg' };
    }
  } catch (cause) {
    throw unreadable(cause);
  }
  throw new AppError('too_large', { message: '图片太大，请缩小后再上传。' });
}

async function readFacts(bytes: Uint8Array): Promise<Metadata> {
  let facts: Metadata;
  try {
    facts = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw unreadable(cause);
  }
  if (facts.width * facts.height > MAX_PIXELS) {
    throw new AppError('too_large', { message: '图片像素太多，请缩小到 5000 万像素以内再上传。' });
  }
  if ((facts.pages ?? 1) > 1) {
    throw new AppError('unsupported_type', { message: '动图不能使用，请换成静态图片。' });
  }
  return facts;
}

async function encode(
  image: Sharp,
  side: number,
  as: (image: Sharp) => Sharp,
): Promise<{ bytes: Buffer; width: number; height: number }> {
  const fitted = image.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  const { data, info } = await as(fitted.toColourspace('srgb')).toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

function unreadable(cause: unknown): AppError {
  return new AppError('unsupported_type', { message: '图片已损坏或打不开，请换一张。', cause });
}
