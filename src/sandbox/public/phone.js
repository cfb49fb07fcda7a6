import { line, make, timeBetween } from './lines.js';
import { closeLists, drawMenu } from './menu.js';
import { Sheets } from './sheets.js';

/** One call of the sandbox's control interface; throws an Error with the platform's words where it is refused. */
export async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? `HTTP ${response.status}`);
  return answer;
}

const UNREACHABLE = '连不上模拟平台，正在重试。';
const NOT_SENT = '连不上模拟平台，刚才的没有发出去，请再发一次。';
const MB = 1_048_576;

export const nameOf = (resident) => `群众 ${resident.number}`;

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

/** The phone of one resident: it does what a hand can do, through the control interface, and draws what comes back. */
export class Phone {
  resident;
  #seen = 0;
  #lastTime = '';
  #menuText = '';
  #atEnd = true;
  #busy = false;
  #again = false;

  /** `account`: what `GET /_/phone` answers. */
  constructor(account) {
    this.account = account;
    this.node = document.getElementById('phone').content.firstElementChild.cloneNode(true);
    this.chat = this.#part('.chat');
    this.sheets = new Sheets(this.node, {
      speak: (said) => void this.#speak(said),
      scenes: async () => (await call('GET', '/_/phone')).scenes,
    });
    this.#listen();
    this.show(undefined);
  }

