import { beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../../support/phone.ts';
import type { StaffClient } from '../../support/staff-client.ts';
import { testDatabase } from '../../support/stores.ts';
import { startTown, type Town } from '../../support/town.ts';

const { uri } = testDatabase();
const TICKET = /\d{8}-\d{4,}/;
let town: Town;
let dispatcher: StaffClient;
let clerk: StaffClient;
beforeAll(async () => {
  town = await startTown({
    uri,
    limits: { sessionHours: 10_000, rate: { perOpenidPerMinute: 10_000, perIpPerMinute: 100_000 } },
  });
  [dispatcher, clerk] = await Promise.all([town.staff('dispatcher', 'dzb'), town.staff('clerk', 'lyz')]);
});

interface View {
  readonly status: string;
  readonly kind: string | null;
  readonly villageCode: string;
  readonly phone: string | null;
  readonly rating?: { stars: number; text: string };
  readonly history: { reason?: string }[];
  readonly messages: { type: string; text?: string }[];
}
const view = (ticket: string): Promise<View> => dispatcher.get(`/complaints/${ticket}`);
const ticketIn = (reply: string | null): string => TICKET.exec(reply ?? '')?.[0] ?? `no ticket in ${reply}`;
const textsOf = async (ticket: string): Promise<(string | undefined)[]> =>
  (await view(ticket)).messages.map(({ type, text }) => text ?? type);
const at = async (...said: string[]): Promise<Phone> => {
  const phone = await town.resident();
  await phone.texts(...said);
  return phone;
};
/** A complaint of `phone`, answered and told. */
async function answered(phone: Phone, words = '路灯坏了'): Promise<string> {
  const ticket = ticketIn(await phone.texts('投诉', '3', '1', words, '完成', '跳过', '确认'));
  await dispatcher.post(`/complaints/${ticket}/accept`, {});
  await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'lyz' });
  await clerk.post(`/complaints/${ticket}/answer`, { text: '已经修好了' });
  await town.sweep('notices.send');
  town.clock.move(1_000);
  return ticket;
}

