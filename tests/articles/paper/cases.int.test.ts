import { describe, expect, it } from 'vitest';
import { openOffice, picture } from '../office.ts';

/** Papers that people met elsewhere, as their clipboards held them, through the API. */
const office = openOffice();
const { ask, person, upload, write } = office;

interface Saved {
  readonly id: string;
  readonly version: number;
  readonly bodyHtml: string;
  readonly missingPictures: number;
  readonly droppedImages: number;
  readonly cleaned: readonly { what: string; count: number; place: string }[];
  readonly personalData: readonly { name: string; place: string }[];
}
const save = async (bodyHtml: string): Promise<Saved> => (await write({ bodyHtml })) as unknown as Saved;

const change = async (id: string, body: object): Promise<Saved> => {
  const { status, body: answer } = await person('editor').request('PATCH', `/articles/${id}`, body);
  expect(status).toBe(200);
  return answer as Saved;
};

describe('a paper sent by the API', () => {
  it('06: loses the columns and rows that its sheet hid, and says so', async () => {
    const saved =
      await save(`<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><!--StartFragment--><table border=0 cellpadding=0 cellspacing=0>
<col width=72 style='width:54pt'><col width=0 style='display:none;mso-width-source:userset;mso-width-alt:0'><col width=72 style='width:54pt'>
<tr height=19><td>户主</td><td width=0 style='display:none;width:0'>致贫原因</td><td>金额</td></tr>
<tr height=19><td>示例甲</td><td width=0 style='display:none;width:0'>示例疾病</td><td>800</td></tr>
<tr height=0 style='display:none'><td>示例乙</td><td>示例疾病</td><td>未通过</td></tr>
</table><!--EndFragment--></body></html>`);
    expect(saved.bodyHtml).toBe(
      '<table><tr><td>户主</td><td>金额</td></tr><tr><td>示例甲</td><td>800</td></tr></table>',
    );
    expect(saved.cleaned).toEqual([
      { what: '隐藏的行', count: 1, place: '表格 1' },
      { what: '隐藏的列', count: 1, place: '表格 1' },
    ]);
  });

  it('10: loses the comments of its reviewers, not the words they speak of', async () => {
    const saved =
      await save(`<p class=MsoNormal>示例一村本次公示<a style='mso-comment-reference:Z_1'>12</a><span class=MsoCommentReference><span lang=EN-US><a class=msocomanchor id="_anchor_1" href="#_msocom_1" name="_msoanchor_1">[Z1]</a><span style='mso-special-character:comment'>&nbsp;</span></span></span>户。</p>
<div style='mso-element:comment-list'><![if !supportAnnotations]><hr class=msocomoff align=left size=1 width="33%"><![endif]>
<div style='mso-element:comment'><div id="_com_1" class=msocomtxt><span style='mso-comment-author:"Z"'><p class=MsoCommentText><span class=MsoCommentReference>&nbsp;<a class=msocomoff href="#_msoanchor_1">[Z1]</a></span>这户复核没过，先别写</p></span></div></div></div>`);
    expect(saved.bodyHtml).toBe('<p>示例一村本次公示12户。</p>');
    expect(saved.cleaned.map(({ what }) => what)).toEqual(['批注']);
  });

  it('12, 29: is scanned over the lines of a cell and by the heads of its columns', async () => {
    const { personalData } = await save(
      '<p>联系电话：1380013<br>8000</p><table><tr><td>示例甲</td><td>9900001990<br>01011239</td></tr></table>' +
        '<table><tr><th>户主</th><th>一折通账号</th><th>金额</th></tr><tr><td>示例甲</td><td>29010122000456789</td><td>1200</td></tr><tr><td>示例乙</td><td>1017012345678901234</td><td>800</td></tr></table>',
    );
    expect(personalData.map(({ name, place }) => `${place} ${name}`)).toEqual([
      '正文 第 1 段 手机号',
      '正文 表格 1 第 1 行第 2 列 身份证号',
      '正文 表格 2 第 2 行第 2 列 银行账号',
      '正文 表格 2 第 3 行第 2 列 银行账号',
    ]);
  });

  it('15, 23, 32: keeps what is struck, a telephone, and a page that a script would have shown', async () => {
    const struck = `<p>报名截止<span style='text-decoration:line-through'>3月31日</span><span style="text-decoration-line: line-through;">4月10日</span>4月15日。<s>作废</s></p>`;
    expect((await save(struck)).bodyHtml).toBe('<p>报名截止<s>3月31日</s><s>4月10日</s>4月15日。<s>作废</s></p>');
    const tel = '<p>咨询电话：<a href="tel:0954-5012345">0954-5012345</a></p>';
    expect((await save(tel)).bodyHtml).toBe(tel);
    const hidden =
      '<div class="rich_media_content js_underline_content" id="js_content" style="visibility: hidden; opacity: 0; "><p>全文第一段。</p></div>';
    expect(await save(hidden)).toMatchObject({ bodyHtml: '<p>全文第一段。</p>', cleaned: [] });
  });

  it('27, 33, 37: says what cannot stand in it, and keeps the words', async () => {
    const video = await save(
      '<p>防火宣传片：</p><iframe class="video_iframe rich_pages" data-src="https://v.qq.com/txp/iframe/player.html?vid=example" data-vidtype="1"></iframe><mp-common-videosnap class="js_uneditable custom_select_card channels_iframe" data-nickname="示例"></mp-common-videosnap><p>请观看。</p>',
    );
    expect(video.cleaned).toEqual([
      { what: '视频', count: 1, place: '第 2 段' },
      { what: '视频号卡片', count: 1, place: '第 2 段' },
    ]);
    const list = '<ul>\n<li><p>身份证</p></li>\n<li><p>户口簿</p></li>\n</ul>\n<ol><li>\n<p>填表</p></li></ol>';
    expect((await save(list)).bodyHtml).toBe(
      '<ul><li><p>身份证</p></li><li><p>户口簿</p></li></ul><ol><li><p>填表</p></li></ol>',
    );
    const designer = await save(
      '<section style="background-image:url(https://bexp.135editor.com/files/users/EXAMPLE/1.png)"><section><svg viewBox="0 0 300 40"><foreignObject width="300" height="40"><p xmlns="http://www.w3.org/1999/xhtml">停水时间：3月5日8时</p></foreignObject></svg></section><section powered-by="xiumi.us"><p>请提前储水。</p></section></section>',
    );
    expect(designer.bodyHtml).toBe('<p>停水时间：3月5日8时</p><p>请提前储水。</p>');
    expect(designer.cleaned).toEqual([{ what: '作为背景的图片', count: 1, place: '第 1 段' }]);
  });

  it('16: with pictures that could not be taken is not submitted until they are replaced or removed', async () => {
    const html =
      '<section><p>停水通知如下：</p><p><img class="rich_pages wxw-img" data-ratio="0.75" data-src="https://mmbiz.qpic.cn/mmbiz_jpg/EXAMPLE/640?wx_fmt=jpeg" data-w="1080"></p><p><img class="rich_pages" data-src="https://mmbiz.qpic.cn/mmbiz_png/EXAMPLE/640?wx_fmt=png" src="data:image/gif;base64,iVBORw0KGgo="></p></section>';
    const saved = await save(html);
    expect(saved).toMatchObject({
      droppedImages: 2,
      missingPictures: 2,
      cleaned: [{ what: '没有加载出来的图片（data-src）', count: 2, place: '第 2 段' }],
    });
    const submit = (id: string) => ask('editor', 'POST', `/articles/${id}/submit`);
    expect(await submit(saved.id)).toMatchObject({ status: 409, code: 'wrong_state' });
    // Another title does not bring the pictures.
    const titled = await change(saved.id, { baseVersion: 1, title: '停水' });
    expect(titled.missingPictures).toBe(2);
    expect(await submit(saved.id)).toMatchObject({ status: 409 });
    const { url } = await upload('editor', await picture('#123'), '1.png');
    const mended = await change(saved.id, {
      baseVersion: 2,
      bodyHtml: `<p>停水通知如下：</p><img src="${url}">`,
    });
    expect(mended).toMatchObject({ missingPictures: 0, cleaned: [] });
    expect(await submit(saved.id)).toMatchObject({ status: 200 });
  });

  it('a paste leaves the place of a missing picture, which bars submitting as long as it stands there', async () => {
    const pasted = await person('editor').post<{ bodyHtml: string; cleaned: unknown; missingPictures: number }>(
      '/articles/clean',
      { bodyHtml: '<p>如下：<img src="file:///C:/1.png"></p><p style="display:none">藏</p>' },
    );
    expect(pasted).toMatchObject({
      missingPictures: 1,
      cleaned: [
        { what: '复制时没有带上的图片（在写稿人的电脑上）', count: 1, place: '第 1 段' },
        { what: '隐藏的文字', count: 1, place: '第 2 段' },
      ],
    });
    expect(pasted.bodyHtml).toMatch(/^<p>如下：<img src="\/media\/missing" alt="[^"]+" \/><\/p>$/);
    const saved = await save(pasted.bodyHtml);
    expect(saved).toMatchObject({ bodyHtml: pasted.bodyHtml, missingPictures: 1, cleaned: [] });
    expect(await ask('editor', 'POST', `/articles/${saved.id}/submit`)).toMatchObject({ status: 409 });
  });

  it('a paste of five thousand rows is cut, and says where', async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => `<tr><td>${i}</td><td>示例</td></tr>`).join('');
    const pasted = await person('editor').post<{ bodyHtml: string; cleaned: unknown }>('/articles/clean', {
      bodyHtml: `<table>${rows}</table>`,
    });
    expect(pasted.bodyHtml.split('<tr>').length - 1).toBe(500);
    expect(pasted.cleaned).toEqual([{ what: '表格里第 500 行以后的行', count: 4_500, place: '表格 1' }]);
  });

  it('a text that is being written is scanned with its places', async () => {
    const html = '<p>找<strong>138</strong>00138000</p>';
    const found = await person('editor').post('/articles/scan', { title: '找13900139000', bodyHtml: html });
    expect(found).toEqual({
      personalData: [
        { kind: 'mobile', name: '手机号', place: '标题', shown: '139******00' },
        { kind: 'mobile', name: '手机号', place: '正文 第 1 段', shown: '138******00' },
      ],
      personalDataAt: [
        { field: 'title', at: [[1, 12]], stars: [4, 5, 6, 7, 8, 9] },
        { field: 'body', at: [[1, 12]], stars: [4, 5, 6, 7, 8, 9] },
      ],
    });
  });
});
