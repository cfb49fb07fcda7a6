import sharp from 'sharp';

/** Drawn here, so that no photograph of a real place or person is needed. Without words: a bare machine has no Chinese font. */
export type Scene = 'fields' | 'road' | 'houses' | 'forest' | 'cattle' | 'water' | 'snow' | 'hall';

const WIDTH = 900;
const HEIGHT = 383;

const sky = (top: string, low: string): string =>
  `<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/>` +
  `<stop offset="1" stop-color="${low}"/></linearGradient></defs><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#s)"/>`;
const hills = (far: string, near: string): string =>
  `<path d="M0 210 L120 130 L250 200 L400 95 L560 190 L690 120 L900 205 V383 H0Z" fill="${far}"/>` +
  `<path d="M0 260 C200 205 330 290 520 240 S800 215 900 250 V383 H0Z" fill="${near}"/>`;
const sun = '<circle cx="735" cy="78" r="38" fill="#ffd97a"/>';
const house = (x: number, y: number, wall = '#f3ead7', roof = '#a9503c'): string =>
  `<g transform="translate(${x} ${y})"><rect width="110" height="64" fill="${wall}"/>` +
  `<path d="M-14 4 L55 -40 L124 4Z" fill="${roof}"/><rect x="44" y="24" width="24" height="40" fill="#7b5a3c"/>` +
  '<rect x="12" y="18" width="22" height="20" fill="#8fb9d0"/><rect x="78" y="18" width="22" height="20" fill="#8fb9d0"/></g>';
const tree = (x: number, y: number, green = '#2f6b46'): string =>
  `<g transform="translate(${x} ${y})"><rect x="-5" y="0" width="10" height="34" fill="#6a4a32"/>` +
  `<path d="M0 -86 L40 6 H-40Z" fill="${green}"/><path d="M0 -112 L30 -40 H-30Z" fill="${green}"/></g>`;
const cow = (x: number, y: number): string =>
  `<g transform="translate(${x} ${y})" fill="#b5793f"><rect width="96" height="46" rx="20"/><rect x="82" y="-20" width="34" height="32" rx="10"/>` +
  '<rect x="10" y="38" width="11" height="36"/><rect x="70" y="38" width="11" height="36"/><path d="M88 -20 l-6 -12 M110 -20 l8 -12" stroke="#6a4a32" stroke-width="5"/></g>';
const row = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => draw(i)).join('');

const SCENES: Readonly<Record<Scene, string>> = {
  fields:
    sky('#a9d5ee', '#eef6ea') +
    sun +
    hills('#86a97a', '#a9bf63') +
    row(7, (i) => `<path d="M${i * 140 - 60} 383 L${300 + i * 50} 262" stroke="#8a9c48" stroke-width="9"/>`) +
    house(90, 205),
  road:
    sky('#b7d8ea', '#f1f3e2') +
    hills('#7f9f7a', '#93ac62') +
    '<polygon points="425,240 475,240 760,383 140,383" fill="#8b8a86"/><polygon points="446,240 454,240 482,383 418,383" fill="#f2edd8"/>' +
    row(4, (i) => tree(90 + i * 70, 250 + i * 22)) +
    row(4, (i) => tree(810 - i * 70, 250 + i * 22)),
  houses:
    sky('#bfe0ef', '#f7f2e4') +
    sun +
    hills('#8aa982', '#b3c079') +
    house(110, 230) +
    house(290, 260) +
    house(480, 235) +
    house(670, 262),
  forest:
    sky('#b3dbe0', '#eef5e8') + hills('#6f967a', '#7fa36a') + row(13, (i) => tree(40 + i * 68, 250 + (i % 3) * 34)),
  cattle:
    sky('#a9d5ee', '#f4f3e0') +
    sun +
    hills('#86a97a', '#9dbb6a') +
    cow(150, 270) +
    cow(380, 250) +
    cow(600, 280) +
    tree(840, 270),
  water:
    sky('#b7ddf2', '#eaf4f4') +
    hills('#7d9f86', '#9db878') +
    '<path d="M0 300 C220 270 420 335 640 298 S860 300 900 292 V383 H0Z" fill="#5b9cc4"/>' +
    '<g fill="#d9dde0"><rect x="600" y="150" width="120" height="110"/><path d="M590 150 L660 105 L730 150Z"/></g>' +
    tree(180, 250),
  snow:
    sky('#9fb6cc', '#e8eef3') +
    hills('#c3d1dc', '#f4f8fa') +
    house(170, 235, '#efe6d6', '#e9f0f4') +
    house(420, 255, '#efe6d6', '#e9f0f4') +
    row(40, (i) => `<circle cx="${(i * 227) % 900}" cy="${(i * 131) % 330}" r="${3 + (i % 3)}" fill="#ffffff"/>`),
  hall:
    sky('#bcdcee', '#f6efe2') +
    hills('#8fae86', '#b9c485') +
    '<g><rect x="270" y="150" width="360" height="150" fill="#efe3cd"/><rect x="250" y="132" width="400" height="24" fill="#9c3b2f"/>' +
    '<rect x="425" y="215" width="50" height="85" fill="#7b5a3c"/>' +
    row(4, (i) => `<rect x="${300 + i * 85 + (i > 1 ? 25 : 0)}" y="180" width="44" height="40" fill="#8fb9d0"/>`) +
    '<rect x="446" y="60" width="5" height="74" fill="#777"/><rect x="451" y="60" width="62" height="38" fill="#c8202f"/></g>',
};

/** A PNG of 900×383, the shape of a cover. */
export async function drawPicture(scene: Scene): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${SCENES[scene]}</svg>`;
  return sharp(Buffer.from(svg)).png({ compressionLevel: 9, palette: true }).toBuffer();
}
