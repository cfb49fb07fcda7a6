import assert from 'node:assert/strict';
import { countChars, utf8Bytes } from '../../src/kernel/index.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';

/** One thing that a resident does. `next` answers the question last asked, as a person who reads would. */
export type Act =
  | { readonly kind: 'next' }
  | { readonly kind: 'say'; readonly text: string; readonly copies: 1 | 2 }
  | { readonly kind: 'tell'; readonly length: 'short' | 'long' | 'urgent' }
  | { readonly kind: 'media'; readonly type: 'image' | 'voice' | 'location' | 'sticker' }
  | { readonly kind: 'click'; readonly key: string };

const DONE = /受理号是：\n(\d{8}-\d{4,})/u;
/** The fixed sentence while the store is away: the answer itself follows as a notice. */
const SPOOLED = '也存好了';
/** Of the words that the sequences hold those that answer the summary with a yes. */
const CONFIRMS: readonly string[] = ['确认', '好的', '1'];
/** Sentences that promise that the words just sent will be on the ticket. */
const PROMISED = /还有就接着发|这一条记下了|刚才这一条也会一起交/u;
const IDLE_MS = 30 * 60_000;

/**
 * What a resident may rely on, followed through any sequence of acts by the replies alone: whatever was promised to be
 * kept stands on the ticket, in order; a ticket comes only of a yes to the summary; 取消 always leaves; each act gets one reply that fits.
 */
export class Follower {
  /** Words promised since the complaint began. */
  private promised: string[] = [];
  private offered: { text: string | null; at: number } | null = null;
  private told = 0;
  private last = '';
  /** What a menu key was answered, by key and second: two taps in one second are one message to the platform. */
  private readonly tapped = new Map<string, string>();
  /** Tickets that this resident was given. */
  ticketCount = 0;

  private readonly phone: Phone;
  private readonly staff: StaffClient;
  private readonly now: () => number;
  private readonly sweep: () => Promise<void>;

  constructor(phone: Phone, staff: StaffClient, now: () => number, sweep: () => Promise<void>) {
    this.phone = phone;
    this.staff = staff;
    this.now = now;
    this.sweep = sweep;
  }

  async act(act: Act): Promise<void> {
    switch (act.kind) {
      case 'next':
        return this.say(this.rightAnswer(), 1);
      case 'say':
        return this.say(act.text, act.copies);
      case 'tell':
        return this.tell(act.length);
      case 'media':
        return this.media(act.type);
      case 'click':
        return this.click(act.key);
    }
  }

  /** At the end: the tickets are those that were told, and nothing is left to cancel after 取消. */
  async end(): Promise<void> {
    await this.say('取消', 1);
    const again = await this.send({ type: 'text', text: '取消' });
    assert.match(again, /没有要取消的/u);
    const mine = await this.send({ type: 'text', text: '查询' });
    assert.equal(mine.match(/^\d{8}-\d{4,} /gmu)?.length ?? 0, Math.min(5, this.ticketCount));
  }

  private rightAnswer(): string {
    if (this.last.includes('您要办哪一样')) return '3';
    if (this.last.includes('哪个村')) return '1';
    if (this.last.includes('接着办，回复 1')) return '1';
    if (this.last.includes('回复：确认')) return '确认';
    if (this.last.includes('不想留')) return '跳过';
    if (this.last.includes('回复：完成')) return '完成';
    return this.last.includes('回复 1') ? '1' : '投诉';
  }

  private async say(text: string, copies: 1 | 2): Promise<void> {
    const asked = this.last;
    const reply = await this.send({ type: 'text', text, deliveries: copies });
    const [, ticket] = DONE.exec(reply) ?? [];
    if (ticket !== undefined) {
      assert.ok(CONFIRMS.includes(text) && asked.includes('回复：确认'), `${text} to ${asked}`);
      await this.check(ticket);
      return;
    }
    if (text === '取消') {
      assert.match(reply, /已取消|没有要取消的/u);
      this.forget();
    } else if (text === '投诉') this.begun(reply);
    else if (text === '1' && reply.includes('事情在哪个村') && this.offered) {
      this.promised = this.offered.text === null ? [] : [this.offered.text];
      this.offered = null;
    }
    if (reply.includes('您是哪个村的')) this.offered = null;
    if (reply.includes('就把您说的')) this.offered = { text, at: this.now() };
  }

