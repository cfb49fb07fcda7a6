// How one line of a chat looks: bubbles, cards, grey lines and the times between them.
import { voiceAt } from './sound.js';

/** An element with a class and a text; both may be left out. */
export function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** A link that opens beside the phone; anything but http and https stays words. */
function safeLink(url, text, className) {
  const link = make('a', className, text);
  if (/^https?:\/\//.test(url)) link.href = url;
  link.target = '_blank';
  link.rel = 'noopener';
  return link;
}

/** Text as the real phone shows it: addresses and plain `<a href>` can be tapped, everything else is text. */
function richText(text) {
  const bubble = make('div', 'bubble');
  const pattern = /<a\s+href="(https?:[^"]*)"[^>]*>([^<]*)<\/a>|https?:\/\/[^\s<>"，。；！？、（）】》]+/g;
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    bubble.append(text.slice(from, found.index));
    bubble.append(safeLink(found[1] ?? found[0], found[2] ?? found[0]));
    from = found.index + found[0].length;
  }
  bubble.append(text.slice(from));
  return bubble;
}

/** A face and what it says: the account on the left with the first character of its name, the resident on the right. */
function row(entry, { number, account }, content) {
  const isMine = entry.from === 'resident';
  const node = make('div', isMine ? 'row mine' : 'row');
  const face = make('span', 'face', isMine ? String(number) : [...account][0]);
  face.setAttribute('aria-hidden', 'true');
  node.append(face, content);
  return node;
}

function picture(url) {
  const image = make('img', 'picture');
  image.src = url;
  image.alt = '照片';
  if (!/^https?:\/\//.test(url) && !url?.startsWith('/')) return image;
  const link = safeLink(new URL(url, location.href).href, '', 'photo');
  link.append(image);
  return link;
}

/** Own media under the address that this page has: the platform may be reached by another name. */
function own(url) {
  const { pathname } = new URL(url, location.href);
  return pathname.startsWith('/mmbiz/') ? pathname : url;
}

/** A voice: a bubble that plays, the longer the wider, as on the real phone. */
function voice(url) {
  const bubble = make('button', 'bubble voice');
  bubble.type = 'button';
  const waves = make('span', 'waves');
  waves.setAttribute('aria-hidden', 'true');
  const length = make('span', '', '语音');
  bubble.append(waves, length);
  let seconds;
  const label = (verb) =>
    bubble.setAttribute('aria-label', seconds === undefined ? `${verb}语音` : `${verb}语音，${seconds} 秒`);
  label('播放');
  if (!url) return bubble;
  const toggle = voiceAt(
    own(url),
    (known) => {
      seconds = known;
      length.textContent = `${known}″`;
      bubble.style.setProperty('--seconds', String(Math.min(known, 60)));
      label('播放');
    },
    (playing) => {
      bubble.classList.toggle('playing', playing);
      label(playing ? '停止' : '播放');
    },
  );
  bubble.addEventListener('click', async () => {
    try {
      await toggle();
    } catch {
      length.textContent = '放不出来';
    }
  });
  return bubble;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

/** A video: its first picture with its length; a tap plays it, with the browser's own controls from then on. */
function film(url) {
  const node = make('div', 'film');
  const video = make('video');
  const start = make('button', 'start');
  const length = make('span', 'length');
  Object.assign(video, { preload: 'metadata', playsInline: true });
  start.type = 'button';
  start.setAttribute('aria-label', '播放视频');
  video.addEventListener('loadedmetadata', () => {
    length.textContent = clock(video.duration);
    start.setAttribute('aria-label', `播放视频，${Math.round(video.duration)} 秒`);
  });
  video.addEventListener('error', () => node.replaceChildren(make('span', '', '视频放不出来')));
  start.addEventListener('click', () => {
    start.remove();
    video.controls = true;
    video.focus();
    // A refusal to play is reported by the element itself.
    video.play().catch(() => undefined);
  });
  start.append(length);
  if (url) video.src = own(url);
  node.append(video, start);
  return node;
}

function place(entry) {
  const bubble = make('div', 'place');
  const sketch = make('span', 'sketch');
  sketch.setAttribute('aria-hidden', 'true');
  bubble.append(make('strong', '', entry.text || '位置'), make('span', '', '位置'), sketch);
  return bubble;
}

/** The cover of a card: its picture with the title of a card of several on it, of a single one under it. */
function cover(article, isSingle) {
  const link = safeLink(article.url, '', article.picUrl ? 'cover' : 'cover bare');
  if (article.picUrl) {
    const image = make('img');
    image.src = article.picUrl;
    image.alt = '';
    link.append(image);
  }
  link.append(make('strong', '', article.title));
  if (isSingle && article.description) link.append(make('span', '', article.description));
  return link;
}

function further(article) {
  const link = safeLink(article.url, '', 'further');
  link.append(make('strong', '', article.title));
  if (article.picUrl) {
    const image = make('img');
    image.src = article.picUrl;
    image.alt = '';
    link.append(image);
  }
  return link;
}

function news(entry) {
  const [first, ...others] = entry.articles;
  const node = make('div', others.length === 0 ? 'card single' : 'card several');
  if (entry.via === 'preview') node.append(make('p', 'label', '群发预览'));
  if (first) node.append(cover(first, others.length === 0));
  node.append(...others.map(further));
  return node;
}

function template(entry) {
  const node = make('div', 'card notice');
  node.append(make('p', 'label', entry.title));
  node.append(make('pre', '', entry.text));
  if (entry.url) node.append(safeLink(entry.url, '详情', 'further'));
  return node;
}

const EVENTS = { subscribe: '你已关注该公众号', unsubscribe: '你已取消关注' };

function said(entry) {
  if (entry.type === 'image') return picture(entry.mediaUrl);
  if (entry.type === 'voice') return voice(entry.mediaUrl);
  if (entry.type === 'video' || entry.type === 'shortvideo') return film(entry.mediaUrl);
  if (entry.type === 'location') return place(entry);
  if (entry.type === 'link' || entry.type === 'music') {
    const bubble = make('div', 'bubble');
    bubble.append(safeLink(entry.url, entry.title || entry.url));
    return bubble;
  }
  return richText(entry.text ?? entry.title ?? `[${entry.type}]`);
}

/** One entry of the inbox as an element; `who` is the resident's `number` and the `account`'s name. */
export function line(entry, who) {
  if (entry.via === 'banner') return make('div', 'line banner', entry.text);
  if (entry.via === 'event') return make('div', 'line', EVENTS[entry.type] ?? entry.text ?? entry.type);
  if (entry.via === 'template') return template(entry);
  if (entry.articles) return news(entry);
  return row(entry, who, said(entry));
}

const inChina = (options) => new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', ...options });
const DAY = inChina({ month: 'long', day: 'numeric' });
const CLOCK = inChina({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
/** Lines closer together than this share one time, milliseconds; the real phone does about the same. */
const SAME_TALK = 5 * 60_000;

/**
 * The grey time above a line, in China's time, or null where the one before still holds. It names the day where that is
 * new: "today" would be the browser's, and the platform's clock can be set.
 * `before` and `at`: ISO 8601; `before` is the last time shown, empty where there is none.
 */
export function timeBetween(before, at) {
  const now = new Date(at);
  const then = before === '' ? null : new Date(before);
  if (then === null || DAY.format(then) !== DAY.format(now)) return `${DAY.format(now)} ${CLOCK.format(now)}`;
  return now.getTime() - then.getTime() > SAME_TALK ? CLOCK.format(now) : null;
}
