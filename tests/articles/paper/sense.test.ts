import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/articles/body-text.ts';
import { cleanBody } from '../../../src/articles/paper/clean.ts';

const clean = (html: string) => cleanBody(html, { publicUrl: 'https://town.example', markMissing: true });

describe('what changes the sense stays, in whatever dress', () => {
  it.each([
    ['struck by a style', '<p>甲<span style="text-decoration:line-through">旧</span></p>', '<p>甲<s>旧</s></p>'],
    [
      'struck by its own property',
      '<p><span style="text-decoration-line: line-through;">旧</span></p>',
      '<p><s>旧</s></p>',
    ],
    [
      'struck and underlined',
      '<p><span style="text-decoration:underline line-through red">旧</span></p>',
      '<p><u><s>旧</s></u></p>',
    ],
    ['struck by old tags', '<p><strike>旧</strike><del>旧</del><s>旧</s></p>', '<p><s>旧</s><s>旧</s><s>旧</s></p>'],
    ['struck by a font', '<p><font style="text-decoration:line-through">旧</font></p>', '<p><s>旧</s></p>'],
    ['a struck paragraph', '<p style="text-decoration:line-through">旧</p>', '<p><s>旧</s></p>'],
    [
      'a struck cell',
      '<table><tr><td style="text-decoration:line-through">旧</td></tr></table>',
      '<table><tr><td><s>旧</s></td></tr></table>',
    ],
    [
      'a struck row',
      '<table><tr style="text-decoration:line-through"><td>旧</td></tr></table>',
      '<table><tr><td><s>旧</s></td></tr></table>',
    ],
    [
      'struck by a class',
      '<style>.f6{text-decoration:line-through}</style><table><tr><td><font class=f6>旧</font>新</td></tr></table>',
      '<table><tr><td><s>旧</s>新</td></tr></table>',
    ],
    ['struck twice in Word', "<p><span style='text-line-through:double'>旧</span></p>", '<p><s>旧</s></p>'],
    ['a struck list', '<ul style="text-decoration:line-through"><li>旧</li></ul>', '<ul><li><s>旧</s></li></ul>'],
    [
      'a struck box of paragraphs',
      '<div style="text-decoration:line-through"><p>一</p><p>二</p></div>',
      '<p><s>一</s></p><p><s>二</s></p>',
    ],
    ['raised by a tag', '<p>10<sup>2</sup>平方米</p>', '<p>10<sup>2</sup>平方米</p>'],
    ['raised by a style', '<p>10<span style="vertical-align:super">2</span></p>', '<p>10<sup>2</sup></p>'],
    ['lowered by a style', '<p>H<span style="vertical-align:sub">2</span>O</p>', '<p>H<sub>2</sub>O</p>'],
    [
      'raised by a class of Excel',
      '<style>.font7{vertical-align:super}</style><table><tr><td>m<font class="font7">2</font></td></tr></table>',
      '<table><tr><td>m<sup>2</sup></td></tr></table>',
    ],
    [
      'raised by points in Word',
      "<p>10<span style='position:relative;top:-4.0pt;mso-text-raise:4.0pt'>2</span></p>",
      '<p>10<sup>2</sup></p>',
    ],
    [
      'bold by a style',
      '<p>干部<span style="font-weight:bold">不得</span>参加</p>',
      '<p>干部<strong>不得</strong>参加</p>',
    ],
    ['bold by weight', '<p><span style="font-weight:700">不得</span></p>', '<p><strong>不得</strong></p>'],
    ['bold by a class', '<style>.b{font-weight:700}</style><p class=b>不得</p>', '<p><strong>不得</strong></p>'],
    ['not bold, though its tag says so', '<b style="font-weight:normal"><p>平常</p></b>', '<p>平常</p>'],
    ['slanted by a style', '<p><span style="font-style:italic">斜</span></p>', '<p><em>斜</em></p>'],
    [
      'a telephone',
      '<p><a href="tel:0954-5012345">0954-5012345</a></p>',
      '<p><a href="tel:0954-5012345">0954-5012345</a></p>',
    ],
    [
      'a telephone with its country',
      '<p><a href="tel:+86 954 5012345">打</a></p>',
      '<p><a href="tel:+869545012345">打</a></p>',
    ],
    [
      'a title in the middle',
      '<p class=MsoNormal align=center style="text-align:center">公示</p>',
      '<p style="text-align:center">公示</p>',
    ],
    [
      'a title in the middle by a class',
      '<style>p.t{text-align:center}</style><p class="t">公示</p>',
      '<p style="text-align:center">公示</p>',
    ],
    [
      'what stands in a centre',
      '<center><p>公示</p><p>二</p></center>',
      '<p style="text-align:center">公示</p><p style="text-align:center">二</p>',
    ],
    [
      'the signature on the right',
      '<p style="text-align:right">示例镇人民政府</p>',
      '<p style="text-align:right">示例镇人民政府</p>',
    ],
    ['the signature by the end', '<div style="text-align:end">示例镇</div>', '<p style="text-align:right">示例镇</p>'],
    [
      'the signature by an indent',
      '<p style="text-indent:288.0pt">示例镇</p>',
      '<p style="text-align:right">示例镇</p>',
    ],
    [
      'a cell by its class',
      '<style>.xl70{text-align:right}</style><table><tr><td class=xl70>8</td></tr></table>',
      '<table><tr><td style="text-align:right">8</td></tr></table>',
    ],
    ['what is read out', '<p><ruby>泾<rp>(</rp><rt>jīng</rt><rp>)</rp></ruby>河</p>', '<p>泾（jīng）河</p>'],
    ['words in a drawing', '<svg viewBox="0 0 9 9"><text x="1">停水</text></svg>', '停水'],
    ['an equation', '<p><math><msup><mi>m</mi><mn>2</mn></msup></math></p>', '<p>m<sup>2</sup></p>'],
    [
      'signs of a picture font',
      "<p><span style='font-family:Wingdings'>þ</span>同意<span style='font-family:Wingdings'>o</span>不同意</p>",
      '<p>☑同意□不同意</p>',
    ],
    [
      'a bullet of Word',
      "<p style='mso-list:l0 level1 lfo1'><span style='font-family:Wingdings'>l<span style='font:7.0pt'> </span></span>带身份证</p>",
      '<p>● 带身份证</p>',
    ],
    ['a line that was only broken', '<p>示例一村\n  本月公示</p>', '<p>示例一村本月公示</p>'],
    ['lines that were kept', '<pre>一\n二</pre>', '<p>一<br />二</p>'],
    [
      'a block that is none by its tag',
      '<div><span style="display:block">一</span><span style="display:block">二</span></div>',
      '<p>一</p><p>二</p>',
    ],
  ])('%s', (_name, html, expected) => {
    expect(clean(html).html).toBe(expected);
    expect(clean(expected).html).toBe(expected);
  });
});

