import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/articles/body-text.ts';
import { cleanBody } from '../../../src/articles/paper/clean.ts';

const clean = (html: string) => cleanBody(html, { publicUrl: 'https://town.example' });

/** Every way in which an office program, a web page or an editor keeps 藏 from being seen. */
const HIDDEN: readonly (readonly [name: string, html: string])[] = [
  ['display', '<p>看</p><p style="display:none">藏</p>'],
  ['display in capitals, with important', '<p>看</p><p STYLE="DISPLAY : NONE !IMPORTANT">藏</p>'],
  ['an earlier display that a later one undoes not', '<p>看</p><p style="display:none;color:red">藏</p>'],
  ['visibility', '<p>看<span style="visibility:hidden">藏</span></p>'],
  ['visibility inherited', '<p>看</p><div style="visibility:hidden"><p><b>藏</b></p></div>'],
  ['visibility collapse', '<p>看<span style="visibility:collapse">藏</span></p>'],
  ['mso-hide', '<p>看<span style="mso-hide:all">藏</span></p>'],
  ['Word: hidden text', "<p class=MsoNormal>看<span style='display:none;mso-hide:all'>藏<o:p></o:p></span></p>"],
  ['the attribute', '<p>看</p><p hidden>藏</p>'],
  ['the attribute with a value', '<p>看</p><div hidden="until-found">藏</div>'],
  ['a class of a style block', '<style>.xl65{display:none}</style><p>看</p><p class="xl65">藏</p>'],
  ['a class in a commented style block', '<style><!-- .xl65 {mso-hide:all;} --></style><p>看</p><p class=xl65>藏</p>'],
  ['an element with a class', '<style>p.a, td.b { visibility: hidden }</style><p>看</p><p class="x a">藏</p>'],
  ['an id', '<style>#weg{display:none}</style><p>看</p><p id="weg">藏</p>'],
  ['a descendant', '<style>.box .in{display:none}</style><div class="box"><p>看</p><p class="in">藏</p></div>'],
  ['a style block with media', '<style>@media screen{.n{display:none}}</style><p>看</p><p class="n">藏</p>'],
  ['a style block behind an import', '<style>@import url(a.css);.n{display:none}</style><p>看</p><p class="n">藏</p>'],
  ['the style block at the end', '<p>看</p><p class="n">藏</p><style>.n{display:none}</style>'],
  ['size nothing', '<p>看<span style="font-size:0">藏</span></p>'],
  ['size nothing in points', '<p>看<span style="font-size:0.0pt">藏</span></p>'],
  ['one point', '<p>看<span style="font-size:1.0pt">藏</span></p>'],
  ['size inherited', '<p>看</p><div style="font-size:0px"><p>藏</p></div>'],
  ['size in the shorthand', '<p>看<span style="font:0px 宋体">藏</span></p>'],
  ['white on white', '<p>看<span style="color:#fff">藏</span></p>'],
  ['white by name', '<p>看<font color="white">藏</font></p>'],
  ['white by rgb', '<p>看<span style="color: rgb(255, 255, 255);">藏</span></p>'],
  ['white by rgb with percent', '<p>看<span style="color:rgb(100%,100%,100%)">藏</span></p>'],
  ['nearly white', '<p>看<span style="color:#FEFEFE">藏</span></p>'],
  ['white by hsl', '<p>看<span style="color:hsl(0,0%,100%)">藏</span></p>'],
  ['window on white', '<p>看<span style="color:window">藏</span></p>'],
  ['yellow on yellow', '<p>看<span style="background:yellow;color:#ffff00">藏</span></p>'],
  [
    'the colour of the row behind',
    '<table><tr bgcolor="#4472C4"><td style="color:white">看</td><td style="color:#4472c4">藏</td></tr></table>',
  ],
  ['black on windowtext', '<p>看<span style="background:windowtext;color:black">藏</span></p>'],
  [
    'colour of a class',
    "<style>.font5{color:white;}</style><table><tr><td>看<font class='font5'>藏</font></td></tr></table>",
  ],
  ['transparent', '<p>看<span style="color:transparent">藏</span></p>'],
  ['no alpha', '<p>看<span style="color:rgba(0,0,0,0)">藏</span></p>'],
  ['opacity', '<p>看</p><p style="opacity:0">藏</p>'],
  ['opacity of an old browser', '<p>看</p><p style="filter:alpha(opacity=0)">藏</p>'],
  ['indent', '<p>看</p><p style="text-indent:-9999px">藏</p>'],
  ['off the page', '<p>看</p><p style="position:absolute;left:-9999px">藏</p>'],
  ['off the page upwards', '<p>看</p><div style="position:fixed;top:-10000px">藏</div>'],
  ['moved by a margin', '<p>看</p><div style="margin-left:-9999px">藏</div>'],
  ['moved by a transform', '<p>看</p><div style="transform:translateX(-9999px)">藏</div>'],
  ['shrunk', '<p>看</p><div style="transform:scale(0)">藏</div>'],
  ['clipped', '<p>看</p><div style="position:absolute;clip:rect(0,0,0,0)">藏</div>'],
  [
    'clipped for screen readers',
    '<p>看</p><span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(1px,1px,1px,1px)">藏</span>',
  ],
  ['clipped by a path', '<p>看</p><div style="clip-path:inset(100%)">藏</div>'],
  ['without height', '<p>看</p><div style="height:0;overflow:hidden">藏</div>'],
  ['without greatest height', '<p>看</p><div style="max-height:0px;overflow:hidden">藏</div>'],
  ['without width', '<p>看</p><div style="width:0pt;overflow:hidden">藏</div>'],
  ['content-visibility', '<p>看</p><div style="content-visibility:hidden">藏</div>'],
  ['a comment', '<p>看</p><!-- 藏 --><!--[if gte mso 9]><p>藏</p><![endif]-->'],
  ['a template', '<p>看</p><template><p>藏</p></template><noscript>藏</noscript>'],
  ['a data island', '<p>看</p><xml><w:WordDocument><w:View>藏</w:View></w:WordDocument></xml>'],
  ['a hidden field', '<p>看</p><input type="hidden" value="藏">'],
  ['Excel: a row', '<table><tr><td>看</td></tr><tr height=0 style="display:none"><td>藏</td></tr></table>'],
  ['Excel: a row by its height', '<table><tr height=19><td>看</td></tr><tr height=0><td>藏</td></tr></table>'],
  [
    'Excel: a row by its class',
    '<style>.r{mso-height-source:userset;height:0pt}</style><table><tr><td>看</td></tr><tr class=r><td>藏</td></tr></table>',
  ],
  ['WPS: a row collapsed', '<table><tr><td>看</td></tr><tr style="visibility:collapse"><td>藏</td></tr></table>'],
  [
    'a part of a table',
    '<table><tbody><tr><td>看</td></tr></tbody><tbody style="display:none"><tr><td>藏</td></tr></tbody></table>',
  ],
  [
    'Excel: a column by its col alone',
    "<table><col width=72><col width=0 style='display:none;mso-width-source:userset;mso-width-alt:0'><tr><td>看</td><td>藏</td></tr><tr><td>看</td><td>藏</td></tr></table>",
  ],
  [
    'Excel: a column by the first cell',
    '<table><tr><td width=72>看</td><td width=0>藏</td></tr><tr><td>看</td><td>藏</td></tr></table>',
  ],
  [
    'Excel: a column of a span',
    '<table><col span=2 style="width:0"><col><tr><td>藏</td><td>藏</td><td>看</td></tr></table>',
  ],
  [
    'a column in a group',
    '<table><colgroup><col><col style="visibility:collapse"></colgroup><tr><td>看</td><td>藏</td></tr></table>',
  ],
  [
    'cells one by one',
    '<table><tr><td>看</td><td style="display:none">藏</td></tr><tr><td>看</td><td style="display:none">藏</td></tr></table>',
  ],
  [
    'a row merged from above',
    '<table><tr><td rowspan=3>看</td><td>看</td></tr><tr style="display:none"><td>藏</td></tr><tr><td>看</td></tr></table>',
  ],
  [
    'white cells',
    "<style>.w{color:white;mso-number-format:'\\@'}</style><table><tr><td>看</td><td class=w>藏</td></tr></table>",
  ],
];

