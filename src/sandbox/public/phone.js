'use strict';
// The phone: it does what a hand can do, through the sandbox's own control interface, and draws what comes back.

const byId = (id) => document.getElementById(id);
/** `openid` is empty until a resident is chosen. */
const memory = { openid: '', seen: 0, residents: [], lastTime: '', menuText: '', drawn: '', atEnd: true };

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? `HTTP ${response.status}`);
  return answer;
}

function tell(problem) {
  byId('problem').textContent = problem;
  byId('problem').hidden = problem === '';
}

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const current = () => memory.residents.find(({ openid }) => openid === memory.openid);
const nameOf = (resident) => `群众 ${resident.number}`;

// ---- chat ----------------------------------------------------------------------------------------------------

function safeLink(url, text) {
  const link = make('a', '', text);
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

function row(entry, content) {
  const node = make('div', entry.from === 'resident' ? 'row mine' : 'row');
  node.append(content);
  return node;
}

function picture(url, label) {
  const image = make('img', 'picture');
  image.src = url;
  image.alt = label;
  return image;
}

function card(entry, label) {
  const node = make('div', 'card');
  if (label) node.append(make('p', 'label', label));
  for (const article of entry.articles) {
    const link = safeLink(article.url, '');
    const words = make('div');
    words.append(make('strong', '', article.title));
    if (article.description) words.append(make('span', '', article.description));
    if (article.picUrl) {
      const image = make('img');
      image.src = article.picUrl;
      image.alt = '';
      link.append(image);
    }
    link.append(words);
    node.append(link);
  }
  return node;
}

function template(entry) {
  const node = make('div', 'card');
  node.append(make('p', 'label', entry.title));
  node.append(make('pre', '', entry.text));
  if (entry.url) node.append(safeLink(entry.url, '详情'));
  return node;
}

const LABELS = { push: '群发', preview: '群发预览' };
const EVENTS = { subscribe: '你已关注该公众号', unsubscribe: '你已取消关注' };

function draw(entry) {
  if (entry.via === 'banner') return make('div', 'line', entry.text);
  if (entry.via === 'event') return make('div', 'line', EVENTS[entry.type] ?? entry.type);
  if (entry.via === 'template') return template(entry);
  if (entry.articles) return card(entry, LABELS[entry.via] ?? '');
  if (entry.type === 'image') return row(entry, picture(entry.mediaUrl, '照片'));
  if (entry.type === 'voice') return row(entry, make('div', 'bubble', '▶ 语音'));
  if (entry.type === 'video' || entry.type === 'shortvideo') return row(entry, make('div', 'bubble', '▶ 视频'));
  if (entry.type === 'location') return row(entry, make('div', 'bubble', `位置：${entry.text}`));
  if (entry.type === 'link' || entry.type === 'music') return row(entry, safeLink(entry.url, entry.title || entry.url));
  return row(entry, richText(entry.text ?? entry.title ?? `[${entry.type}]`));
}

const clockText = (at) => new Date(at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit' });

/** Whoever reads the newest line goes on seeing it when lines, pictures or the keyboard come. */
function keepEnd() {
  const chat = byId('chat');
  if (memory.atEnd) chat.scrollTop = chat.scrollHeight;
}

function append(entries) {
  const chat = byId('chat');
  for (const entry of entries) {
    const time = clockText(entry.at);
    if (time !== memory.lastTime) chat.append(make('div', 'time', time));
    memory.lastTime = time;
    memory.seen = entry.seq;
    chat.append(draw(entry));
  }
  if (entries.length > 0) keepEnd();
}

// ---- residents -----------------------------------------------------------------------------------------------

function drawPeople() {
  const list = byId('list');
  list.replaceChildren(
    ...memory.residents.map((resident) => {
      const button = make('button');
      button.type = 'button';
      button.append(make('span', '', nameOf(resident)), make('small', '', resident.following ? '已关注' : '未关注'));
      button.setAttribute('aria-current', String(resident.openid === memory.openid));
      button.addEventListener('click', () => choose(resident.openid));
      const item = make('li');
      item.append(button);
      return item;
    }),
  );
  const me = current();
  byId('follow').textContent = me?.following ? '取消关注' : '关注';
  byId('follow').disabled = me === undefined;
  byId('dock').hidden = !me?.following;
  if (!me?.following) byId('tools').hidden = true;
  byId('title').textContent = me === undefined ? '公众号' : `公众号 · ${nameOf(me)}`;
}

function choose(openid) {
  if (openid !== memory.openid) {
    Object.assign(memory, { openid, seen: 0, lastTime: '' });
    byId('chat').replaceChildren();
    try {
      sessionStorage.setItem('openid', openid);
    } catch {
      // Without storage the page begins with the first resident again.
    }
  }
  openPeople(false);
  drawPeople();
  void refresh();
}

function openPeople(open) {
  byId('people').classList.toggle('open', open);
  byId('switch').setAttribute('aria-expanded', String(open));
}

async function addResident() {
  const { openid } = await call('POST', '/_/residents', {});
  memory.residents = (await call('GET', '/_/residents?limit=200')).residents;
  choose(openid);
}

// ---- menu ----------------------------------------------------------------------------------------------------

function press(button) {
  for (const open of byId('menu').querySelectorAll('ul')) open.hidden = true;
  if (button.type === 'view' || button.type === 'miniprogram') {
    window.open(button.url, '_blank', 'noopener');
    return speak({ type: 'view', url: button.url });
  }
  if (button.key !== undefined) return speak({ type: 'click', key: button.key });
  return undefined;
}

function menuEntry(button) {
  const holder = make('div');
  const top = make('button', '', button.name);
  top.type = 'button';
  holder.append(top);
  if (button.sub_button.length === 0) {
    top.addEventListener('click', () => press(button));
    return holder;
  }
  const list = make('ul');
  list.hidden = true;
  for (const sub of button.sub_button) {
    const item = make('li');
    const choice = make('button', '', sub.name);
    choice.type = 'button';
    choice.addEventListener('click', () => press(sub));
    item.append(choice);
    list.append(item);
  }
  top.setAttribute('aria-haspopup', 'true');
  top.addEventListener('click', () => {
    const wasHidden = list.hidden;
    for (const open of byId('menu').querySelectorAll('ul')) open.hidden = true;
    list.hidden = !wasHidden;
  });
  holder.append(list);
  return holder;
}

function drawMenu(menu) {
  const text = JSON.stringify(menu);
  if (text === memory.menuText) return;
  memory.menuText = text;
  if (menu === null) {
    byId('menu').replaceChildren(make('p', '', '没有菜单'));
    showKeyboard(true);
  } else {
    byId('menu').replaceChildren(...menu.map(menuEntry));
    showKeyboard(false);
  }
}

function showKeyboard(open) {
  byId('say').hidden = !open;
  byId('menu').hidden = open;
  byId('flip').textContent = open ? '☰' : '⌨';
  if (!open) byId('tools').hidden = true;
}

// ---- speaking ------------------------------------------------------------------------------------------------

async function speak(said) {
  if (memory.openid === '') return;
  memory.atEnd = true;
  tell('');
  const sent = call('POST', `/_/residents/${memory.openid}/say`, said);
  // The own message shows at once; the answer when it comes.
  setTimeout(() => void refresh(), 60);
  try {
    const answer = await sent;
    if (answer.attempts === 0) tell('还没有设置消息要送到的地址（webhook）。');
  } catch (error) {
    tell(error.message);
  }
  await refresh();
}

function base64Of(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () =>
      resolve(typeof reader.result === 'string' ? reader.result.split(',')[1] : ''),
    );
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

const TOOLS = {
  photo: () => byId('file').click(),
  sample: () => speak({ type: 'image' }),
  voice: () => speak({ type: 'voice' }),
  place: () => {
    const label = window.prompt('在哪里？', '村口');
    if (label !== null) void speak({ type: 'location', lat: 35.0, lng: 106.0, label });
  },
  scan: () => {
    const scene = window.prompt('二维码的场景值', 'village_01');
    if (scene) void speak({ type: 'scan', scene });
  },
};

// ---- keeping up ----------------------------------------------------------------------------------------------

let busy = false;
async function refresh() {
  if (busy) return;
  busy = true;
  try {
    const [{ residents }, { menu }] = await Promise.all([
      call('GET', '/_/residents?limit=200'),
      call('GET', '/_/menu'),
    ]);
    memory.residents = residents;
    if (current() === undefined) Object.assign(memory, { openid: residents[0]?.openid ?? '', seen: 0, lastTime: '' });
    const changed = JSON.stringify([residents, memory.openid]);
    if (changed !== memory.drawn) drawPeople();
    memory.drawn = changed;
    drawMenu(menu);
    if (memory.openid !== '') {
      const { openid } = memory;
      const { items } = await call('GET', `/_/residents/${openid}/inbox?after=${memory.seen}`);
      if (openid === memory.openid) append(items);
    } else {
      byId('chat').replaceChildren();
    }
  } catch {
    tell('连不上模拟平台，正在重试。');
  } finally {
    busy = false;
  }
}

byId('chat').addEventListener('scroll', () => {
  const chat = byId('chat');
  memory.atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
});
// Pictures report their load only in the capturing phase.
byId('chat').addEventListener('load', keepEnd, true);
new ResizeObserver(keepEnd).observe(byId('chat'));
byId('add').addEventListener('click', () => void addResident());
byId('switch').addEventListener('click', () => openPeople(!byId('people').classList.contains('open')));
byId('follow').addEventListener(
  'click',
  () => void speak({ type: current()?.following ? 'unsubscribe' : 'subscribe' }),
);
byId('flip').addEventListener('click', () => showKeyboard(byId('say').hidden));
byId('more').addEventListener('click', () => {
  byId('tools').hidden = !byId('tools').hidden;
  byId('more').setAttribute('aria-expanded', String(!byId('tools').hidden));
});
byId('tools').addEventListener('click', (event) => {
  const tool = TOOLS[event.target.dataset.do];
  if (tool) tool();
});
byId('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = byId('text').value;
  if (text === '') return;
  byId('text').value = '';
  void speak({ type: 'text', text });
});
byId('text').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId('say').requestSubmit();
  }
});
byId('file').addEventListener('change', () => {
  const [file] = byId('file').files;
  if (file) void base64Of(file).then((base64) => speak({ type: 'image', base64 }));
  byId('file').value = '';
});

try {
  memory.openid = sessionStorage.getItem('openid') ?? '';
} catch {
  memory.openid = '';
}
void (async () => {
  const { residents } = await call('GET', '/_/residents?limit=200');
  if (residents.length === 0) await addResident();
  await refresh();
  setInterval(() => void refresh(), 1_500);
})();