  private async tell(length: 'short' | 'long' | 'urgent'): Promise<void> {
    this.told += 1;
    const mark = `${this.phone.openid.slice(-4)}${this.told}`;
    const text = { short: `灯${mark}`.slice(0, 7), long: `村口的路灯坏了${mark}`, urgent: `着火了${mark}` }[length];
    const reply = await this.send({ type: 'text', text });
    if (length === 'urgent') assert.match(reply, /^有危险/u);
    if (PROMISED.test(reply)) this.promised.push(text);
    else if (reply.includes('就把您说的')) this.offered = { text, at: this.now() };
  }

  private async media(type: 'image' | 'voice' | 'location' | 'sticker'): Promise<void> {
    if (type === 'sticker') {
      const { reply, banner } = await this.phone.say({ type: 'raw', fields: { MsgType: 'emoticon' } });
      assert.equal(banner, false);
      if (reply?.type === 'text') this.last = reply.text;
      return;
    }
    const raw = { MediaId: `m${this.told}`, Format: 'amr', Recognition: '', Location_X: 35.4, Location_Y: 106.3 };
    const reply = await this.send({ type: 'raw', fields: { MsgType: type, ...raw } });
    if (!reply.includes('是要反映问题吗')) return;
    const fresh = this.offered !== null && this.now() - this.offered.at <= IDLE_MS;
    this.offered = { text: fresh ? (this.offered?.text ?? null) : null, at: this.now() };
  }

  private async click(key: string): Promise<void> {
    const { reply, createTime } = await this.sendTimed({ type: 'click', key });
    const tap = `${key} ${createTime}`;
    const earlier = this.tapped.get(tap);
    this.tapped.set(tap, reply);
    if (earlier !== undefined) {
      // Nothing new happened, whatever was said between the two.
      assert.equal(reply, earlier);
      return;
    }
    if (key === 'COMPLAINT_NEW') this.begun(reply);
    if (reply.includes('您是哪个村的')) this.offered = null;
  }

  /** 投诉 begins at ① and loses nothing that was promised; at ① itself the word is the third kind, in ③ it is told. */
  private begun(reply: string): void {
    if (!reply.includes('您要办哪一样')) return;
    // A flow that goes on where it lay says so; only one that begins anew must say that the words are still there.
    if (this.promised.length > 0) assert.match(reply, /还留着|接着来/u);
    this.offered = null;
  }

  private forget(): void {
    this.promised = [];
    this.offered = null;
  }

  private async check(ticket: string): Promise<void> {
    this.ticketCount += 1;
    const { messages } = await this.staff.get<{ messages: { text?: string }[] }>(`/complaints/${ticket}`);
    const texts = messages.flatMap(({ text }) => (text === undefined ? [] : [text]));
    assert.deepEqual(
      texts.filter((text) => this.promised.includes(text)),
      this.promised,
    );
    this.forget();
  }

  /** What the resident reads of an answer that was not ready in time, or while the store was away: a notice. */
  private async lateReply(seen: number): Promise<string> {
    for (let waited = 0; waited < 100; waited += 1) {
      await this.sweep();
      const late = (await this.phone.inbox()).slice(seen).find(({ via }) => via === 'customer_service');
      if (late?.text !== undefined) return late.text;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return '';
  }

  private async send(said: Readonly<Record<string, unknown>>): Promise<string> {
    return (await this.sendTimed(said)).reply;
  }

  private async sendTimed(said: Readonly<Record<string, unknown>>): Promise<{ reply: string; createTime: number }> {
    const seen = (await this.phone.inbox()).length;
    const { replies, banner, why, createTime } = await this.phone.say(said);
    assert.equal(banner, false, why);
    const texts = replies.map((reply) => (reply?.type === 'text' ? reply.text : ''));
    // Copies are answered alike; while a process comes back one of them may be kept in the spool.
    const answers = texts.filter((text) => text !== '' && !text.includes(SPOOLED));
    for (const answer of answers) assert.equal(answer, answers[0]);
    // What was kept is told afterwards; a copy that was not ready in time is content with the other's answer.
    const owed = answers.length === 0 || texts.some((text) => text.includes(SPOOLED));
    const late = owed ? await this.lateReply(seen) : '';
    const text = answers[0] ?? late;
    if (late !== '') assert.equal(late, text);
    assert.notEqual(text, '', `nothing was answered to ${JSON.stringify(said)}`);
    assert.ok(countChars(text) <= 600);
    assert.ok(utf8Bytes(text) <= 1_800);
    this.last = text;
    return { reply: text, createTime };
  }
}
