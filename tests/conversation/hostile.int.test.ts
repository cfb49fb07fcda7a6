import { beforeAll, describe, expect, it } from 'vitest';
import { countChars, utf8Bytes } from '../../src/kernel/index.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
const second = testDatabase();
const TICKET = /\d{8}-\d{4,}/;
let town: Town;
let dispatcher: StaffClient;
let clerk: StaffClient;
beforeAll(async () => {
  town = await startTown({ uri });
  [dispatcher, clerk] = await Promise.all([town.staff('dispatcher', 'dzb'), town.staff('clerk', 'lyz')]);
});
const ticketIn = (reply: string | null): string => TICKET.exec(reply ?? '')?.[0] ?? 'no ticket';
const messagesOf = async (ticket: string): Promise<{ type: string; text?: string }[]> =>
  (await dispatcher.get<{ messages: { type: string; text?: string }[] }>(`/complaints/${ticket}`)).messages;

const NASTY = [
  "'; DROP TABLE complaints; --",
  '<script>alert(1)</script>&amp;]]>',
  '{"$gt":""}',
  '$where: 1 == 1',
  '__proto__',
  '{ticket}{url}',
  '$& $1 $$',
  '𠮷野家𪚥𬺈门口的路',
  '👨‍👩‍👧‍👦🀄',
  `${'😀'.repeat(39)}a😀😀`,
  '\u202E反过来的字',
  '../../etc/passwd',
  '查询 20260210-0001 $ne',
  '.*',
  '长'.repeat(3_000),
];

describe('anything can be typed', () => {
  it.each(NASTY)('%j outside a flow gets one reply that fits', async (words) => {
    const reply = (await (await town.resident()).text(words)) ?? '';
    expect(countChars(reply)).toBeLessThanOrEqual(600);
    expect(utf8Bytes(reply)).toBeLessThanOrEqual(1_800);
    expect(reply).not.toBe('');
  });

  it('and stands on the ticket as it was typed', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1', ...NASTY);
    const ticket = ticketIn(await phone.texts('完成', '跳过', '确认'));
    expect((await messagesOf(ticket)).map(({ text }) => text)).toEqual(NASTY);
  });

  it('at every question, and the question stands', async () => {
    const phone = await town.resident();
    const steps = ['投诉', '3', '1', '路坏了', '完成', '跳过'];
    for (const [i, step] of steps.entries()) {
      await phone.text(step);
      if (i !== 2 && i !== 3) await phone.texts('$ne', '<b>');
    }
    expect(await phone.text('确认')).toMatch(TICKET);
  });
});

describe('messages that say nothing to us', () => {
  it('a sticker or an unknown type outside a flow: success, nothing shown', async () => {
    const phone = await town.resident();
    expect(await phone.raw({ MsgType: 'emoticon', Content: 'x' })).toBeNull();
  });

  it('a sticker, a file, an empty text inside a flow: said in words, and the flow goes on', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1');
    expect(await phone.raw({ MsgType: 'emoticon' })).toContain('看不了');
    expect(await phone.raw({ MsgType: 'file', Title: 'a.docx' })).toContain('看不了');
    expect(await phone.text(' ')).toContain('看不了');
    await phone.text('路坏了');
    expect(await messagesOf(ticketIn(await phone.texts('完成', '跳过', '确认')))).toHaveLength(1);
  });

  it('a place without coordinates, a photo without id or address', async () => {
    const phone = await town.resident();
    expect(await phone.raw({ MsgType: 'location', Label: '村口' })).toContain('看不了');
    expect(await phone.raw({ MsgType: 'image' })).not.toBe('');
  });

  it('events that nobody answers', async () => {
    const phone = await town.resident();
    expect(await phone.raw({ MsgType: 'event', Event: 'VIEW', EventKey: 'http://127.0.0.1/' })).toBeNull();
    expect(await phone.raw({ MsgType: 'event', Event: 'never_heard_of' })).toBeNull();
  });

  it('a voice of 60 seconds is only its reference here', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1');
    expect(await phone.voice()).toContain('语音收到了');
    expect((await messagesOf(ticketIn(await phone.texts('完成', '跳过', '确认')))).map(({ type }) => type)).toEqual([
      'voice',
    ]);
  });
});

describe('too much', () => {
  it('the 101st message of one complaint is refused in words, and 完成 still works', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1');
    for (let i = 0; i < 10; i += 1)
      await Promise.all(Array.from({ length: 10 }, (_, n) => phone.text(`第${i}${n}句话`)));
    expect(await phone.text('还有一句')).toContain('最多发 100 条');
    expect(await messagesOf(ticketIn(await phone.texts('完成', '跳过', '确认')))).toHaveLength(100);
  });
});

describe('while a ticket is being closed', () => {
  it('a rating and a 重办 at the same time leave one of the two states, and each gets one reply', async () => {
    const phone = await town.resident();
    const ticket = ticketIn(await phone.texts('投诉', '3', '1', '路坏了', '完成', '跳过', '确认'));
    await dispatcher.post(`/complaints/${ticket}/accept`, {});
    await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'lyz' });
    await clerk.post(`/complaints/${ticket}/answer`, { text: '修好了' });
    const [rated, reopened, closed] = await Promise.all([
      phone.text(`评价 ${ticket} 2`),
      phone.text(`重办 ${ticket} 没修好`),
      clerk.request('POST', `/complaints/${ticket}/close`, {}),
    ]);
    expect(rated).toMatch(/2 分|还没有答复/u);
    expect(reopened).toContain('重新办理');
    expect([200, 409]).toContain(closed.status);
    expect(await dispatcher.get(`/complaints/${ticket}`)).toMatchObject({ status: 'reopened' });
  });
});

describe('a resident who sends too fast', () => {
  it('in ③ is heard all the same; elsewhere is asked to send it again; an emergency still gets the numbers', async () => {
    const slow = await startTown({ uri: second.uri, limits: { rate: { perOpenidPerMinute: 4 } } });
    const phone = await slow.resident();
    await phone.texts('投诉', '3', '1', '第一句');
    expect(await phone.text('第二句')).toContain('也记下了');
    expect(await phone.text('完成')).toContain('跳过');
    expect(await phone.text('跳过')).toContain('再发一次');
    expect(await phone.text('着火了')).toContain('119');
    expect(await phone.text('取消')).toContain('已取消');
    expect(await phone.text('低保')).toContain('再发一次');
    expect(await phone.text('着火了')).toContain('119');
  });
});
