import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { passagesOf, plainText } from '../../src/articles/body-text.ts';
import { isAppError } from '../../src/kernel/index.ts';
import { cleanBody } from '../../src/articles/paper/clean.ts';

const OURS = 'https://town.example';
const IMAGE = '0123456789abcdef01234567';
const cleaned = (html: string) => cleanBody(html, { publicUrl: OURS });
const clean = (html: string): string => cleaned(html).html;

/** As Excel puts a range on the clipboard: a style sheet, styles with types of its own, hidden rows and columns. */
const EXCEL = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator content="Microsoft Excel 15">
<style><!--table {mso-displayed-decimal-separator:"\\."; mso-displayed-thousand-separator:"\\,";} .xl65 {mso-number-format:"\\@"; text-align:center;}--></style></head>
<body link="#0563C1" vlink="#954F72"><!--StartFragment-->
<table border=0 cellpadding=0 cellspacing=0 width=288 style='border-collapse: collapse;width:216pt'>
<col width=72 span=2 style='width:54pt'><col width=72 style='mso-width-source:userset;display:none'>
<tr height=19 style='height:14.4pt'><td colspan=3 height=19 class=xl65 width=216 style='height:14.4pt;mso-number-format:"\\@";TEXT-ALIGN:center'>示例一村<font color="#FF0000" face="宋体">低保</font>花名册</td></tr>
<tr><td class=xl65 rowspan=2>示例甲</td><td align=right x:num="1200">1,200.00<span style='mso-spacerun:yes'>&nbsp;</span></td><td style='display:none'>隐藏的身份证号</td></tr>
<tr style='mso-yfti-irow:2;display:none'><td>隐藏的一行</td></tr>
<tr><td x:fmla="=A1+B1">800</td></tr>
</table><!--EndFragment--></body></html>`;

/** As Word and WPS put paragraphs and a table on the clipboard. */
const WORD = `<p class=MsoNormal align=center style='text-align:center;text-indent:24.0pt;mso-char-indent-count:2.0'><b><span lang=EN-US style='font-size:22.0pt;font-family:方正小标宋简体;mso-hansi-font-family:"Times New Roman"'>关于公示的通知<o:p></o:p></span></b></p>
<p class=MsoListParagraph style='margin-left:18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US style='font-family:Symbol'><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>公示期<i>七</i>天</p>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<!--[if gte vml 1]><v:shape id="图片" style='width:10pt'><v:imagedata src="file:///C:/Temp/1.png"/></v:shape><![endif]--><![if !vml]><img width=10 src="file:///C:/Temp/1.png" v:shapes="图片"><![endif]>
<p><span style='display:none;mso-hide:all'>藏起来的字</span>看得见的字</p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse;mso-yfti-tbllook:1184'><tr style='mso-yfti-firstrow:yes'><th scope=col valign=top style='width:140pt;border:solid windowtext 1.0pt;text-align:CENTER'><p class=MsoNormal>户主</p></th></tr></table>`;

describe('tables pasted from office programs', () => {
  it('keep rows, spans and alignment of Excel and lose dress and what was hidden', () => {
    expect(clean(EXCEL).replaceAll('\n', '')).toBe(
      '<table><tr><td colspan="2" style="text-align:center">示例一村低保花名册</td></tr>' +
        '<tr><td rowspan="2" style="text-align:center">示例甲</td><td style="text-align:right">1,200.00\u00a0</td></tr><tr><td>800</td></tr></table>',
    );
  });

  it('and paragraphs of Word and WPS keep their words, emphasis and lists', () => {
    const { html, droppedImages } = cleaned(WORD);
    expect(html).not.toMatch(/mso|class=|lang=|font|<o:|<!|w:|v:|width:|藏起来/i);
    expect(html).toContain('<p style="text-align:center"><strong>关于公示的通知</strong></p>');
    expect(html).toContain('公示期<em>七</em>天');
    expect(html).toContain('<th scope="col" style="text-align:center"><p>户主</p></th>');
    expect(plainText(html)).toContain('看得见的字');
    expect(droppedImages).toBe(1);
  });
});