describe('what was not to be seen', () => {
  it.each(HIDDEN)('%s stays out and is told', (name, html) => {
    const { html: out, cleaned } = clean(html);
    expect(plainText(out)).not.toContain('藏');
    expect(plainText(out)).toContain('看');
    const silent = /^a comment|template|data island|hidden field/.test(name);
    const told = cleaned.map(({ what, place }) => /隐藏|看不见/.test(what) && /^第 \d 段$|^表格 1/.test(place));
    expect(told).toEqual(silent ? [] : [true]);
  });

  it.each([
    ['white on dark', '<table><tr style="background:#1f4e79"><th style="color:white">看</th></tr></table>'],
    [
      'white on a dark cell of a class',
      '<style>.h{color:#FFFFFF;background:#4472C4;mso-pattern:black none}</style><table><tr><td class=h>看</td></tr></table>',
    ],
    [
      'white on a picture',
      '<section style="background-image:url(https://a.example/1.png);color:#fff"><p>看</p></section>',
    ],
    ['white on a gradient', '<section style="background:linear-gradient(red,blue);color:#fff"><p>看</p></section>'],
    ['a size set again', '<section style="font-size:0"><span style="font-size:16px">看</span></section>'],
    ['visibility set again', '<p>一</p><div style="visibility:hidden"><p style="visibility:visible">看</p></div>'],
    ['a hanging indent', '<p style="text-indent:-21pt;margin-left:21pt">看</p>'],
    ['a small letter', '<p style="font-size:7.5pt">看</p>'],
    ['half seen', '<p style="opacity:.6">看</p>'],
    ['a rule for print', '<style>@media print{p{display:none}}</style><p>看</p>'],
    ['a rule for another class', '<style>.a{display:none}</style><p class="b">看</p>'],
    ['shown again by a stronger rule', '<style>p{display:none}#x{display:block}</style><p id="x">看</p>'],
    [
      'a page that a script shows',
      '<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0;"><p>看</p></div>',
    ],
    [
      'the same inside others',
      '<div id="page"><div id="js_content" style="visibility:hidden"><section><p>看</p><p>见</p></section></div></div>',
    ],
    ['a table without width', '<table width=0 style="width:0"><tr><td>看</td></tr></table>'],
    ['relative places', '<p style="position:relative;top:-4.0pt">看</p>'],
    ['closed details', '<details><summary>头</summary><p>看</p></details>'],
  ])('%s stays', (_name, html) => {
    expect(plainText(clean(html).html)).toContain('看');
  });

  it('a column that goes takes its share of the spans', () => {
    const { html, cleaned } = clean(
      '<table><col><col style="display:none"><col><tr><td colspan=3>题</td></tr><tr><td>甲</td><td>藏</td><td>8</td></tr><tr><td colspan=2>乙</td><td>9</td></tr></table>',
    );
    expect(html).toBe(
      '<table><tr><td colspan="2">题</td></tr><tr><td>甲</td><td>8</td></tr><tr><td>乙</td><td>9</td></tr></table>',
    );
    expect(cleaned).toEqual([{ what: '隐藏的列', count: 1, place: '表格 1' }]);
  });

  it('a merged cell whose first row is hidden stands in the next', () => {
    const { html } = clean(
      '<table><tr><td>头</td><td>数</td></tr><tr style="display:none"><td rowspan=2>甲</td><td>1</td></tr><tr><td>2</td></tr></table>',
    );
    expect(html).toBe('<table><tr><td>头</td><td>数</td></tr><tr><td>甲</td><td>2</td></tr></table>');
  });
});