describe('nothing that is said is thrown away', () => {
  it('the matter told at ①, ②, ④ and ⑤, however short, stands on the ticket, in order', async () => {
    const phone = await at('投诉');
    const said = [
      '我家门口的路灯坏了半个月没人修，天黑老人摔了一跤',
      '在桥头东边',
      '就是村口那个路灯，晚上老人看不见',
      '在小学旁边',
    ];
    expect(await phone.text(said[0] ?? '')).toMatch(/会一起交[^]*1 咨询/u);
    await phone.text('3');
    expect(await phone.text(said[1] ?? '')).toMatch(/会一起交[^]*1 示例一村/u);
    await phone.texts('1', '完成');
    expect(await phone.text(said[2] ?? '')).toMatch(/会一起交[^]*跳过/u);
    await phone.text('跳过');
    expect(await phone.text(said[3] ?? '')).toMatch(/会一起交[^]*在小学旁边[^]*确认/u);
    expect(await textsOf(ticketIn(await phone.text('确认')))).toEqual(said);
  });

  it('a sentence at ② that names the village chooses it and is kept', async () => {
    const phone = await at('投诉', '3');
    const reply = await phone.text('示例二村的路灯坏了半个月没人修');
    expect(reply).toContain('示例二村');
    expect(reply).toContain('1 条');
    const ticket = ticketIn(await phone.texts('完成', '跳过', '确认'));
    expect(await view(ticket)).toMatchObject({
      villageCode: 'v02',
      messages: [{ text: '示例二村的路灯坏了半个月没人修' }],
    });
  });

  it('two sentences and then 1 are both in it; a sentence and then 投诉 comes along', async () => {
    const two = await at('我家门口的路灯坏了半个月', '老人晚上摔了一跤没人管', '1', '1');
    expect(await textsOf(ticketIn(await two.text('确认')))).toEqual([
      '我家门口的路灯坏了半个月',
      '老人晚上摔了一跤没人管',
    ]);
    const one = await at('我家门口的路灯坏了半个月', '投诉', '3', '1');
    expect(await textsOf(ticketIn(await one.texts('完成', '跳过', '确认')))).toEqual(['我家门口的路灯坏了半个月']);
    const headed = await at('投诉：村口垃圾没人清');
    expect(await textsOf(ticketIn(await headed.texts('1', '完成', '跳过', '确认')))).toEqual(['投诉：村口垃圾没人清']);
  });

  it('short words that go on with an offered sentence are in it too', async () => {
    const phone = await at('水渠堵了没人来管', '地里都旱了', '对', '1');
    expect(await textsOf(ticketIn(await phone.text('确认')))).toEqual(['水渠堵了没人来管', '地里都旱了']);
  });

  it('a short word of trouble is offered too', async () => {
    const phone = await town.resident();
    for (const words of ['路灯坏了', '没水了'])
      expect([words, await phone.text(words)]).toEqual([words, expect.stringContaining('回复 1')]);
    for (const words of ['低保', '医保'])
      expect([words, await phone.text(words)]).toEqual([words, expect.not.stringContaining('回复 1')]);
  });

  it('what comes minutes after the ticket is offered to join it', async () => {
    const phone = await at('投诉', '3', '1', '路灯坏了', '完成', '跳过');
    const ticket = ticketIn(await phone.text('确认'));
    const offer = await phone.text('忘了说在小学旁边');
    expect(offer).toContain(ticket);
    expect(offer).not.toContain('没有找到');
    expect(await phone.text('是的')).toContain(`加到 ${ticket}`);
    expect(await textsOf(ticket)).toEqual(['路灯坏了', '忘了说在小学旁边']);
    town.clock.move(11 * 60_000);
    expect(await phone.text('忘了说还有一个灯也坏了')).not.toContain(ticket);
  });

  it('words that end ③ with content before them keep it; a word that may be both is asked back and kept', async () => {
    const phone = await at('投诉', '3', '1');
    expect(await phone.text('路灯坏了，说完了')).toContain('跳过');
    expect(await textsOf(ticketIn(await phone.texts('跳过', '确认')))).toEqual(['路灯坏了，说完了']);
    const other = await at('投诉', '3', '1', '路灯坏了');
    expect(await other.text('谢谢')).toContain('是说完了吗');
    expect(await other.text('还有水管也坏了')).toContain('记下了');
    expect(await other.text('没有')).toContain('是说完了吗');
    expect(await other.text('1')).toContain('跳过');
    expect(await textsOf(ticketIn(await other.texts('没有', '是')))).toEqual(['路灯坏了', '谢谢', '还有水管也坏了']);
  });

  it('cancelled by other words than 取消 it is over, and a yes goes on with it', async () => {
    for (const words of ['算了', '不办了', '不投诉了', '退出', '取消吧']) {
      const phone = await at('投诉', '3', '1', '路灯坏了');
      expect([words, await phone.text(words)]).toEqual([words, expect.stringContaining('已取消')]);
      expect(await phone.text('查询')).toContain('还没有交过');
      expect(await phone.text('取消')).toContain('没有要取消的');
    }
    const phone = await at('投诉', '3', '1', '路灯坏了', '算了');
    expect(await phone.text('1')).toContain('接着来');
    expect(await textsOf(ticketIn(await phone.texts('完成', '跳过', '确认')))).toEqual(['路灯坏了']);
  });

  it('what was told before 5 goes into the tipoff', async () => {
    const phone = await at('投诉', '村干部把低保给了他亲戚', '5', '完成');
    const code = /[A-Z0-9]{10}/u.exec((await phone.text('确定')) ?? '')?.[0] ?? '';
    const discipline = await town.staff('discipline', 'jw');
    expect(JSON.stringify(await discipline.get(`/tipoffs/${code}`))).toContain('村干部把低保给了他亲戚');
  });
});

