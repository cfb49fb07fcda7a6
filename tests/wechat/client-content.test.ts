import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answers, clientFor, type Platform, rejectionOf, startPlatform, text } from './support.ts';

const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

let platform: Platform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const sentTo = (path: string) => JSON.parse(platform.to(path)[0]?.body.toString('utf8') ?? 'null') as unknown;

describe('menu', () => {
  it('reads, makes and removes it; no menu is null', async () => {
    const menu = { button: [{ name: '我要投诉', type: 'click', key: 'COMPLAINT_NEW' }] };
    platform.on(
      '/cgi-bin/menu/get',
      answers({ errcode: 46_003, errmsg: 'menu no exist' }),
      answers({ menu }),
      answers({}),
    );
    platform.on('/cgi-bin/menu/create', answers({ errcode: 0, errmsg: 'ok' }));
    platform.on('/cgi-bin/menu/delete', answers({ errcode: 0, errmsg: 'ok' }));
    const { client } = clientFor(platform);
    expect(await client.getMenu()).toBeNull();
    expect(await client.getMenu()).toEqual(menu);
    expect((await rejectionOf(client.getMenu())).code).toBe('platform_retry');
    await client.createMenu(menu);
    expect(sentTo('/cgi-bin/menu/create')).toEqual(menu);
    await client.deleteMenu();
  });
});

describe('drafts', () => {
  const article = { title: '公示', content: '<p>低保名单</p>', thumbMediaId: 'thumb' };

  it('adds one with raw UTF-8', async () => {
    platform.on('/cgi-bin/draft/add', answers({ media_id: 'draft-1' }));
    expect(await clientFor(platform).client.addDraft([article])).toEqual({ mediaId: 'draft-1' });
    const body = platform.to('/cgi-bin/draft/add')[0]?.body.toString('utf8') ?? '';
    expect(body).toContain('"content":"<p>低保名单</p>"');
    expect(JSON.parse(body)).toMatchObject({
      articles: [{ title: '公示', thumb_media_id: 'thumb', article_type: 'news' }],
    });
  });

  it('reads one, and says plainly when it has left the box', async () => {
    const item = { title: '公示', content: '<p>', digest: '', thumb_media_id: 'thumb', url: 'http://mp/s' };
    const gone = answers({ errcode: 40_007, errmsg: 'invalid media_id' });
    platform.on('/cgi-bin/draft/get', answers({ news_item: [item] }), gone);
    platform.on('/cgi-bin/draft/delete', answers({ errcode: 0, errmsg: 'ok' }), gone);
    const { client } = clientFor(platform);
    expect(await client.getDraft('d')).toEqual([
      { title: '公示', content: '<p>', digest: '', thumbMediaId: 'thumb', url: 'http://mp/s' },
    ]);
    expect(await client.getDraft('d')).toBeNull();
    expect(await client.deleteDraft('d')).toBe(true);
    expect(await client.deleteDraft('d')).toBe(false);
  });

  it('does not know whether a draft was made when the answer is lost', async () => {
    platform.on('/cgi-bin/draft/add', (_request, response) => response.destroy());
    expect((await rejectionOf(clientFor(platform).client.addDraft([article]))).code).toBe('platform_unknown');
  });
});