describe('what office programs put around a paper stays out and is told', () => {
  it.each([
    [
      'a comment of Word',
      "<p>公示12户<span class=MsoCommentReference><a class=msocomanchor href='#_msocom_1'>[Z1]</a><span style='mso-special-character:comment'>&nbsp;</span></span>。</p><div style='mso-element:comment-list'><div style='mso-element:comment'><div id='_com_1' class=msocomtxt><p class=MsoCommentText>藏</p></div></div></div>",
      '批注',
    ],
    ['a comment of WPS', '<p>公示12户<a href="#_msocom_1">[示1]</a>。</p><div id="_com_1"><p>藏</p></div>', '批注'],
    [
      'a comment of a web office',
      '<p>公示12户<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>。</p><div><p><a href="#cmnt_ref1">[a]</a>藏</p></div>',
      '批注',
    ],
    [
      'a head of the page',
      "<div style='mso-element:header' id=h1><p class=MsoHeader>藏</p></div><p>公示12户。</p>",
      '页眉页脚',
    ],
    [
      'a foot of the page',
      "<p>公示12户。</p><div style='mso-element:footer'><p class=MsoFooter>藏</p></div>",
      '页眉页脚',
    ],
    [
      'a footnote',
      "<p>公示12户<a style='mso-footnote-id:ftn1' href='#_ftn1' name='_ftnref1'><span class=MsoFootnoteReference>[1]</span></a>。</p><div style='mso-element:footnote-list'><hr><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href='#_ftnref1'>[1]</a>藏</p></div></div>",
      '脚注',
    ],
    [
      'an endnote',
      "<p>公示12户<a href='#_edn1'>[i]</a>。</p><div style='mso-element:endnote-list'><div style='mso-element:endnote' id=edn1><p class=MsoEndnoteText>藏</p></div></div>",
      '脚注',
    ],
  ])('%s', (_name, html, what) => {
    const { html: out, cleaned } = clean(html);
    expect(plainText(out).replaceAll('\n', '')).toBe('公示12户。');
    expect(cleaned.map((one) => one.what)).toEqual([what]);
  });

  it('a word that a comment speaks of stays', () => {
    const { html } = clean("<p>共<a style='mso-comment-reference:Z_1;mso-comment-date:20260101T0101'>12</a>户</p>");
    expect(html).toBe('<p>共12户</p>');
  });

  it('the instruction of a field stays out, its result stays', () => {
    const { html } = clean(
      "<p>第<span style='mso-element:field-begin'></span> PAGE \\* MERGEFORMAT <span style='mso-element:field-separator'></span>3<span style='mso-element:field-end'></span>页</p>",
    );
    expect(html).toBe('<p>第3页</p>');
  });
});

