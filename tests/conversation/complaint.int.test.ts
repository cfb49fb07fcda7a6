import { beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
const TICKET = /\d{8}-\d{4,}/;
let town: Town;
let dispatcher: StaffClient;
beforeAll(async () => {
  town = await startTown({ uri });
  dispatcher = await town.staff('dispatcher', 'dzb');
});

interface View {
  readonly kind: string | null;
  readonly villageCode: string;
  readonly phone: string | null;
  readonly messages: { type: string; text?: string; location?: { lat: number; lng: number; label: string } }[];
}
const view = (ticket: string): Promise<View> => dispatcher.get(`/complaints/${ticket}`);
const ticketIn = (reply: string | null): string => TICKET.exec(reply ?? '')?.[0] ?? 'no ticket';

/** At step ③ with kind 3 and village 1. */
async function collecting(): Promise<Phone> {
  const phone = await town.resident();
  await phone.texts('投诉', '3', '1');
  return phone;
}

describe('the complaint flow', () => {
  it.each(['投诉', '我要投诉'])('begins with %s', async (words) => {
    expect(await (await town.resident()).text(words)).toMatch(
      /1 咨询.*\n.*2 求助.*\n.*3 投诉.*\n.*4 建议.*\n.*5 举报/u,
    );
  });

  it('goes from ① to ⑤ with every kind of message and gives a ticket after 确认', async () => {
    const phone = await town.resident();
    expect(await phone.click('COMPLAINT_NEW')).toContain('1 咨询');
    expect(await phone.text('二')).toContain('哪个村');
    expect(await phone.text('0')).toContain('10 示例十村');
    expect(await phone.text('１０')).toContain('完成');
    for (const reply of [
      await phone.text('我家屋顶漏雨'),
      await phone.photo(),
      await phone.voice(),
      await phone.place(0, 0, ''),
    ]) {
      expect(reply).toContain('完成');
    }
    expect(await phone.text('完成')).toContain('跳过');
    const summary = await phone.text('138 0000 1111');
    expect(summary).toContain('求助');
    expect(summary).toContain('示例十村');
    expect(summary).toContain('我家屋顶漏雨');
    expect(summary).toContain('1 张照片、1 段语音、1 个位置');
    expect(summary).toContain('138****1111');
    const done = await phone.text('确认');
    const complaint = await view(ticketIn(done));
    expect(complaint).toMatchObject({ kind: 'help', villageCode: 'v10', phone: '13800001111' });
    expect(complaint.messages.map(({ type }) => type)).toEqual(['text', 'image', 'voice', 'location']);
    expect(complaint.messages[3]?.location).toEqual({ lat: 0, lng: 0, label: '' });
  });

  it('takes kind and village by name too', async () => {
    const phone = await town.resident();
    await phone.text('投诉');
    expect(await phone.text('我要咨询')).toContain('哪个村');
    expect(await phone.text('我是示例十二村的')).toContain('完成');
  });

  it('repeats a question once with an example, then helps shortly with somebody to call, always with 取消', async () => {
    const phone = await town.resident();
    await phone.text('投诉');
    const first = await phone.text('不知道选啥');
    expect(first).toContain('比如：3');
    expect(first).toContain('1 咨询');
    const second = await phone.text('99');
    expect(second).not.toContain('1 咨询');
    expect(second).toContain('12345');
    for (const reply of [first, second]) expect(reply).toContain('取消');
    await phone.text('3');
    expect(await phone.text('没有的村')).toContain('1 示例一村');
    await phone.texts('1', '路坏了', '完成');
    expect(await phone.text('123')).toContain('11 位');
    expect(await phone.text('123')).toContain('12345');
    await phone.text('跳过');
    expect(await phone.text('88')).toContain('比如：确认');
    expect(await phone.text('确认')).toMatch(TICKET);
  });

  it('takes in step ③ for content whatever neither ends it nor leaves it', async () => {
    const phone = await collecting();
    for (const words of ['帮助', '投诉', '查询', '1', '谢谢']) {
      expect(await phone.text(words)).toContain('记下了');
    }
    const urgent = await phone.text('煤气漏了');
    expect(urgent).toMatch(/^有危险.*\n.*119/u);
    expect(urgent).toContain('记下了');
    const ticket = ticketIn(await phone.texts('完成', '跳过', '确认'));
    const texts = (await view(ticket)).messages.map(({ text }) => text);
    expect(texts).toEqual(['帮助', '投诉', '查询', '1', '谢谢', '煤气漏了']);
  });

  it('needs something to be said before 完成', async () => {
    const phone = await collecting();
    expect(await phone.text('完成')).toContain('还没有收到');
  });

  it('answers look-ups at other steps and asks its question again', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3');
    for (const reply of [
      await phone.text('帮助'),
      await phone.text('最新'),
      await phone.text('我的投诉'),
      await phone.text('谢谢'),
    ]) {
      expect(reply).toContain('哪个村');
    }
    const settings = await phone.text('订阅');
    expect(settings).toContain('还没有办完');
    expect(settings).toContain('哪个村');
    expect(await phone.text('1')).toContain('完成');
  });

  it('keeps photos and urgent words of other steps with the complaint', async () => {
    const phone = await town.resident();
    await phone.text('投诉');
    expect(await phone.photo()).toContain('会一起交');
    const urgent = await phone.text('着火了');
    expect(urgent).toContain('119');
    expect(urgent).toContain('1 咨询');
    await phone.texts('3', '1');
    const done = await phone.texts('完成', '跳过', '确认');
    expect((await view(ticketIn(done))).messages.map(({ type }) => type)).toEqual(['image', 'text']);
  });

  it('adds what is said late, at the summary, and shows it', async () => {
    const phone = await collecting();
    await phone.texts('路坏了', '完成', '跳过');
    expect(await phone.text('就在小学门口那一段')).toContain('就在小学门口那一段');
    const ticket = ticketIn(await phone.text('确认'));
    expect((await view(ticket)).messages).toHaveLength(2);
  });

  it('is left by 取消 at every step, and nothing is submitted', async () => {
    const steps = ['投诉', '3', '1', '路坏了', '完成', '跳过'];
    for (let count = 1; count <= steps.length; count += 1) {
      const phone = await town.resident();
      await phone.texts(...steps.slice(0, count));
      expect(await phone.text('取消')).toContain('已取消');
      expect(await phone.text('查询')).toContain('还没有交过');
      expect(await phone.text('取消')).toContain('没有要取消的');
    }
  });

  it('is left by no click but COMPLAINT_NEW, which keeps what was said', async () => {
    const phone = await collecting();
    await phone.text('路坏了');
    for (const key of ['LATEST', 'COMPLAINT_MINE', 'HELP', 'SETTINGS', 'CATEGORY_cw_shjz', 'UNKNOWN']) {
      expect([key, await phone.click(key)]).toEqual([key, expect.stringContaining('完成')]);
    }
    const again = await phone.click('COMPLAINT_NEW');
    expect(again).toContain('1 条还留着');
    expect(again).toContain('1 咨询');
    await phone.texts('4', '2', '还有灯也坏了');
    const complaint = await view(ticketIn(await phone.texts('完成', '跳过', '确认')));
    expect(complaint).toMatchObject({ kind: 'suggest', villageCode: 'v02' });
    expect(complaint.messages.map(({ text }) => text)).toEqual(['路坏了', '还有灯也坏了']);
  });

  it('survives a restart of the service', async () => {
    const phone = await collecting();
    await phone.text('路坏了');
    await town.restart();
    dispatcher = await town.staff('dispatcher', 'dzb');
    expect(await phone.text('完成')).toContain('跳过');
  });

  it('gives one ticket for one 确认, however often it is delivered', async () => {
    const phone = await collecting();
    await phone.texts('路坏了', '完成', '跳过');
    const first = await phone.say({ type: 'text', text: '确认', deliveries: 3 });
    const tickets = first.replies.map((reply) => (reply?.type === 'text' ? ticketIn(reply.text) : null));
    expect(new Set(tickets).size).toBe(1);
    const { msgId, createTime } = first;
    const again = await phone.say({ type: 'text', text: '确认', msgId, createTime });
    expect(again.reply).toEqual(first.reply);
    expect((await phone.text('查询'))?.match(new RegExp(TICKET, 'g'))).toHaveLength(2);
  });

  it('is one flow on two phones of one resident', async () => {
    const phone = await town.resident();
    await phone.text('投诉');
    await Promise.all([phone.text('3'), phone.text('3')]);
    await phone.texts('1', '路坏了', '完成', '跳过');
    const replies = await Promise.all([phone.text('确认'), phone.text('确认')]);
    expect(replies.filter((reply) => TICKET.test(reply ?? ''))).toHaveLength(1);
  });

  it('takes 100 messages and asks for 完成 then; 30 photos at once all arrive', async () => {
    const phone = await collecting();
    await Promise.all(Array.from({ length: 30 }, () => phone.photo()));
    const ticket = ticketIn(await phone.texts('完成', '跳过', '确认'));
    expect((await view(ticket)).messages).toHaveLength(30);
  });

  it('gives kind 5 its own way, without a village', async () => {
    const phone = await town.resident();
    await phone.text('投诉');
    const reply = await phone.text('5');
    expect(reply).toContain('12388');
    expect(reply).not.toContain('哪个村');
  });
});