  #part(selector) {
    return this.node.querySelector(selector);
  }

  /** Says what is wrong above the chat; nothing with an empty text. */
  tell(problem) {
    const words = this.#part('.problem');
    words.textContent = problem;
    words.hidden = problem === '';
  }

  /** Puts the phone into the hand of `resident` (undefined: nobody's), or takes over what has become of them. */
  show(resident) {
    if (resident?.openid !== this.resident?.openid) {
      Object.assign(this, { resident });
      this.#seen = 0;
      this.#lastTime = '';
      this.#atEnd = true;
      this.chat.replaceChildren();
      this.tell('');
      this.sheets.close();
    }
    this.resident = resident;
    const follows = resident?.following === true;
    this.#part('.follow').textContent = follows ? '取消关注' : '关注';
    this.#part('.follow').disabled = resident === undefined;
    this.#showDock(resident !== undefined, follows);
    const { name } = this.account;
    const who = resident === undefined ? '' : nameOf(resident);
    this.#part('.title span').textContent = name;
    this.#part('.title small').textContent = who;
    this.node.setAttribute('aria-label', `手机：${who === '' ? name : `${name} · ${who}`}`);
  }

  /** The keys of a follower, or the code that makes one; nothing for nobody. */
  #showDock(isSomebody, follows) {
    const [dock, joining] = [this.#part('.dock'), this.#part('.joining')];
    if (dock.hidden === !follows && joining.hidden === (follows || !isSomebody)) return;
    this.sheets.close();
    const left = follows ? joining : dock;
    const hadFocus = left.contains(document.activeElement);
    dock.hidden = !follows;
    joining.hidden = follows || !isSomebody;
    if (hadFocus) this.chat.focus();
  }

  showMenu(buttons) {
    const text = JSON.stringify(buttons);
    if (text === this.#menuText) return;
    this.#menuText = text;
    drawMenu(this.#part('.menu'), buttons, (button) => this.#press(button));
    this.#showKeyboard(buttons === null);
    this.#part('.flip').hidden = buttons === null;
  }

  /** Draws what has come since the last look. One look at a time: what is asked for meanwhile is looked up after it. */
  async refresh() {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#look();
      }
    } finally {
      this.#busy = false;
    }
  }

  async #look() {
    const { resident } = this;
    if (resident === undefined) return;
    const { items } = await call('GET', `/_/residents/${resident.openid}/inbox?after=${this.#seen}`);
    if (resident.openid === this.resident?.openid) this.#append(items);
  }

  #append(entries) {
    for (const entry of entries) {
      const time = timeBetween(this.#lastTime, entry.at);
      if (time !== null) {
        this.chat.append(make('div', 'time', time));
        this.#lastTime = entry.at;
      }
      this.#seen = entry.seq;
      this.chat.append(line(entry, { number: this.resident.number, account: this.account.name }));
    }
    if (entries.length > 0) this.#keepEnd();
  }

  /** Whoever reads the newest line goes on seeing it when lines, pictures or the keyboard come. */
  #keepEnd() {
    if (this.#atEnd) this.chat.scrollTop = this.chat.scrollHeight;
  }

  #showKeyboard(open) {
    this.#part('.say').hidden = !open;
    this.#part('.menu').hidden = open;
    this.#part('.flip').classList.toggle('typing', open);
    if (!open) this.#showTools(false);
  }

  #showTools(open) {
    this.#part('.tools').hidden = !open;
    this.#part('.more').setAttribute('aria-expanded', String(open));
  }

  #press(button) {
    if (button.type === 'view' || button.type === 'miniprogram') {
      window.open(button.url, '_blank', 'noopener');
      void this.#speak({ type: 'view', url: button.url });
    } else if (button.key !== undefined) {
      void this.#speak({ type: 'click', key: button.key });
    }
  }

  /** Answers whether it went out; where not, the phone says why. */
  async #speak(said) {
    if (this.resident === undefined) return false;
    let sentOut = true;
    this.#atEnd = true;
    this.tell('');
    const sent = call('POST', `/_/residents/${this.resident.openid}/say`, said);
    // The own message shows at once; the answer when it comes.
    setTimeout(() => void this.#refreshOrTell(), 60);
    try {
      const answer = await sent;
      if (answer.attempts === 0) this.tell('还没有设置消息要送到的地址（webhook）。');
    } catch (error) {
      sentOut = false;
      // What fetch itself rejects with: no answer at all.
      this.tell(error instanceof TypeError ? NOT_SENT : error.message);
    }
    await this.#refreshOrTell();
    this.node.dispatchEvent(new CustomEvent('spoken', { bubbles: true }));
    return sentOut;
  }

  async #sayText() {
    const box = this.#part('textarea');
    const text = box.value;
    if (text.trim() === '') return;
    box.value = '';
    if (!(await this.#speak({ type: 'text', text })) && box.value === '') box.value = text;
  }

  async #sendPhoto(file) {
    const { photoBytes } = this.account;
    const size = (bytes) => `${(bytes / MB).toFixed(1).replace(/\.0$/, '')} MB`;
    if (!file.type.startsWith('image/')) return this.tell('这不是照片，发不出去。请选一张照片。');
    if (file.size >= photoBytes) {
      return this.tell(`这张照片有 ${size(file.size)}，到 ${size(photoBytes)} 就发不出去了。请换一张小一点的。`);
    }
    let base64;
    try {
      base64 = await base64Of(file);
    } catch {
      return this.tell('这张照片读不出来，请换一张。');
    }
    if (!base64) return this.tell('这张照片是空的，请换一张。');
    await this.#speak({ type: 'image', base64 });
  }

  async #refreshOrTell() {
    try {
      await this.refresh();
    } catch {
      this.setReachable(false);
    }
  }

  /** Whether the platform answers; the sentence goes when it does again. */
  setReachable(reachable) {
    if (!reachable) this.tell(UNREACHABLE);
    else if (this.#part('.problem').textContent === UNREACHABLE) this.tell('');
  }

  /** A tap beside the menu closes what it had open. */
  touched(target) {
    if (!this.#part('.menu').contains(target)) closeLists(this.#part('.menu'));
  }

  #use(tool) {
    if (tool === 'photo') this.#part('input[type=file]').click();
    if (tool === 'sample') void this.#speak({ type: 'image' });
    if (tool === 'voice') void this.#speak({ type: 'voice' });
    if (tool === 'video') void this.#speak({ type: 'video' });
    if (tool === 'place') this.sheets.openPlace();
    if (tool === 'scan') void this.sheets.openScan();
  }

  #listen() {
    const { chat } = this;
    const on = (selector, event, heard) => this.#part(selector).addEventListener(event, heard);
    chat.addEventListener('scroll', () => {
      this.#atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
    });
    // Pictures report their load only in the capturing phase.
    chat.addEventListener('load', () => this.#keepEnd(), true);
    new ResizeObserver(() => this.#keepEnd()).observe(chat);
    on('.follow', 'click', () => void this.#speak({ type: this.resident?.following ? 'unsubscribe' : 'subscribe' }));
    on('.menu', 'keydown', ({ key }) => {
      if (key === 'Escape') closeLists(this.#part('.menu'));
    });
    on('.flip', 'click', () => {
      const open = this.#part('.say').hidden;
      this.#showKeyboard(open);
      if (open) this.#part('textarea').focus();
    });
    on('.more', 'click', () => this.#showTools(this.#part('.tools').hidden));
    on('.tools', 'click', (event) => this.#use(event.target.dataset.do));
    on('.joining', 'click', ({ target }) => {
      if (target.closest('button')) void this.sheets.openScan();
    });
    on('.say', 'submit', (event) => {
      event.preventDefault();
      void this.#sayText();
    });
    on('textarea', 'keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#part('.say').requestSubmit();
      }
    });
    on('input[type=file]', 'change', ({ target }) => {
      const [file] = target.files;
      if (file) void this.#sendPhoto(file);
      target.value = '';
    });
  }
}