describe('the telephone', () => {
  it.each([
    ['我的电话是13800001111（我儿子的）', '13800001111', /138\*{4}1111.*儿子/u],
    ['\u202d138 0000 1111\u202c', '13800001111', /^$/u],
    ['0954-5012345转8', '09545012345', /分机 8/u],
    ['13800001111/13900002222', '13800001111', /13900002222/u],
  ])('%s', async (text, number, kept) => {
    const phone = await at('投诉', '3', '1', '路灯坏了', '完成');
    expect(await phone.text(text)).toContain(`****${number.slice(-4)}`);
    const complaint = await view(ticketIn(await phone.text('对')));
    expect(complaint.phone).toBe(number);
    const words = complaint.messages.slice(1).map(({ text: own }) => own ?? '');
    expect(words.join()).toMatch(kept);
    expect(words.join()).not.toContain(number);
  });

  it('村子错了 at ⑤ asks for the village again', async () => {
    const phone = await at('投诉', '3', '1', '路灯坏了', '完成', '跳过');
    expect(await phone.text('村子错了')).toContain('1 示例一村');
    expect(await phone.text('五村')).toContain('村子：示例五村');
  });

  it('is none where it cannot exist, and may come or be put right at ⑤', async () => {
    const phone = await at('投诉', '3', '1', '路灯坏了', '完成');
    expect(await phone.text('0954-5012345-8')).toContain('号码不对');
    expect(await phone.text('不想留')).toContain('没有留');
    expect(await phone.text('电话是13800001111')).toContain('138****1111');
    expect(await phone.text('电话错了')).toContain('电话号码');
    expect(await phone.text('13900002222')).toContain('139****2222');
    expect(await phone.text('不对')).toContain('哪里不对');
    expect(await phone.text('2')).toContain('1 示例一村');
    expect(await phone.text('示例五村')).toContain('示例五村');
    expect(await view(ticketIn(await phone.text('没问题')))).toMatchObject({
      phone: '13900002222',
      villageCode: 'v05',
    });
  });
});

describe('never led astray', () => {
  it('no number alone is ever the only way, and a lost person hears of somebody to call', async () => {
    const phone = await at('投诉');
    for (const words of ['不知道选啥', '看不懂', '99']) {
      const reply = (await phone.text(words)) ?? '';
      expect(reply).not.toContain('请只回复');
      expect(reply).toMatch(/1 咨询|咨询.*求助.*投诉/u);
    }
    expect(await phone.text('还是不会')).toContain('12345');
  });

  it.each(['确认取消', '取消，确认', '不对，确认'])(
    '%s at ⑤ is asked back: neither handed in nor dropped',
    async (words) => {
      const phone = await at('投诉', '3', '1', '路灯坏了', '完成', '跳过');
      const reply = await phone.text(words);
      expect(reply).not.toMatch(TICKET);
      expect(reply).toMatch(/交上去[^]*不交了/u);
      expect(await phone.text('确认')).toMatch(TICKET);
    },
  );

  it('a ticket named in any dress is the one that is reopened', async () => {
    const dresses = [
      '重办 受理号# 路没修好',
      '重办：# 路没修好',
      '重办受理号：#',
      '重办（#）没修好',
      '我要重办#',
      '# 重办',
      '请重办受理号#，还没修好',
    ];
    const phone = await town.resident();
    for (const dress of dresses) {
      const [first, second] = [await answered(phone, '路坏了'), await answered(phone, '灯坏了')];
      expect([dress, await phone.text(dress.replace('#', first))]).toEqual([
        dress,
        expect.stringContaining(`${first} 重新办理`),
      ]);
      expect([(await view(first)).status, (await view(second)).status]).toEqual(['reopened', 'answered']);
      await phone.texts('完成', `评价 ${second} 5`);
    }
  }, 120_000);

  it('what may mean another is asked: half a ticket, or 重办 alone after two answers', async () => {
    const phone = await town.resident();
    const [first, second] = [await answered(phone, '路坏了'), await answered(phone, '灯坏了')];
    for (const words of ['重办 0001 没修好', '重办 受理号20261128', '重办', `重办 ${first}和${second}`]) {
      expect([words, await phone.text(words)]).toEqual([words, expect.stringMatching(/哪一件|受理号/u)]);
      expect([(await view(first)).status, (await view(second)).status]).toEqual(['answered', 'answered']);
    }
  });
});

describe('after two answers', () => {
  it('不满意 is asked which, and the words are the reason of the one that is named then', async () => {
    const phone = await town.resident();
    const [first, second] = [await answered(phone, '路坏了'), await answered(phone, '灯坏了')];
    const reply = await phone.text('没修好，路还是烂的');
    expect(reply).toContain(`重办 ${first}（路坏了）`);
    expect(reply).toContain(`重办 ${second}（灯坏了）`);
    expect(await phone.text(`重办 ${first}（路坏了）`)).toContain(`${first} 重新办理`);
    expect((await view(first)).history.at(-1)?.reason).toContain('没修好，路还是烂的');
    expect((await view(second)).status).toBe('answered');
  });
});

