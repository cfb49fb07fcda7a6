import { beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
let town: Town;
let dispatcher: StaffClient;
beforeAll(async () => {
  const conversation = { idleMinutes: 30, dropDays: 7, lateMediaSeconds: 120 };
  town = await startTown({ uri, limits: { conversation, sessionHours: 10_000 } });
  dispatcher = await town.staff('dispatcher', 'dzb');
});

const textsOf = async (done: string | null): Promise<(string | undefined)[]> => {
  const ticket = /\d{8}-\d{4,}/.exec(done ?? '')?.[0] ?? 'no ticket';
  const { messages } = await dispatcher.get<{ messages: { type: string; text?: string }[] }>(`/complaints/${ticket}`);
  return messages.map(({ type, text }) => text ?? type);
};

/** Left lying in step ③ with one text. */
async function lying(): Promise<Phone> {
  const phone = await town.resident();
  await phone.texts('投诉', '3', '1', '路坏了');
  town.clock.move(31 * MINUTE);
  return phone;
}

describe('a flow gone idle', () => {
  it('is offered again; what was said meanwhile waits for a yes and is not lost', async () => {
    const phone = await lying();
    const offered = await phone.text('就是学校门口那条');
    expect(offered).toContain('还没有交');
    expect(offered).toContain('回复 1');
    expect(await phone.photo()).toContain('回复 1');
    const resumed = await phone.text('1');
    expect(resumed).toContain('接着来');
    expect(resumed).toContain('3 条');
    expect(await textsOf(await phone.texts('完成', '跳过', '确认'))).toEqual(['路坏了', '就是学校门口那条', 'image']);
  });

  it('goes on at once with an answer to its question', async () => {
    const phone = await lying();
    expect(await phone.text('完成')).toContain('跳过');
    town.clock.move(31 * MINUTE);
    expect(await phone.text('跳过')).toContain('路坏了');
    town.clock.move(31 * MINUTE);
    expect(await textsOf(await phone.text('确认'))).toEqual(['路坏了']);
  });

  it('lets everything else work meanwhile, and reminds', async () => {
    const phone = await lying();
    for (const reply of [await phone.text('帮助'), await phone.click('LATEST'), await phone.text('查询')]) {
      expect(reply).toContain('还没有交');
    }
    expect(await phone.click('SETTINGS')).toContain('还没有办完');
    expect(await phone.text('取消')).toContain('已取消');
    expect(await phone.text('1')).toContain('没有看懂');
  });

  it('answers a search and holds the words', async () => {
    const phone = await lying();
    const reply = await phone.text('低保');
    expect(reply).toContain('低保');
    expect(reply).toContain('还没有交');
  });

  it('begins again with 投诉, with what was said', async () => {
    const phone = await lying();
    const reply = await phone.text('投诉');
    expect(reply).toContain('1 条还留着');
    expect(reply).toContain('1 咨询');
  });

  it('is not offered before its time', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1', '路坏了');
    town.clock.move(29 * MINUTE);
    expect(await phone.text('还有灯坏了')).toContain('记下了');
  });

  it('of settings is forgotten for other words, with a hint', async () => {
    const phone = await town.resident();
    await phone.text('订阅');
    town.clock.move(31 * MINUTE);
    const reply = await phone.text('低保');
    expect(reply).toContain('低保');
    expect(reply).toContain('订阅');
    expect(await phone.text('1')).toContain('没有看懂');
  });
});

describe('a flow that nobody comes back to', () => {
  it('is dropped with a notice after dropDays, and only then', async () => {
    const phone = await lying();
    town.clock.move(7 * DAY - 32 * MINUTE);
    await town.sweep('conversation.drop');
    expect(await phone.text('帮助')).toContain('还没有交');
    town.clock.move(2 * MINUTE);
    await town.sweep('conversation.drop');
    await town.sweep('notices.send');
    expect((await phone.inbox()).at(-1)?.text).toContain('没有提交');
    await town.sweep('conversation.drop');
    await town.sweep('notices.send');
    expect((await phone.inbox()).filter((line) => line.text?.includes('已经作废'))).toHaveLength(1);
    expect(await phone.text('1')).not.toContain('接着来');
  });

  it('and was only an offer ends silently', async () => {
    const phone = await town.resident();
    await phone.photo();
    town.clock.move(8 * DAY);
    await town.sweep('conversation.drop');
    await town.sweep('notices.send');
    expect((await phone.inbox()).some((line) => line.text?.includes('作废'))).toBe(false);
    expect(await phone.text('1')).toContain('没有看懂');
  });
});

describe('media that arrive after 确认', () => {
  it('join that ticket within lateMediaSeconds, and are offered afterwards', async () => {
    const phone = await town.resident();
    const done = await phone.texts('投诉', '3', '1', '路坏了', '完成', '跳过', '确认');
    town.clock.move(119_000);
    expect(await phone.photo()).toMatch(/加到 \d{8}-\d{4,} 里/u);
    town.clock.move(2_000);
    expect(await phone.voice()).toContain('回复 1');
    expect(await textsOf(done)).toEqual(['路坏了', 'image']);
  });

  it('belong to a new flow where one has begun', async () => {
    const phone = await town.resident();
    const done = await phone.texts('投诉', '3', '1', '路坏了', '完成', '跳过', '确认');
    await phone.texts('投诉', '3', '1');
    await phone.photo();
    expect(await textsOf(await phone.texts('完成', '跳过', '确认'))).toEqual(['image']);
    expect(await textsOf(done)).toEqual(['路坏了']);
  });

  it('belong to a tipoff that was just confirmed, and leave nothing with the complaints', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '5', '有人把救济粮拉走了', '完成');
    const code = /[A-Z0-9]{10}/u.exec((await phone.text('确认')) ?? '')?.[0] ?? '';
    expect(await phone.photo()).toContain('放在一起');
    const discipline = await town.staff('discipline', 'jw');
    expect(JSON.stringify(await discipline.get(`/tipoffs/${code}`))).toContain('"image"');
    town.clock.move(121_000);
    expect(await phone.photo()).toContain('回复 1');
  });
});