describe('what cannot stand in a notice is told by name', () => {
  it.each([
    ['<img src="data:image/png;base64,AAAA">', '嵌在文字里的图片（base64）', 1],
    ['<img src="https://mmbiz.qpic.cn/a/640">', '不在本系统里的图片', 1],
    ['<img data-src="https://mmbiz.qpic.cn/a/640">', '没有加载出来的图片（data-src）', 1],
    ['<img srcset="https://a.example/1.png 2x">', '别的网站上的图片（srcset）', 1],
    ['<picture><source srcset="a.webp"><img src="https://a.example/1.png"></picture>', '不在本系统里的图片', 1],
    ['<img src="file:///C:/Temp/1.png">', '复制时没有带上的图片（在写稿人的电脑上）', 1],
    ['<section style="background-image:url(https://a.example/1.png)"></section>', '作为背景的图片', 1],
    ['<section style="background:url(https://a.example/1.png)">字</section>', '作为背景的图片', 0],
    ['<table><tr><td background="https://a.example/1.png">字</td></tr></table>', '作为背景的图片', 0],
    ['<svg><image href="https://a.example/1.png"/></svg>', '不在本系统里的图片', 1],
    ['<svg><path d="M0 0"/></svg>', '画出来的图形', 0],
    ['<canvas></canvas>', '画出来的图', 0],
    ['<iframe class="video_iframe" data-src="https://v.qq.com/x"></iframe>', '视频', 0],
    ['<iframe src="https://map.example/"></iframe>', '嵌入的网页', 0],
    ['<video src="a.mp4">没有</video>', '视频', 0],
    ['<audio src="a.mp3"></audio>', '音频', 0],
    ['<mpvoice name="录音"></mpvoice>', '音频', 0],
    ['<mp-common-mpaudio></mp-common-mpaudio>', '音频', 0],
    ['<mp-miniprogram data-miniprogram-title="办事"></mp-miniprogram>', '小程序卡片', 0],
    ['<mp-common-videosnap data-nickname="示例"></mp-common-videosnap>', '视频号卡片', 0],
    ['<mp-common-profile data-nickname="示例"></mp-common-profile>', '公众号名片', 0],
    ['<embed src="a.swf">', '嵌入的内容', 0],
    ['<object data="a.pdf"></object>', '嵌入的内容', 0],
    ['<textarea>填</textarea>', '表单里填的内容', 0],
    ['<a data-miniprogram-appid="wx1" href="">去办事</a>', '小程序链接（文字留下）', 0],
    ['<a href="javascript:go()">去</a>', '打不开的链接（文字留下）', 0],
    ['<a href="weixin://x">去</a>', '打不开的链接（文字留下）', 0],
  ])('%s', (html, what, missing) => {
    const { cleaned, missingPictures } = clean(`<p>前</p>${html}<p>后</p>`);
    expect(cleaned).toEqual([{ what, count: 1, place: expect.stringMatching(/第 2 段|表格 1 第 1 行第 1 列/) }]);
    expect(missingPictures).toBe(missing);
  });
});
