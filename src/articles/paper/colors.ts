/** Red, green, blue 0–255 and how much of it is there, 0–1. */
export type Color = readonly [number, number, number, number];

const WHITE: Color = [255, 255, 255, 1];
const NAMED: Readonly<Record<string, Color>> = {
  transparent: [0, 0, 0, 0],
  white: WHITE,
  window: WHITE,
  canvas: WHITE,
  snow: [255, 250, 250, 1],
  ivory: [255, 255, 240, 1],
  ghostwhite: [248, 248, 255, 1],
  whitesmoke: [245, 245, 245, 1],
  floralwhite: [255, 250, 240, 1],
  black: [0, 0, 0, 1],
  windowtext: [0, 0, 0, 1],
  canvastext: [0, 0, 0, 1],
  red: [255, 0, 0, 1],
  green: [0, 128, 0, 1],
  lime: [0, 255, 0, 1],
  blue: [0, 0, 255, 1],
  yellow: [255, 255, 0, 1],
  aqua: [0, 255, 255, 1],
  cyan: [0, 255, 255, 1],
  fuchsia: [255, 0, 255, 1],
  magenta: [255, 0, 255, 1],
  gray: [128, 128, 128, 1],
  grey: [128, 128, 128, 1],
  silver: [192, 192, 192, 1],
  lightgray: [211, 211, 211, 1],
  lightgrey: [211, 211, 211, 1],
  lightyellow: [255, 255, 224, 1],
  maroon: [128, 0, 0, 1],
  navy: [0, 0, 128, 1],
  olive: [128, 128, 0, 1],
  orange: [255, 165, 0, 1],
  purple: [128, 0, 128, 1],
  teal: [0, 128, 128, 1],
};

/** The first colour that `value` names; null where it names none that is known. */
export function colorOf(value: string): Color | null {
  const text = value.trim().toLowerCase();
  const hex = /#([0-9a-f]{3,8})\b/.exec(text)?.[1] ?? (/^[0-9a-f]{6}$/.test(text) ? text : undefined);
  if (hex !== undefined) return hexColor(hex);
  const call = /\b(rgb|hsl)a?\(([^)]*)\)/.exec(text);
  if (call) return callColor(call[1] ?? '', call[2] ?? '');
  const name = text.split(/[\s,]+/, 8).find((word) => Object.hasOwn(NAMED, word));
  return name === undefined ? null : (NAMED[name] ?? null);
}

function hexColor(hex: string): Color | null {
  const wide = hex.length <= 4 ? Array.from(hex, (digit) => digit + digit).join('') : hex;
  if (wide.length !== 6 && wide.length !== 8) return null;
  const [r = 0, g = 0, b = 0, a = 255] = Array.from(wide.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return [r, g, b, a / 255];
}

function callColor(kind: string, inside: string): Color | null {
  const parts = inside.split(/[\s,/]+/, 8).filter(Boolean);
  const number = (text: string | undefined, of: number): number => {
    const value = Number.parseFloat(text ?? '');
    return text?.endsWith('%') ? (value / 100) * of : value;
  };
  const alpha = parts[3] === undefined ? 1 : number(parts[3], 1);
  if (kind === 'hsl') {
    // Only how light it is decides here whether it can be seen on white.
    const light = number(parts[2], 1) > 1 ? number(parts[2], 1) / 100 : number(parts[2], 1);
    const full = number(parts[1], 1);
    if (Number.isNaN(light) || Number.isNaN(full)) return null;
    if (light > 0.02 && light < 0.98 && full > 0.02) return null;
    const grey = Math.round(light * 255);
    return [grey, grey, grey, alpha];
  }
  const [r, g, b] = [number(parts[0], 255), number(parts[1], 255), number(parts[2], 255)];
  return [r, g, b].some(Number.isNaN) ? null : [r, g, b, alpha];
}

/** Nobody sees one on the other. */
export function sameColor(one: Color, other: Color): boolean {
  return one.slice(0, 3).every((value, i) => Math.abs(value - (other[i] ?? 0)) <= 12);
}

export const PAGE_COLOR: Color = WHITE;
