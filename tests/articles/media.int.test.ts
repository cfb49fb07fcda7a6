import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type ArticleAnswer, openOffice, picture } from './office.ts';

const office = openOffice();
const { ask, person, published, send, upload, write } = office;

const refusal = async (bytes: Uint8Array, name: string, by = 'editor') => {
  const answer = await send(by, bytes, name);
  const { error } = (await answer.json()) as { error?: { code: string } };
  return [answer.status, error?.code];
};
const counted = (): Promise<number> => office.db().collection('media.files').countDocuments();

describe('an upload', () => {
  it('answers an address that staff may see and the public may not, until a public article shows it', async () => {
    const { id, url } = await upload('editor', await picture('#123'));
    expect(url).toBe(`/media/${id}`);
    const forStaff = await office.page(url, { cookie: person('leader').headers['cookie'] ?? '' });
    expect([forStaff.status, forStaff.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect((await office.page(url)).status).toBe(404);
    expect((await office.page(url, { cookie: person('clerk').headers['cookie'] ?? '' })).status).toBe(404);

    const article = await published({ bodyHtml: `<p>图</p><img src="${url}">` });
    const image = await office.page(url);
    expect(image.status).toBe(200);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(image.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    expect(image.headers.get('vary')).toContain('Cookie');
    expect(image.headers.get('x-content-type-options')).toBe('nosniff');
    const etag = image.headers.get('etag') ?? '';
    expect((await office.page(url, { 'if-none-match': etag })).status).toBe(304);

    await person('leader').post(`/articles/${article.id}/withdraw`, { reason: '示例' });
    expect((await office.page(url)).status).toBe(404);
  });

  it('is judged by its content, not by its name', async () => {
    const before = await counted();
    const html = Buffer.from('<!doctype html><script>alert(1)</script>');
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    expect(await refusal(html, '照片.jpg')).toEqual([415, 'unsupported_type']);
    expect(await refusal(svg, '图.svg')).toEqual([415, 'unsupported_type']);
    expect(await refusal(svg, '图.png')).toEqual([415, 'unsupported_type']);
    const frames = await Promise.all(['#f00', '#0f0'].map(picture));
    const moving = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect(await refusal(moving, '动图.gif')).toEqual([415, 'unsupported_type']);
    expect(await refusal(Buffer.alloc(12 * 1_048_576, 1), '大图.jpg')).toEqual([413, 'too_large']);
    expect(await refusal(await picture('#00f'), '图.png', 'supervisor')).toEqual([403, 'forbidden']);
    expect(await counted()).toBe(before);
    const webp = await upload(
      'editor',
      await sharp(await picture('#0ff'))
        .webp()
        .toBuffer(),
      '合照.exe',
    );
    const shown = await office.page(webp.url, { cookie: person('editor').headers['cookie'] ?? '' });
    expect(shown.headers.get('content-type')).toMatch(/^image\/(?:png|jpeg)$/);
  });

  it('without a file, or as another form, is refused', async () => {
    const url = `${office.town().url}/api/v1/media`;
    const empty = await fetch(url, { method: 'POST', headers: person('editor').headers, body: new FormData() });
    expect(empty.status).toBe(400);
    expect(await ask('editor', 'POST', '/media', { file: 'x' })).toMatchObject({ status: 415 });
  });
});

describe('images of an article', () => {
  it('and its cover are part of the hash by their bytes', async () => {
    const [red, alsoRed, blue] = await Promise.all(
      ['#f00', '#f00', '#00f'].map(async (c) => upload('editor', await picture(c))),
    );
    const base = { title: '同题', bodyHtml: '<p>同文</p>' };
    const covered = (cover: { id: string } | undefined): Promise<ArticleAnswer> =>
      write({ ...base, coverMediaId: cover?.id ?? null });
    const [plain, first, same, other] = await Promise.all([
      covered(undefined),
      covered(red),
      covered(alsoRed),
      covered(blue),
    ]);
    expect(first.contentHash).toBe(same.contentHash);
    expect(new Set([plain, first, other].map(({ contentHash }) => contentHash)).size).toBe(3);
  });

  it('that were not uploaded here are left out and counted, ids that name nothing refused', async () => {
    const foreign = await write({
      bodyHtml: '<p>文</p><img src="https://evil.example/1.png"><img src="data:image/png;base64,AA">',
    });
    expect(foreign).toMatchObject({ droppedImages: 2, bodyHtml: '<p>文</p>' });
    const nothing = `<p>文</p><img src="/media/${'0'.repeat(24)}">`;
    expect(
      await ask('editor', 'POST', '/articles', { title: '甲', categoryCode: 'cw_szqk', bodyHtml: nothing }),
    ).toMatchObject({ status: 400 });
    expect(
      await ask('editor', 'POST', '/articles', {
        title: '甲',
        categoryCode: 'cw_szqk',
        bodyHtml: '<p>文</p>',
        coverMediaId: '0'.repeat(24),
      }),
    ).toMatchObject({ status: 400 });
  });

  it('are scanned by their names', async () => {
    const { url } = await upload('editor', await picture('#321'), '张某13800138000.png');
    const { personalData } = await write({ bodyHtml: `<p>文</p><img src="${url}">` });
    expect(personalData).toMatchObject([{ kind: 'mobile', place: '图片文件名', shown: '138******00' }]);
  });
});