describe('links and images', () => {
  it('lead by http and https only, and tell the page that opens nothing', () => {
    const a = (href: string): string => clean(`<a href="${href}" target="_blank" onclick="x()">字</a>`);
    expect(a('https://gov.example/a?b=1&amp;c=2')).toBe(
      '<a href="https://gov.example/a?b=1&amp;c=2" rel="noopener noreferrer">字</a>',
    );
    expect(a('/articles/1')).toBe(`<a href="${OURS}/articles/1" rel="noopener noreferrer">字</a>`);
    for (const href of [
      'javascript:alert(1)',
      ' jAvascript:1',
      'data:text/html,x',
      '//evil.example',
      'tel:javascript',
      'x',
      '#a',
    ])
      expect(a(href)).toBe('字');
  });

  it('are of this house or left out and counted', () => {
    const body = cleaned(
      `<img src="/media/${IMAGE}" alt="村口" width="300" onerror="x()"><img src="${OURS}/media/${IMAGE}" width="9999999">` +
        `<img src="https://evil.example/media/${IMAGE}"><img src="data:image/png;base64,AA"><img src="/media/../x"><img>`,
    );
    expect(body).toEqual({
      html: `<img src="/media/${IMAGE}" alt="村口" width="300" /><img src="/media/${IMAGE}" />`,
      mediaIds: [IMAGE],
      droppedImages: 4,
      missingPictures: 0,
      cleaned: [
        { what: '不在本系统里的图片', count: 3, place: '第 1 段' },
        { what: '嵌在文字里的图片（base64）', count: 1, place: '第 1 段' },
      ],
    });
  });
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror=alert(1)>">',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<a href="java&#10;script:alert(1)">x</a>',
  '<p style="background:url(javascript:1);position:fixed">x</p>',
  '<iframe srcdoc="<script>1</script>"></iframe>',
  '<form action=/api/v1/session><button>x</button></form>',
  '<base href=//evil.example><meta http-equiv=refresh content="0;url=//evil.example"><link rel=stylesheet href=//e>',
  '<scr<script>ipt>alert(1)</script>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![if x]><img src=x onerror=alert(1)><![endif]>',
  '<td onmouseover=alert(1)>x',
  '<o:p onclick=alert(1)>x</o:p>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
  '<textarea></textarea><img src=x onerror=alert(1)>',
];
const TAG =
  /^<\/?(?:p|div|h[2-4]|blockquote|[uo]l|li|fig(?:ure|caption)|hr|br|strong|em|u|s|su[bp]|a|img|table|caption|col(?:group)?|t(?:head|body|foot|r|h|d))(?: (?:href|rel|src|alt|width|height|colspan|rowspan|scope|style|span|start)="[^"<>]*")*(?: \/)?>$/;

/** Every tag of `html` that is not one of ours with our attributes, and every address that is none of ours. */
function strange(html: string): string[] {
  const tags = (html.match(/<[^>]*>?/g) ?? []).filter((tag) => !TAG.test(tag));
  const addresses = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, address]) => address ?? '');
  const styles = [...html.matchAll(/ style="([^"]*)"/g)].map(([, style]) => style ?? '');
  return [
    ...tags,
    ...addresses.filter(
      (address) => !/^(?:https?:\/\/|tel:[+\d-]+$|\/media\/(?:[0-9a-f]{24}|missing)$)/i.test(address),
    ),
    ...styles.filter((style) => !/^text-align:(?:left|right|center|justify)$/.test(style)),
  ];
}

describe('hostile markup', () => {
  it.each(HOSTILE)('%s leaves nothing that acts', (html) => {
    expect(strange(clean(html))).toEqual([]);
  });

  it('leaves nothing that acts however it is mixed, and cleaning again changes nothing', () => {
    const piece = fc.constantFrom(
      ...HOSTILE,
      '<p>',
      '</p>',
      '<table>',
      '<td>',
      '</table>',
      '字',
      '<',
      '>',
      '"',
      '<a href="',
      '&lt;',
      '<!--',
      '-->',
      '<b',
      '</',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = clean(pieces.join(''));
        expect(strange(once)).toEqual([]);
        expect(clean(once)).toBe(once);
      }),
      { numRuns: 400 },
    );
  });

  it('takes no minutes, whatever is repeated', () => {
    const refusedOrPlain = (html: string): string[] => {
      try {
        return strange(clean(html));
      } catch (error) {
        // What would be longer than a text may be is refused in words.
        return isAppError(error, 'invalid_input') ? [] : [String(error)];
      }
    };
    for (const piece of ['<!--', '<![if ', '<o:p ', '<', '<a href="', '<td>'])
      expect(refusedOrPlain(piece.repeat(Math.floor(300_000 / piece.length))), piece).toEqual([]);
  });

  it('does not go deeper than a person writes', () => {
    expect(clean('<div>'.repeat(5_000) + '字' + '</div>'.repeat(5_000))).toBe('<p>字</p>');
    const deep = clean('<blockquote>'.repeat(5_000) + '字' + '</blockquote>'.repeat(5_000));
    expect(deep.match(/<blockquote>/g)?.length).toBeLessThan(100);
    expect(deep).toContain('字');
  });
});

describe('the text of a body', () => {
  it('is cut where a reader sees a break and says where each piece stands', () => {
    const html = clean(
      `<p>138<strong>0013</strong>8000</p><ul><li>一</li></ul><table><tr><td>甲</td><td>乙<a href="https://e.example/13900139000">丙</a></td></tr></table><img src="/media/${IMAGE}" alt="合影">`,
    );
    expect(passagesOf(html).map(({ kind, text, place }) => ({ kind, text, place }))).toEqual([
      { kind: 'text', text: '13800138000', place: '第 1 段' },
      { kind: 'text', text: '一', place: '第 2 段' },
      { kind: 'cell', text: '甲', place: '表格 1 第 1 行第 1 列' },
      { kind: 'link', text: 'https://e.example/13900139000', place: '表格 1 第 1 行第 2 列' },
      { kind: 'cell', text: '乙丙', place: '表格 1 第 1 行第 2 列' },
      { kind: 'image', text: '合影', place: '第 3 段' },
    ]);
  });

  it('is the words that were written', () => {
    expect(plainText(clean('<p>1 &lt; 2 &amp; "3"</p>'))).toBe('1 < 2 & "3"');
  });
});