describe('images', () => {
  it('uploads the very bytes as form field media', async () => {
    platform.on('/cgi-bin/media/uploadimg', answers({ url: 'http://mmbiz.qpic.cn/x' }));
    platform.on('/cgi-bin/material/add_material', answers({ media_id: 'perm', url: 'http://mmbiz.qpic.cn/y' }));
    const { client } = clientFor(platform);
    expect(await client.uploadBodyImage(JPEG, '现场"1\r\n.jpg')).toEqual({ url: 'http://mmbiz.qpic.cn/x' });
    expect(await client.uploadPermanentImage(JPEG, 'cover.jpg', 'thumb')).toEqual({
      mediaId: 'perm',
      url: 'http://mmbiz.qpic.cn/y',
    });
    const [seen] = platform.to('/cgi-bin/media/uploadimg');
    const boundary = /boundary=(.+)/.exec(seen?.headers['content-type'] ?? '')?.[1];
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="___1__.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
    const expected = Buffer.concat([Buffer.from(head), JPEG, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    expect(seen?.body.equals(expected)).toBe(true);
    expect(platform.to('/cgi-bin/material/add_material')[0]?.query.get('type')).toBe('thumb');
  });

  it('refuses before the network what the platform would refuse by size', async () => {
    const { client } = clientFor(platform);
    expect((await rejectionOf(client.uploadBodyImage(new Uint8Array(1_048_576), 'a.jpg'))).code).toBe('too_large');
    expect((await rejectionOf(client.uploadPermanentImage(new Uint8Array(65_537), 'a.jpg', 'thumb'))).code).toBe(
      'too_large',
    );
    expect((await rejectionOf(client.uploadBodyImage(new Uint8Array(), 'a.jpg'))).code).toBe('invalid_input');
    expect(platform.seen).toEqual([]);
  });
});

describe('media of residents', () => {
  const MEDIA = '/cgi-bin/media/get';

  it('downloads a file with its type', async () => {
    platform.on(MEDIA, (_request, response) => text(response, 200, JPEG, 'image/jpeg'));
    const file = await clientFor(platform).client.getMedia('a/b+c');
    expect([...file.bytes]).toEqual([...JPEG]);
    expect(file.contentType).toBe('image/jpeg');
    expect(platform.to(MEDIA)[0]?.query.get('media_id')).toBe('a/b+c');
  });

  it.each(['application/json', 'application/json; encoding=utf-8', 'text/plain'])(
    'sees an error in %s',
    async (type) => {
      platform.on(MEDIA, (_request, response) =>
        text(response, 200, '{"errcode":40007,"errmsg":"invalid media_id"}', type),
      );
      const error = await rejectionOf(clientFor(platform).client.getMedia('m'));
      expect([error.code, (error.details as { errcode: number }).errcode]).toEqual(['platform_refused', 40_007]);
    },
  );

  it('replaces a refused token here too', async () => {
    platform.on(MEDIA, answers({ errcode: 42_001 }), (_request, response) => text(response, 200, JPEG, 'image/jpeg'));
    expect((await clientFor(platform).client.getMedia('m')).bytes).toHaveLength(JPEG.length);
  });

  it('follows a video to its address, but only on the platform', async () => {
    platform.on(
      MEDIA,
      answers({ video_url: `${platform.base}/video.mp4` }),
      answers({ video_url: 'http://evil.example/v' }),
    );
    platform.on('/video.mp4', (_request, response) => text(response, 200, 'film', 'video/mp4'));
    const { client } = clientFor(platform);
    const file = await client.getMedia('m');
    expect([Buffer.from(file.bytes).toString(), file.contentType]).toEqual(['film', 'video/mp4']);
    expect(platform.to('/video.mp4')[0]?.query.has('access_token')).toBe(false);
    expect((await rejectionOf(client.getMedia('m'))).code).toBe('invalid_input');
  });

  it.each([
    'http://qpic.cn.evil.example/a',
    'http://127.0.0.1/a',
    'http://mmbiz.qpic.cn:8080/a',
    'http://u:p@mmbiz.qpic.cn/a',
    'file:///etc/passwd',
    '//mmbiz.qpic.cn/a',
    '/cgi-bin/token',
    '',
  ])('does not fetch a picture from %j', async (url) => {
    expect((await rejectionOf(clientFor(platform).client.getPicture(url))).code).toBe('invalid_input');
    expect(platform.seen).toEqual([]);
  });

  it('fetches a picture without any token, for unverified accounts too', async () => {
    platform.on('/p.jpg', (_request, response) => text(response, 200, JPEG, 'image/jpeg'));
    const { client } = clientFor(platform, { verified: false });
    expect((await client.getPicture(`${platform.base}/p.jpg`)).contentType).toBe('image/jpeg');
    expect(platform.seen.map(({ path }) => path)).toEqual(['/p.jpg']);
  });

  it.each([
    ['an error page', 404, 'no', 'text/html'],
    ['nothing', 200, '', 'image/jpeg'],
    ['more than 20 MB', 200, new Uint8Array(20 * 1_024 * 1_024 + 1), 'image/jpeg'],
  ])('does not take %s for a file', async (_what, status, body, type) => {
    platform.on(MEDIA, (_request, response) => text(response, status, body, type));
    expect((await rejectionOf(clientFor(platform).client.getMedia('m'))).code).toBe('platform_retry');
  });
});

describe('tags and followers', () => {
  const ok = answers({ errcode: 0, errmsg: 'ok' });

  it('tags and untags at most 50 at a time', async () => {
    platform.on('/cgi-bin/tags/members/batchtagging', ok);
    platform.on('/cgi-bin/tags/members/batchuntagging', ok);
    const { client } = clientFor(platform);
    await client.tagMembers(101, ['o1', 'o2']);
    await client.untagMembers(101, ['o1']);
    expect(sentTo('/cgi-bin/tags/members/batchtagging')).toEqual({ openid_list: ['o1', 'o2'], tagid: 101 });
    expect(
      (
        await rejectionOf(
          client.tagMembers(
            101,
            Array.from({ length: 51 }, () => 'o'),
          ),
        )
      ).code,
    ).toBe('invalid_input');
    expect((await rejectionOf(client.untagMembers(101, []))).code).toBe('invalid_input');
  });

  it('makes and removes a tag', async () => {
    platform.on('/cgi-bin/tags/create', answers({ tag: { id: 134, name: '冶家村' } }));
    platform.on('/cgi-bin/tags/delete', ok);
    const { client } = clientFor(platform);
    expect(await client.createTag('冶家村')).toMatchObject({ id: 134, name: '冶家村' });
    await client.deleteTag(134);
    expect(sentTo('/cgi-bin/tags/delete')).toEqual({ tag: { id: 134 } });
  });

  it('pages through followers in both shapes of the last page', async () => {
    platform.on(
      '/cgi-bin/user/get',
      answers({ total: 3, count: 2, data: { openid: ['o1', 'o2'] }, next_openid: 'o2' }),
      answers({ total: 3, count: 1, data: { openid: ['o3'] }, next_openid: 'o3' }),
      answers({ total: 3, count: 0, next_openid: '' }),
    );
    platform.on('/cgi-bin/user/tag/get', answers({ count: 1, data: { openid: ['o1'] }, next_openid: 'o0' }));
    const { client } = clientFor(platform);
    const first = await client.followers();
    expect(first).toEqual({ total: 3, openids: ['o1', 'o2'], next: 'o2' });
    expect(await client.followers('o2')).toEqual({ total: 3, openids: ['o3'], next: 'o3' });
    expect(await client.followers('o3')).toEqual({ total: 3, openids: [], next: null });
    expect(platform.to('/cgi-bin/user/get').map(({ query }) => query.get('next_openid'))).toEqual(['', 'o2', 'o3']);
    expect(await client.tagFollowers(101, 'o0')).toEqual({ openids: ['o1'], next: null });
  });

  it('asks for followers in Chinese, at most 100 at a time', async () => {
    const DETAILS = '/cgi-bin/user/info/batchget';
    platform.on(
      DETAILS,
      answers({
        user_info_list: [
          { openid: 'o1', subscribe: 1, subscribe_time: 1_434_093_047, tagid_list: [101], qr_scene_str: 'village_1' },
          { openid: 'o2', subscribe: 0 },
        ],
      }),
    );
    const { client } = clientFor(platform);
    expect(await client.followerDetails(['o1', 'o2'])).toEqual([
      {
        openid: 'o1',
        subscribed: true,
        subscribedAt: new Date(1_434_093_047_000),
        tagIds: [101],
        qrScene: 'village_1',
      },
      { openid: 'o2', subscribed: false, tagIds: [] },
    ]);
    expect(sentTo(DETAILS)).toEqual({
      user_list: [
        { openid: 'o1', lang: 'zh_CN' },
        { openid: 'o2', lang: 'zh_CN' },
      ],
    });
    expect((await rejectionOf(client.followerDetails(Array.from({ length: 101 }, () => 'o')))).code).toBe(
      'invalid_input',
    );
  });

  it('lists the addresses of the platform', async () => {
    platform.on('/cgi-bin/getcallbackip', answers({ ip_list: ['101.1.1.1'] }));
    expect(await clientFor(platform).client.callbackIps()).toEqual(['101.1.1.1']);
  });
});
