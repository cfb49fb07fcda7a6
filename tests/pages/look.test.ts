import { describe, expect, it } from 'vitest';
import { page } from '../../src/pages/layout.ts';
import { STYLE } from '../../src/pages/style.ts';

const FRAME = { town: '示例镇', account: '示例', office: '示例镇人民政府', hotline: { name: '热线', number: '12345' } };

/** WCAG 2.2 relative luminance and contrast. */
function luminance(hex: string): number {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
const rule = (selector: string): string => new RegExp(`(?:^|[}])${selector}\\{([^}]*)\\}`).exec(STYLE)?.[1] ?? '';
const colour = (selector: string, property: string): string =>
  new RegExp(`(?:^|;)${property}:(#[0-9a-f]{3,6})`).exec(rule(selector))?.[1] ?? '';

describe('the look', () => {
  it('has no text under 18 px', () => {
    const base = Number(/font:(\d+)px/.exec(rule('body'))?.[1]);
    const sizes = [...STYLE.matchAll(/font-size:([\d.]+)em/g)].map(([, em]) => base * Number(em));
    expect(sizes.length).toBeGreaterThan(2);
    for (const size of [base, ...sizes]) expect(size).toBeGreaterThanOrEqual(18);
  });

  it('has contrasts of AA', () => {
    const text = colour('body', 'color');
    for (const [front, back] of [
      [text, colour('main', 'background')],
      [text, colour('body', 'background')],
      [text, colour('\\.note', 'background')],
      [text, colour('\\.said', 'background')],
      [colour('\\.meta', 'color'), colour('main', 'background')],
      [colour('footer', 'color'), colour('body', 'background')],
      [colour('a', 'color'), colour('main', 'background')],
      [colour('\\.bar a', 'color'), colour('\\.bar', 'background')],
      [colour('button', 'color'), colour('button', 'background')],
    ] as const) {
      expect(contrast(front, back), `${front} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('has targets of 44 px', () => {
    for (const selector of [
      '\\.bar a',
      'nav\\.trail a',
      'button',
      'form\\.search input',
      'ul\\.list a',
      '\\.tiles a',
    ]) {
      const high = /(?:min-height|line-height):(\d+)px/.exec(rule(selector))?.[1];
      expect(Number(high), selector).toBeGreaterThanOrEqual(44);
    }
  });

  it('prints the text alone', () => {
    expect(STYLE).toMatch(/@media print\{[^}]*form[^}]*display:none/);
  });
});

describe('a personal page', () => {
  it('is kept and indexed by nobody', () => {
    const answer = page(FRAME, { large: false, here: '/' }, { title: '诉求', body: '<h1>诉求</h1>', personal: true });
    expect(answer.headers).toEqual({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow' });
    expect(answer.body).toContain('<meta name="robots" content="noindex,nofollow">');
    expect(answer.body).not.toContain('<meta property=');
  });
});
