import { AppError, countChars, utf8Bytes } from '../kernel/index.ts';
import { cleanText } from './json.ts';
import type { InboundMessage } from './messages.types.ts';
import type { NewsReply, Reply } from './replies.types.ts';
import { cdata } from './xml.ts';

/** The body that tells the platform "received, nothing to show". */
export const SUCCESS = 'success';

/** docs/wechat-platform.md#replies: documented 2,048 bytes, but the fault banner has been seen near 628 characters. */
export const MAX_REPLY_CHARS = 600;
export const MAX_REPLY_BYTES = 1_800;
/** docs/wechat-platform.md#replies. */
export const MAX_REPLY_ARTICLES = 8;

const ONE_ARTICLE_ONLY: ReadonlySet<string> = new Set(['text', 'image', 'video', 'news', 'location']);

/** The kind of message that is answered; without it the stricter rule of one article holds. */
export type ReplyTarget = Pick<InboundMessage, 'kind' | 'type'>;

/**
 * Throws AppError `invalid_input` (details.limit says which) where the platform would show its fault banner or
 * nothing: empty or too long text, no or too many articles, more than one article to a chat message.
 */
export function checkReply(reply: Reply, inReplyTo?: ReplyTarget): void {
  switch (reply.type) {
    case 'text':
      checkText(reply.text);
      return;
    case 'image':
    case 'voice':
      if (reply.mediaId.trim() === '') fail('media', '回复缺少素材。');
      return;
    case 'news':
      checkNews(reply, inReplyTo);
      return;
    default:
      reply satisfies never;
      fail('type', '不能回复这种消息。');
  }
}

function checkText(text: string): void {
  const clean = cleanText(text);
  if (clean.trim() === '') fail('empty', '回复内容不能为空。');
  if (countChars(clean) > MAX_REPLY_CHARS) fail('chars', `回复内容不能超过 ${MAX_REPLY_CHARS} 字。`);
  if (utf8Bytes(clean) > MAX_REPLY_BYTES) fail('bytes', `回复内容不能超过 ${MAX_REPLY_BYTES} 字节。`);
}

function checkNews({ articles }: NewsReply, inReplyTo: ReplyTarget | undefined): void {
  const one = inReplyTo === undefined || (inReplyTo.kind === 'message' && ONE_ARTICLE_ONLY.has(inReplyTo.type));
  const max = one ? 1 : MAX_REPLY_ARTICLES;
  if (articles.length < 1 || articles.length > max) fail('articles', `图文回复应有 1 至 ${max} 条。`);
  for (const { title, url, picUrl } of articles) {
    if (cleanText(title).trim() === '') fail('title', '图文回复的每一条都要有标题。');
    if (!isWebAddress(url) || (picUrl !== undefined && !isWebAddress(picUrl))) fail('url', '图文回复的链接不对。');
  }
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function fail(limit: string, message: string): never {
  throw new AppError('invalid_input', { message, details: { limit } });
}

export interface RenderReply {
  readonly reply: Reply;
  /** The resident's openid (FromUserName of the message). */
  readonly to: string;
  /** The account (ToUserName of the message). */
  readonly from: string;
  /** Seconds since 1970. */
  readonly createTime: number;
  readonly inReplyTo?: ReplyTarget;
}

/** The reply as XML, after checkReply. Control characters that XML forbids are removed. */
export function renderReply({ reply, to, from, createTime, inReplyTo }: RenderReply): string {
  checkReply(reply, inReplyTo);
  return (
    `<xml><ToUserName>${cdata(to)}</ToUserName><FromUserName>${cdata(from)}</FromUserName>` +
    `<CreateTime>${Math.trunc(createTime)}</CreateTime><MsgType>${cdata(reply.type)}</MsgType>${renderContent(reply)}</xml>`
  );
}

function renderContent(reply: Reply): string {
  if (reply.type === 'text') return `<Content>${cdata(reply.text)}</Content>`;
  if (reply.type === 'image') return `<Image><MediaId>${cdata(reply.mediaId)}</MediaId></Image>`;
  if (reply.type === 'voice') return `<Voice><MediaId>${cdata(reply.mediaId)}</MediaId></Voice>`;
  return `<ArticleCount>${reply.articles.length}</ArticleCount><Articles>${renderArticles(reply)}</Articles>`;
}

function renderArticles({ articles }: NewsReply): string {
  return articles
    .map(
      ({ title, description = '', picUrl = '', url }) =>
        `<item><Title>${cdata(title)}</Title><Description>${cdata(description)}</Description>` +
        `<PicUrl>${cdata(picUrl)}</PicUrl><Url>${cdata(url)}</Url></item>`,
    )
    .join('');
}
