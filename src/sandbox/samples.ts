/** Media that a resident's phone sends when nobody picks a file. */
import { readFileSync } from 'node:fs';

/** A village road with a pothole, drawn here; nobody's photograph. */
const ROAD = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="720">
<rect width="960" height="300" fill="#9cc7e8"/><rect y="300" width="960" height="420" fill="#7fa05a"/>
<path d="M0 300 L180 170 L330 300 L520 120 L720 300 L860 210 L960 300 Z" fill="#6d8f63"/>
<polygon points="410,300 550,300 900,720 60,720" fill="#8b8a86"/>
<polygon points="474,300 486,300 520,720 440,720" fill="#e9e4d0"/>
<ellipse cx="640" cy="590" rx="120" ry="42" fill="#4c4a46"/><ellipse cx="645" cy="598" rx="84" ry="26" fill="#6f86a0"/>
</svg>`;

let photo: Promise<Buffer> | undefined;
let voice: Buffer | undefined;
let video: Buffer | undefined;

/** A JPEG of 960×720. */
export async function samplePhoto(): Promise<Buffer> {
  photo ??= import('sharp').then(async ({ default: sharp }) => sharp(Buffer.from(ROAD)).jpeg().toBuffer());
  return photo;
}

/**
 * Three seconds of AMR narrow band at 12.2 kbit/s: four notes, computed for this project and encoded once with the
 * encoder of benz-amr-recorder (OpenCORE).
 */
export function sampleVoice(): Buffer {
  voice ??= readFileSync(new URL('./samples/voice.amr', import.meta.url));
  return voice;
}

/** Three seconds of MP4 (H.264, AAC): the road of `samplePhoto`, walked along, with one of the notes; made once with ffmpeg. */
export function sampleVideo(): Buffer {
  video ??= readFileSync(new URL('./samples/video.mp4', import.meta.url));
  return video;
}