describe('after an answer', () => {
  it.each(['不满意', '没修好', '没人来', '没办好，还是漏水', '路灯还没修好'])(
    '%s: 重办 is offered, and takes these words for its reason',
    async (words) => {
      const phone = await town.resident();
      const ticket = await answered(phone);
      const reply = await phone.text(words);
      expect(reply).toContain('回复：重办');
      expect(reply).not.toContain('没有找到');
      expect((await view(ticket)).status).toBe('answered');
      expect(await phone.text('重办')).toContain(`${ticket} 重新办理`);
      expect((await view(ticket)).history.at(-1)?.reason).toBe(words);
    },
  );

  it.each([
    ['满意', 5],
    ['非常满意，谢谢', 5],
    ['打5分', 5],
    ['满意5', 5],
    ['4分，还可以', 4],
    ['1分，没修好', 1],
    ['五', 5],
  ])('%s: %i stars', async (words, stars) => {
    const phone = await town.resident();
    const ticket = await answered(phone);
    expect(await phone.text(words)).toContain(`${stars} 分`);
    expect((await view(ticket)).rating?.stars).toBe(stars);
  });

  it('what is unclear is asked back; after a bad rating a bare 重办 means that one', async () => {
    const phone = await town.resident();
    const first = await answered(phone, '路坏了');
    const second = await answered(phone, '灯坏了');
    expect(await phone.text('基本满意')).toContain('1 到 5');
    expect(await phone.text(`评价 ${first} 1`)).toMatch(/回复：重办$/u);
    expect(await phone.text('重办')).toContain(`${first} 重新办理`);
    expect((await view(second)).status).toBe('answered');
  });
});

describe('the placeholder of what the phone cannot send', () => {
  const PLACEHOLDERS = [
    '【收到不支持的消息类型，暂无法显示】',
    '[Unsupported Message]',
    '[收到不支持的消息类型，暂无法显示]',
  ];
  it.each(PLACEHOLDERS)('%s is never searched for, offered or kept', async (words) => {
    const phone = await town.resident();
    expect(await phone.text(words)).toContain('看不了');
    expect(await phone.text('1')).toContain('没有看懂');
    await phone.texts('投诉', '3', '1');
    expect(await phone.text(words)).toContain('看不了');
    expect(await phone.text('完成')).toContain('还没有收到');
    await phone.texts('路坏了', '完成', '跳过');
    expect(await phone.text(words)).toContain('看不了');
    expect(await textsOf(ticketIn(await phone.text('确认')))).toEqual(['路坏了']);
    await phone.texts('投诉', '5');
    expect(await phone.text(words)).toContain('看不了');
    expect(await phone.text('完成')).toContain('还没有收到');
  });

  it('a quoted sentence of ours is cut off', async () => {
    const quoted = (answer: string): string =>
      `「示例公众号：对，就回复：确认」\n- - - - - - - - - - - - - - -\n${answer}`;
    const phone = await at('投诉', quoted('3'), quoted('1'), quoted('路灯坏了'), quoted('完成'), quoted('跳过'));
    expect(await textsOf(ticketIn(await phone.text(quoted('确认'))))).toEqual(['路灯坏了']);
  });
});

describe('bad input', () => {
  it('2,000 characters of smileys are kept nowhere and answered everywhere', async () => {
    const smileys = '[微笑]'.repeat(500);
    const phone = await town.resident();
    for (const step of ['投诉', '3', '1', '路坏了', '完成', '跳过', '确认']) {
      expect([step, await phone.text(smileys)]).toEqual([step, expect.stringMatching(/\S/u)]);
      if (step === '完成') await phone.text('完成');
      else await phone.text(step);
      if (step === '路坏了') await phone.text('完成');
    }
    const mine = await phone.text('查询');
    expect(JSON.stringify(await view(ticketIn(mine)))).not.toContain('微笑');
  });
});
