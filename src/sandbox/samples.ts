/** Media that a resident's phone sends when nobody picks a file. */

/** A village road with a pothole, drawn here; nobody's photograph. */
const ROAD = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="720">
<rect width="960" height="300" fill="#9cc7e8"/><rect y="300" width="960" height="420" fill="#7fa05a"/>
<path d="M0 300 L180 170 L330 300 L520 120 L720 300 L860 210 L960 300 Z" fill="#6d8f63"/>
<polygon points="410,300 550,300 900,720 60,720" fill="#8b8a86"/>
<polygon points="474,300 486,300 520,720 440,720" fill="#e9e4d0"/>
<ellipse cx="640" cy="590" rx="120" ry="42" fill="#4c4a46"/><ellipse cx="645" cy="598" rx="84" ry="26" fill="#6f86a0"/>
</svg>`;

let photo: Promise<Buffer> | undefined;

/** A JPEG of 960×720. */
export async function samplePhoto(): Promise<Buffer> {
  photo ??= import('sharp').then(async ({ default: sharp }) => sharp(Buffer.from(ROAD)).jpeg().toBuffer());
  return photo;
}

/** Two seconds of AMR narrow band: 100 frames of 20 ms that carry no speech. */
export function sampleVoice(): Buffer {
  return Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(100, 0x7c)]);
}

/** An MP4 of one empty track: enough to be known by its content, not to be played. */
export function sampleVideo(): Buffer {
  const box = (type: string, data: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length + 8);
    return Buffer.concat([size, Buffer.from(type), data]);
  };
  const brands = Buffer.concat([Buffer.from('isom'), Buffer.from([0, 0, 2, 0]), Buffer.from('isomiso2mp41')]);
  return Buffer.concat([box('ftyp', brands), box('mdat', Buffer.alloc(64))]);
}
