import { describe, expect, test } from 'vitest';
import { sampleVideo, sampleVoice } from '../../src/sandbox/samples.ts';
import { addCover, addDraft, picture, startBench } from './support.ts';

interface NewsItem {
  readonly title: string;
  readonly content: string;
  readonly digest: string;
}

async function contentOf(bench: Awaited<ReturnType<typeof startBench>>, mediaId: unknown): Promise<NewsItem> {
  const got = (await bench.api('draft/get', { media_id: mediaId })) as unknown as { news_item: NewsItem[] };
  const [item] = got.news_item;
  if (item === undefined) throw new Error('the draft is empty');
  return item;
}

describe('draft/add', () => {
  test.each([
    ['no title', { title: '' }, 40227],
    ['a title over 32 characters', { title: '公'.repeat(33) }, 45003],
    ['an author over 16', { author: '某'.repeat(17) }, 45110],
    ['a digest over 128', { digest: '摘'.repeat(129) }, 45004],
    ['no content', { content: ' ' }, 44004],
    ['content of 20,000 characters', { content: '字'.repeat(20_000) }, 45002],
    ['a source address over 1 KB', { content_source_url: `http://a.cn/${'x'.repeat(1_024)}` }, 45005],
    ['an unknown cover', { thumb_media_id: 'nobody' }, 40007],
    ['no cover', { thumb_media_id: undefined }, 40007],
    ['an unknown type', { article_type: 'song' }, 40035],
    ['a newspic without images', { article_type: 'newspic' }, 40007],
    ['content that is nothing but script', { content: '<script>1</script>' }, 45166],
  ])('with %s answers as documented', async (_what, article, errcode) => {
    const bench = await startBench();
    expect((await addDraft(bench, article)).errcode).toBe(errcode);
    expect((await bench.state()).drafts.length).toBe(errcode === undefined ? 1 : 0);
  });

  test('refuses a cover that is temporary media', async () => {
    const bench = await startBench();
    const temporary = await bench.upload('media/upload?type=image', await picture('jpeg'), 'a.jpg');
    const article = { title: '题', content: '文', thumb_media_id: temporary['media_id'] };
    expect((await bench.api('draft/add', { articles: [article] })).errcode).toBe(40007);
  });

  test('refuses none and more than eight articles', async () => {
    const bench = await startBench();
    const article = { title: '题', content: '文', thumb_media_id: await addCover(bench) };
    expect((await bench.api('draft/add', { articles: [] })).errcode).toBe(44003);
    expect((await bench.api('draft/add', {})).errcode).toBe(44003);
    const nine = Array.from({ length: 9 }, () => article);
    expect((await bench.api('draft/add', { articles: nine })).errcode).toBe(45008);
    expect((await bench.api('draft/add', { articles: nine.slice(1) })).errcode).toBeUndefined();
  });

  test('takes a title of exactly 32 characters, also when they are astral', async () => {
    const bench = await startBench();
    expect((await addDraft(bench, { title: '𠮷'.repeat(32) })).errcode).toBeUndefined();
  });

  test('strips scripts and images of other hosts, keeps the own ones, makes the digest', async () => {
    const bench = await startBench();
    const { url } = await bench.upload('media/uploadimg', await picture('png'), 'a.png');
    const content = `<p onclick="x()">正文</p><script>alert(1)</script><img src="https://other.example/a.png"><img src="${String(url)}">`;
    const { media_id } = await addDraft(bench, { content });
    const item = await contentOf(bench, media_id);
    expect(item.content).toBe(`<p>正文</p><img src="${String(url)}">`);
    expect(item.digest).toBe('正文');
  });

  test('shows escapes as they were written, because only raw UTF-8 is understood', async () => {
    const bench = await startBench();
    const thumb = await addCover(bench);
    const body = `{"articles":[{"title":"\\u4f5c","content":"<p>\\"x\\" \\\\u1</p>","thumb_media_id":"${thumb}"}]}`;
    const url = `${bench.sandbox.url}/cgi-bin/draft/add?access_token=${await bench.token()}`;
    const { media_id } = (await (await fetch(url, { method: 'POST', body })).json()) as { media_id: string };
    const item = await contentOf(bench, media_id);
    expect([item.title, item.content]).toEqual(['\\u4f5c', '<p>"x" \\u1</p>']);
  });
});

describe('the draft box', () => {
  test('counts, lists, updates one article and deletes', async () => {
    const bench = await startBench();
    const { media_id } = await addDraft(bench);
    const cover = await addCover(bench);
    expect((await bench.api('draft/count'))['total_count']).toBe(1);
    const update = (index: unknown, title: string) =>
      bench.api('draft/update', { media_id, index, articles: { title, content: '新', thumb_media_id: cover } });
    expect((await update(0, '改过的题目')).errcode).toBe(0);
    expect((await update(1, '改')).errcode).toBe(40114);
    expect((await update(0, '长'.repeat(33))).errcode).toBe(45003);
    expect((await contentOf(bench, media_id)).title).toBe('改过的题目');
    const list = await bench.api('draft/batchget', { offset: 0, count: 20, no_content: 1 });
    expect([list['total_count'], list['item_count']]).toEqual([1, 1]);
    expect((await bench.api('draft/batchget', { offset: 0, count: 21 })).errcode).toBe(40097);
    expect((await bench.api('draft/delete', { media_id })).errcode).toBe(0);
    expect((await bench.api('draft/delete', { media_id })).errcode).toBe(40007);
    expect((await bench.api('draft/get', { media_id })).errcode).toBe(40007);
  });
});

