import { describe, expect, it } from 'vitest';
import { checkReply, parseXml, type Reply, renderReply, type ReplyTarget } from '../../src/wechat/index.ts';
import { appErrorOf } from './support.ts';

const limitOf = (reply: Reply, target?: ReplyTarget) =>
  (appErrorOf(() => checkReply(reply, target)).details as { limit: string }).limit;
const article = { title: '公示', url: 'https://town.example/articles/1' };
const news = (count: number): Reply => ({ type: 'news', articles: Array.from({ length: count }, () => article) });
const click: ReplyTarget = { kind: 'event', type: 'CLICK' };

describe('replies', () => {
  it('lets through exactly 600 characters and exactly 1,800 bytes', () => {
    checkReply({ type: 'text', text: '字'.repeat(600) });
    checkReply({ type: 'text', text: '🏔'.repeat(450) });
    expect(limitOf({ type: 'text', text: 'a'.repeat(601) })).toBe('chars');
    expect(limitOf({ type: 'text', text: '🏔'.repeat(451) })).toBe('bytes');
  });

  it.each(['', ' \n\t', '\u0000\u0007', '\uD83D'])(
    'refuses the empty text %j, which shows the fault banner',
    (text) => {
      expect(limitOf({ type: 'text', text })).toBe('empty');
    },
  );

  it.each(['text', 'image', 'video', 'location'] as const)('allows one article to a %s message', (type) => {
    checkReply(news(1), { kind: 'message', type });
    expect(limitOf(news(2), { kind: 'message', type })).toBe('articles');
  });

  it('allows eight articles to an event and never nine or none', () => {
    checkReply(news(8), click);
    checkReply(news(8), { kind: 'message', type: 'voice' });
    expect(limitOf(news(9), click)).toBe('articles');
    expect(limitOf(news(0), click)).toBe('articles');
    expect(limitOf(news(2))).toBe('articles');
  });

  it('refuses articles without title or with an address that is none of the web', () => {
    const one = (over: object): Reply => ({ type: 'news', articles: [{ ...article, ...over }] });
    expect(limitOf(one({ title: ' ' }))).toBe('title');
    expect(limitOf(one({ url: 'javascript:alert(1)' }))).toBe('url');
    expect(limitOf(one({ picUrl: '/x.jpg' }))).toBe('url');
    expect(limitOf({ type: 'image', mediaId: '' })).toBe('media');
    expect(limitOf({ type: 'video' } as unknown as Reply)).toBe('type');
  });

  it('renders each kind as the platform reads it', () => {
    const to = { to: 'oResident', from: 'gh_town', createTime: 1_700_000_000.9 };
    const head = { ToUserName: 'oResident', FromUserName: 'gh_town', CreateTime: '1700000000' };
    expect(parseXml(renderReply({ ...to, reply: { type: 'text', text: 'a\u0007]]>b' } }))).toEqual({
      ...head,
      MsgType: 'text',
      Content: 'a]]>b',
    });
    expect(parseXml(renderReply({ ...to, reply: { type: 'image', mediaId: 'm' } }))).toEqual({
      ...head,
      MsgType: 'image',
      Image: { MediaId: 'm' },
    });
    expect(parseXml(renderReply({ ...to, reply: { type: 'voice', mediaId: 'm' } }))).toEqual({
      ...head,
      MsgType: 'voice',
      Voice: { MediaId: 'm' },
    });
    const item = { Title: '公示', Description: '', PicUrl: '', Url: article.url };
    expect(parseXml(renderReply({ ...to, reply: news(2), inReplyTo: click }))).toEqual({
      ...head,
      MsgType: 'news',
      ArticleCount: '2',
      Articles: { item: [item, item] },
    });
  });

  it('does not render what the platform would refuse', () => {
    expect(
      appErrorOf(() => renderReply({ reply: { type: 'text', text: '' }, to: 'a', from: 'b', createTime: 1 })).code,
    ).toBe('invalid_input');
  });
});
