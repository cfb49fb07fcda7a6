import { fileTypeFromBuffer } from 'file-type';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../src/kernel/index.ts';
import { cleanImage } from '../../src/platform/images/index.ts';

const drawn = (width: number, height: number, channels: 3 | 4 = 3): Sharp =>
  sharp({ create: { width, height, channels, background: { r: 30, g: 120, b: 90, alpha: 0.5 } } });
/** Noise: what compresses worst, as a photo of leaves. */
const noise = (width: number, height: number): Sharp =>
  sharp({
    create: { width, height, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 30 } },
  });

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await cleanImage(bytes);
    return 'accepted';
  } catch (error) {
    return isAppError(error) ? error.code : `bug: ${String(error)}`;
  }
}

describe('what is stored of an image', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('is JPEG or PNG of what came as %s', async (format) => {
    const image = await cleanImage(await drawn(40, 30).toFormat(format).toBuffer());
    expect((await fileTypeFromBuffer(image.bytes))?.mime).toBe(image.contentType);
    expect(['image/jpeg', 'image/png']).toContain(image.contentType);
    expect([image.width, image.height]).toEqual([40, 30]);
  });

  it('holds no place, camera or thumbnail, and stands upright', async () => {
    const photo = await drawn(40, 30)
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Make: 'PhoneMaker' }, IFD3: { GPSLatitude: '35/1 26/1 0/1' } })
      .jpeg()
      .toBuffer();
    expect(photo.includes('PhoneMaker')).toBe(true);
    const image = await cleanImage(photo);
    expect(image.bytes.includes('PhoneMaker')).toBe(false);
    expect((await sharp(image.bytes).metadata()).exif).toBeUndefined();
    expect([image.width, image.height]).toEqual([30, 40]);
  });

  it('is under 1 MB and no wider than a screen', async () => {
    const photo = await noise(1_930, 1_100).jpeg({ quality: 97 }).toBuffer();
    expect(photo.length).toBeGreaterThan(1_000_000);
    const image = await cleanImage(photo);
    expect(image.bytes.length).toBeLessThanOrEqual(1_000_000);
    expect(Math.max(image.width, image.height)).toBeLessThanOrEqual(1_920);
  });

  it('has no see-through parts where it becomes a JPEG', async () => {
    const image = await cleanImage(await drawn(40, 30, 4).webp().toBuffer());
    expect((await sharp(image.bytes).metadata()).hasAlpha).toBe(false);
  });

  it('lost what was appended to it', async () => {
    const image = await cleanImage(
      Buffer.concat([await drawn(40, 30).jpeg().toBuffer(), Buffer.from('<script>alert(1)</script>')]),
    );
    expect(image.bytes.includes('script')).toBe(false);
  });
});

describe('what is refused, whatever its name', () => {
  it('is what is no picture', async () => {
    expect(await refusal(Buffer.from('<!doctype html><script>alert(1)</script>'))).toBe('unsupported_type');
    expect(await refusal(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'))).toBe(
      'unsupported_type',
    );
    expect(await refusal(Buffer.from('%PDF-1.7 ...'))).toBe('unsupported_type');
    expect(await refusal(Buffer.alloc(0))).toBe('unsupported_type');
    expect(await refusal(await drawn(10, 10).tiff().toBuffer())).toBe('unsupported_type');
  });

  it('is a picture that moves', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0'].map((background) =>
        sharp({ create: { width: 20, height: 20, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const moving = sharp(frames, { join: { animated: true } });
    expect(
      await refusal(
        await moving
          .clone()
          .gif({ delay: [100, 100] })
          .toBuffer(),
      ),
    ).toBe('unsupported_type');
    expect(
      await refusal(
        await moving
          .clone()
          .webp({ delay: [100, 100] })
          .toBuffer(),
      ),
    ).toBe('unsupported_type');
  });

  it('is a small file of too many pixels', async () => {
    const bomb = await drawn(7_200, 7_000).png({ compressionLevel: 2 }).toBuffer();
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await refusal(bomb)).toBe('too_large');
  });

  it('is a picture that breaks off', async () => {
    const whole = await noise(200, 200).jpeg().toBuffer();
    expect(await refusal(whole.subarray(0, whole.length / 2))).toBe('unsupported_type');
  });
});
