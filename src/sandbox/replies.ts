import { utf8Bytes } from '../kernel/index.ts';
import type { CardArticle, MessageMode, PhoneReply } from './contract.ts';
import { decryptText, sameText, signatureOf } from './crypto.ts';
import type { Media, MediaType } from './media.ts';
import type { Account } from './options.ts';
import { parseXml, textOf, type XmlNode } from './xml.ts';

/** What the platform makes of the webhook's answer. `silent` = nothing is shown and nobody is told. */
export type ReplyOutcome =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reply'; readonly reply: PhoneReply }
  | { readonly kind: 'silent'; readonly why: string }
  | { readonly kind: 'banner'; readonly why: string };

interface ReplyContext {
  readonly account: Account;
  readonly openid: string;
  /** MsgType of what was delivered; `event` for events. */
  readonly sentType: string;
  readonly maxTextBytes: number;
  readonly findMedia: (mediaId: string) => Media | undefined;
  readonly mediaUrl: (media: Media) => string;
}

type Root = { readonly [tag: string]: readonly XmlNode[] };

const banner = (why: string): ReplyOutcome => ({ kind: 'banner', why });
const shown = (reply: PhoneReply): ReplyOutcome => ({ kind: 'reply', reply });

/** More articles than this and the platform shows nothing at all. */
const MAX_ARTICLES = 8;

/** Reads the body of a 200 answer as strictly as the platform does. */
export async function readReply(body: string, context: ReplyContext): Promise<ReplyOutcome> {
  const trimmed = body.trim();
  if (trimmed === '' || trimmed === 'success') return { kind: 'nothing' };
  const outer = await parseXml(trimmed);
  if (outer === undefined) return banner('the answer is neither success, nor empty, nor an xml element');
  const opened = openEnvelope(outer, context.account, context.account.mode);
  if (typeof opened === 'string') return banner(opened);
  const root = opened.inner === undefined ? outer : await parseXml(opened.inner);
  if (root === undefined) return banner('the decrypted answer is not an xml element');
  return addressError(root, context) ?? contentOf(root, context);
}

/** The decrypted inner XML, nothing to open, or why it is refused. */
function openEnvelope(outer: Root, account: Account, mode: MessageMode): { inner?: string } | string {
  const encrypt = textOf(outer, 'Encrypt');
  if (encrypt === undefined) return mode === 'secure' ? 'secure mode takes encrypted answers only' : {};
  if (mode === 'plain') return 'plain mode takes no encrypted answers';
  const [signature, timestamp, nonce] = ['MsgSignature', 'TimeStamp', 'Nonce'].map((tag) => textOf(outer, tag));
  if (signature === undefined || timestamp === undefined || nonce === undefined) {
    return 'an encrypted answer has MsgSignature, TimeStamp and Nonce';
  }
  if (!/^\d{1,12}$/.test(timestamp)) return 'TimeStamp of the answer is not seconds';
  if (!sameText(signatureOf(account.token, timestamp, nonce, encrypt), signature)) {
    return 'MsgSignature of the answer is wrong';
  }
  const inner = decryptText(account.aesKey, account.appId, encrypt);
  return inner === undefined ? 'the answer cannot be decrypted' : { inner };
}

function addressError(root: Root, context: ReplyContext): ReplyOutcome | undefined {
  if (textOf(root, 'ToUserName') !== context.openid) return banner('ToUserName of the answer is not the sender');
  if (textOf(root, 'FromUserName') !== context.account.originalId) {
    return banner('FromUserName of the answer is not this account');
  }
  if (!/^\d{1,12}$/.test(textOf(root, 'CreateTime') ?? '')) return banner('CreateTime of the answer is not seconds');
  return undefined;
}

function contentOf(root: Root, context: ReplyContext): ReplyOutcome {
  const type = textOf(root, 'MsgType') ?? 'missing';
  switch (type) {
    case 'text':
      return textReply(textOf(root, 'Content') ?? '', context);
    case 'image':
    case 'voice':
    case 'video':
      return mediaReply(type, root, context);
    case 'music':
      return musicReply(root, context);
    case 'news':
      return newsReply(root, context);
    case 'transfer_customer_service':
      return { kind: 'nothing' };
    default:
      return banner(`MsgType ${type} of the answer is unknown`);
  }
}

function textReply(text: string, context: ReplyContext): ReplyOutcome {
  if (text === '') return banner('an empty Content is not an empty answer');
  const size = utf8Bytes(text);
  if (size > context.maxTextBytes) return banner(`Content has ${size} bytes, at most ${context.maxTextBytes}`);
  return shown({ type: 'text', text });
}

function child(root: Root, tag: string): Root | undefined {
  const node = root[tag]?.[0];
  return typeof node === 'object' ? node : undefined;
}

const TAG_OF = { image: 'Image', voice: 'Voice', video: 'Video' } as const;

function mediaReply(type: 'image' | 'voice' | 'video', root: Root, context: ReplyContext): ReplyOutcome {
  const node = child(root, TAG_OF[type]);
  const mediaId = node === undefined ? undefined : textOf(node, 'MediaId');
  const media = mediaOf(mediaId, type, context);
  if (node === undefined || media === undefined) return banner(`MediaId of the ${type} answer is unknown`);
  if (media.mime === 'image/gif') return banner('an image answer may not be a gif');
  const { mediaId: id } = media;
  const url = context.mediaUrl(media);
  if (type !== 'video') return shown({ type, mediaId: id, url });
  return shown({
    type,
    mediaId: id,
    url,
    title: textOf(node, 'Title') ?? '',
    description: textOf(node, 'Description') ?? '',
  });
}

function mediaOf(mediaId: string | undefined, type: MediaType, context: ReplyContext): Media | undefined {
  const media = mediaId === undefined ? undefined : context.findMedia(mediaId);
  return media?.type === type ? media : undefined;
}

function musicReply(root: Root, context: ReplyContext): ReplyOutcome {
  const node = child(root, 'Music');
  if (node === undefined || mediaOf(textOf(node, 'ThumbMediaId'), 'thumb', context) === undefined) {
    return banner('ThumbMediaId of the music answer is unknown');
  }
  return shown({
    type: 'music',
    title: textOf(node, 'Title') ?? '',
    description: textOf(node, 'Description') ?? '',
    url: textOf(node, 'MusicUrl') ?? '',
  });
}

function newsReply(root: Root, context: ReplyContext): ReplyOutcome {
  const items = (child(root, 'Articles')?.['item'] ?? []).filter((item): item is Root => typeof item === 'object');
  if (items.length === 0) return banner('a news answer has articles');
  if (items.length > MAX_ARTICLES) return { kind: 'silent', why: `${items.length} articles, at most ${MAX_ARTICLES}` };
  if (textOf(root, 'ArticleCount') !== String(items.length)) return banner('ArticleCount is not the number of items');
  const articles = items.map(
    (item): CardArticle => ({
      title: textOf(item, 'Title') ?? '',
      description: textOf(item, 'Description') ?? '',
      picUrl: textOf(item, 'PicUrl') ?? '',
      url: textOf(item, 'Url') ?? '',
    }),
  );
  // To a message of any kind only one article is shown; several only to an event such as a menu click.
  return shown({ type: 'news', articles: context.sentType === 'event' ? articles : articles.slice(0, 1) });
}