describe('uploads', () => {
  test('uploadimg takes jpg and png under 1 MB by content and nothing else', async () => {
    const bench = await startBench();
    const send = async (file: Buffer, name: string) => (await bench.upload('media/uploadimg', file, name)).errcode;
    expect(await send(await picture('jpeg'), 'a.jpg')).toBeUndefined();
    expect(await send(await picture('png'), 'a.png')).toBeUndefined();
    expect(await send(await picture('webp'), 'a.webp')).toBe(40005);
    expect(await send(await picture('webp'), 'looks-like.jpg')).toBe(40005);
    expect(await send(await picture('gif'), 'a.gif')).toBe(40005);
    expect(await send(Buffer.from('no image'), 'a.jpg')).toBe(40005);
    expect(await send(await picture('png', true), 'large.png')).toBe(40009);
    expect(await send(Buffer.alloc(0), 'a.jpg')).toBe(41005);
  });

  test('types, sizes and names are checked', async () => {
    const bench = await startBench();
    const jpeg = await picture('jpeg');
    expect((await bench.upload('media/upload?type=song', jpeg, 'a.jpg')).errcode).toBe(40004);
    expect((await bench.upload('media/upload?type=image', jpeg, 'noname')).errcode).toBe(40005);
    expect((await bench.upload('media/upload?type=voice', jpeg, 'a.jpg')).errcode).toBe(40005);
    expect((await bench.upload('material/add_material?type=image', await picture('webp'), 'a.webp')).errcode).toBe(
      40113,
    );
    const largeThumb = Buffer.concat([jpeg, Buffer.alloc(64 * 1_024)]);
    expect((await bench.upload('media/upload?type=thumb', largeThumb, 'a.jpg')).errcode).toBe(40012);
    const longVoice = Buffer.concat([sampleVoice(), Buffer.alloc(2 * 1_048_576)]);
    expect((await bench.upload('media/upload?type=voice', longVoice, 'a.amr')).errcode).toBe(40010);
    expect((await bench.upload('media/upload?type=voice', sampleVoice(), 'a.amr')).errcode).toBeUndefined();
    expect((await bench.upload('media/upload?type=video', sampleVideo(), 'a.mp4')).errcode).toBeUndefined();
    const thumb = await bench.upload('media/upload?type=thumb', jpeg, 'a.jpg');
    expect(thumb['thumb_media_id']).toEqual(expect.any(String));
  });

  test('temporary media can be fetched for three days, then 40007 as text/plain', async () => {
    const bench = await startBench();
    const jpeg = await picture('jpeg');
    const { media_id } = await bench.upload('media/upload?type=image', jpeg, 'a.jpg');
    const fetched = async () => {
      const token = await bench.token();
      return fetch(`${bench.sandbox.url}/cgi-bin/media/get?access_token=${token}&media_id=${String(media_id)}`);
    };
    const first = await fetched();
    expect(first.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await first.arrayBuffer()).equals(jpeg)).toBe(true);
    await bench.clock(3 * 86_400 + 1);
    const late = await fetched();
    expect(late.headers.get('content-type')).toBe('text/plain');
    expect(((await late.json()) as { errcode: number }).errcode).toBe(40007);
  });

  test('permanent material stays, is counted, listed, fetched and deleted', async () => {
    const bench = await startBench();
    const media_id = await addCover(bench);
    await bench.clock(30 * 86_400);
    const fresh = await bench.token();
    const post = async (path: string, body: unknown) =>
      fetch(`${bench.sandbox.url}/cgi-bin/${path}?access_token=${fresh}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
    const file = await post('material/get_material', { media_id });
    expect(file.headers.get('content-type')).toBe('image/jpeg');
    const list = (await (await post('material/batchget_material', { type: 'image', offset: 0, count: 5 })).json()) as {
      total_count: number;
    };
    expect(list.total_count).toBe(1);
    const removed = (await (await post('material/del_material', { media_id })).json()) as { errcode: number };
    expect(removed.errcode).toBe(0);
    const again = (await (await post('material/get_material', { media_id })).json()) as { errcode: number };
    expect(again.errcode).toBe(40007);
  });

  test('a player gets the part of a video that it asks for, and the whole where it asks for none that there is', async () => {
    const bench = await startBench();
    await bench.control('POST', 'webhook', { url: null });
    const openid = await bench.resident();
    await bench.say(openid, { type: 'video' });
    const url = (await bench.inbox(openid)).at(-1)?.mediaUrl ?? '';
    const part = async (range: string) => {
      const response = await fetch(url, { headers: { range } });
      const bytes = Buffer.from(await response.arrayBuffer());
      return [response.status, response.headers.get('content-range'), bytes] as const;
    };
    const film = sampleVideo();
    const size = film.length;
    expect(await part('bytes=4-11')).toEqual([206, `bytes 4-11/${size}`, film.subarray(4, 12)]);
    expect(await part('bytes=100-')).toEqual([206, `bytes 100-${size - 1}/${size}`, film.subarray(100)]);
    for (const range of ['bytes=-5', `bytes=${size}-`, 'bytes=9-3', 'pages=1-2']) {
      expect(await part(range)).toEqual([200, null, film]);
    }
  });

  test('a permanent video needs its description', async () => {
    const bench = await startBench();
    const add = (fields: Record<string, string>) =>
      bench.upload('material/add_material?type=video', sampleVideo(), 'a.mp4', fields);
    expect((await add({})).errcode).toBe(47001);
    expect((await add({ description: '{"title":"村晚"}' })).errcode).toBeUndefined();
  });

  test('the news of the time before drafts are retired', async () => {
    const bench = await startBench();
    for (const path of ['material/add_news', 'material/update_news', 'media/uploadnews']) {
      expect((await bench.api(path, { articles: [] })).errcode).toBe(45106);
    }
  });
});
