import sharp from 'sharp';

/** 2.35:1, as the platform shows the first card. */
const WIDTH = 900;
const HEIGHT = 383;

/** Hills under a sky, without a word: for an article that came without any picture. */
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
  <rect width="100%" height="100%" fill="#e8f1ec"/>
  <path d="M0 270 Q160 150 330 250 T660 220 T900 250 V383 H0Z" fill="#b7d3c3"/>
  <path d="M0 320 Q220 220 430 310 T900 300 V383 H0Z" fill="#7fae95"/>
  <path d="M0 360 Q300 310 560 350 T900 345 V383 H0Z" fill="#4f8a6e"/>
</svg>`;

/** The plain cover as JPEG. */
export async function plainCover(): Promise<Uint8Array> {
  return sharp(Buffer.from(PICTURE)).jpeg({ quality: 82 }).toBuffer();
}
