import type { Element } from '../../platform/markup/index.ts';
import { classesOf, type Style } from './css.ts';
import { lengthOf } from './look.ts';

/** Where a picture that could not be taken stood: shown to the writer, refused at submitting, never public. */
export const MISSING_PICTURE = '/media/missing';
const MISSING_WORDS = '这里缺一张图片：请删去这个框，再用“图片”按钮上传原图';

const MEDIA = /^\/media\/([0-9a-f]{24})$/;

/** A picture of this house as it is kept; null for any other. */
export function ownPicture(src: string, publicUrl: string): string | null {
  const path = src.startsWith(`${publicUrl}/media/`) ? src.slice(publicUrl.length) : src;
  return MEDIA.test(path) || path === MISSING_PICTURE ? path : null;
}

export function missingPicture(alt: string): Element {
  return { tag: 'img', attrs: { src: MISSING_PICTURE, alt: alt.trim() || MISSING_WORDS }, children: [] };
}

/** What a picture that is not of this house is called. */
export function pictureName({ attrs }: Element): string {
  const src = (attrs['src'] ?? '').trim();
  const lazy = attrs['data-src'] ?? attrs['data-original'] ?? attrs['data-lazy-src'] ?? attrs['data-actualsrc'];
  if (lazy !== undefined) return '没有加载出来的图片（data-src）';
  if (/^data:/i.test(src)) return '嵌在文字里的图片（base64）';
  if (/^file:|^[a-z]:\\|^\\\\/i.test(src)) return '复制时没有带上的图片（在写稿人的电脑上）';
  if (/^blob:/i.test(src)) return '复制时没有带上的图片';
  if (src === '' && attrs['srcset'] !== undefined) return '别的网站上的图片（srcset）';
  return '不在本系统里的图片';
}

/** A dot that counts readers or holds a place: nobody saw it. */
export function isDot({ attrs }: Element, style: Style): boolean {
  const side = (name: string): number | null => {
    const value = style.get(name) ?? attrs[name];
    return value === undefined ? null : lengthOf(value);
  };
  const [width, height] = [side('width'), side('height')];
  return width !== null && height !== null && width <= 1.5 && height <= 1.5;
}

const NAMES: Readonly<Record<string, string>> = {
  video: '视频',
  audio: '音频',
  bgsound: '音频',
  mpvoice: '音频',
  qqmusic: '音频',
  'mp-common-mpaudio': '音频',
  'mp-common-qqmusic': '音频',
  mpvideo: '视频',
  'mp-common-videosnap': '视频号卡片',
  'mp-common-product': '商品卡片',
  'mp-common-cpsad': '广告卡片',
  mpcps: '商品卡片',
  mpchannel: '视频号卡片',
  'mp-miniprogram': '小程序卡片',
  'mp-weapp': '小程序卡片',
  'mp-common-miniprogram': '小程序卡片',
  mpprofile: '公众号名片',
  'mp-common-profile': '公众号名片',
  mpvote: '投票',
  'mp-common-vote': '投票',
  mpshop: '商品卡片',
  iframe: '嵌入的网页',
  frame: '嵌入的网页',
  embed: '嵌入的内容',
  object: '嵌入的内容',
  applet: '嵌入的内容',
  portal: '嵌入的网页',
  canvas: '画出来的图',
  textarea: '表单里填的内容',
  input: '表单里填的内容',
  select: '表单里填的内容',
  'v:imagedata': '图片',
};

/** The name of a thing that plays, loads or asks: none of it can stand in a notice. Null for all else. */
export function embeddedName(element: Element): string | null {
  const { tag, attrs } = element;
  if (tag === 'input' && /^(?:hidden|submit|button|reset|image)$/i.test(attrs['type'] ?? '')) return '';
  if (tag === 'iframe' || tag === 'embed' || tag === 'object') {
    const about = `${attrs['src'] ?? ''} ${attrs['data-src'] ?? ''} ${attrs['data'] ?? ''} ${attrs['type'] ?? ''} ${classesOf(element).join(' ')}`;
    if (/video|player|v\.qq\.com|bilibili|youku|\.mp4/i.test(about)) return '视频';
    if (/audio|music|voice|\.mp3/i.test(about)) return '音频';
    if (/vote/i.test(about)) return '投票';
    if (/weapp|miniprogram/i.test(about)) return '小程序卡片';
  }
  const known = NAMES[tag];
  if (known !== undefined) return known;
  return /^(?:mp|qq|wx)-?\w/.test(tag) && tag !== 'mpchecktext' ? '公众号里的卡片' : null;
}

/** Where an element's picture is painted behind it; '' for none. */
export function backgroundPicture(style: Style): boolean {
  return /url\(\s*['"]?(?!['"]?\s*\))/.test(`${style.get('background-image') ?? ''} ${style.get('background') ?? ''}`);
}
