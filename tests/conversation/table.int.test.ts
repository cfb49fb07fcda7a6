import { beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
const TICKET = /\d{8}-\d{4,}/;
let town: Town;
let dispatcher: StaffClient;
let clerk: StaffClient;
beforeAll(async () => {
  town = await startTown({ uri });
  [dispatcher, clerk] = await Promise.all([town.staff('dispatcher', 'dzb'), town.staff('clerk', 'lyz')]);
  const [editor, leader] = await Promise.all([town.staff('editor', 'dzb'), town.staff('leader')]);
  const publish = async (title: string, categoryCode: string): Promise<void> => {
    const body = { title, categoryCode, bodyHtml: '<p>符合条件的可以申请。</p>', majorDecision: false };
    const article = await editor.post<{ id: string; contentHash: string }>('/articles', body);
    await editor.post(`/articles/${article.id}/submit`);
    await leader.post(`/articles/${article.id}/approve`, { contentHash: article.contentHash });
  };
  for (let i = 1; i <= 6; i += 1)
    await publish(`低保对象公示第${i}批：一个很长的标题用来看看一条回复放不放得下`, 'cw_shjz');
});

/** A complaint from ① to its ticket. */
async function complain(phone: Phone, words = '路灯坏了'): Promise<string> {
  const done = await phone.texts('投诉', '3', '1', words, '完成', '跳过', '确认');
  return TICKET.exec(done ?? '')?.[0] ?? 'no ticket';
}

/** Accepted, assigned and answered; the answer is told. */
async function answer(ticket: string, words = '已经修好了'): Promise<void> {
  await dispatcher.post(`/complaints/${ticket}/accept`, {});
  await reassign(ticket, words);
}
async function reassign(ticket: string, words: string): Promise<void> {
  await dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'lyz' });
  await clerk.post(`/complaints/${ticket}/answer`, { text: words });
  await town.sweep('notices.send');
}
const view = (
  ticket: string,
): Promise<{
  status: string;
  rating?: { stars: number; text: string };
  history: { reason?: string }[];
  messages: { type: string; text?: string }[];
}> => dispatcher.get(`/complaints/${ticket}`);

describe('what a resident sends outside a flow', () => {
  it.each(['帮助', '“帮助”', '帮助。'])('%s: short help with the fixed words', async (words) => {
    const reply = await (await town.resident()).text(words);
    for (const fixed of ['投诉', '查询', '最新', '订阅', '取消']) expect(reply).toContain(fixed);
  });

  it('a short text: a search with links and no offer', async () => {
    const reply = await (await town.resident()).text('低保');
    expect(reply).toContain('低保对象公示');
    expect(reply).toContain(`${town.url}/articles/`);
    expect(reply).toContain(`${town.url}/search?q=`);
    expect(reply).not.toContain('回复 1');
    const links = [...(reply ?? '').matchAll(/<a href="([^"]+)">([^<]+)<\/a>/gu)];
    expect(links.length).toBeGreaterThanOrEqual(5);
    expect(links[0]?.[2]).toContain('低保对象公示');
    // No bare address stands between the titles.
    expect((reply ?? '').replace(/<a href="[^"]+">/gu, '')).not.toContain('http');
    for (const [, url = ''] of links) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
  });

  it('a text of 8 characters: a search and the offer; 1 asks only for village and 确认', async () => {
    const phone = await town.resident();
    expect(await phone.text('一二三四五六七')).not.toContain('回复 1');
    expect(await phone.text('水渠堵了没人来管')).toContain('回复 1');
    expect(await phone.text('第一个')).toContain('哪个村');
    const summary = await phone.text('2');
    expect(summary).toContain('水渠堵了没人来管');
    expect(summary).toContain('由工作人员确定');
    const ticket = TICKET.exec((await phone.text('确认')) ?? '')?.[0] ?? '';
    expect(await view(ticket)).toMatchObject({ kind: null, messages: [{ type: 'text', text: '水渠堵了没人来管' }] });
  });

  it('two sentences, one after the other: 1 takes up both', async () => {
    const phone = await town.resident();
    await phone.texts('水渠上游也堵了', '水渠堵了没人来管', '1');
    const summary = await phone.text('1');
    expect(summary).toContain('水渠上游也堵了 水渠堵了没人来管');
  });

  it.each(['photo', 'voice', 'place'] as const)('a %s: offered as the start of a complaint', async (kind) => {
    const phone = await town.resident();
    expect(await phone[kind]()).toContain('回复 1');
    expect(await phone.text('１')).toContain('哪个村');
    expect(await phone.text('1')).toMatch(/附件：1 (张照片|段语音|个位置)/u);
    expect(await phone.text('确认')).toMatch(TICKET);
  });

  it('a photo and then words: one complaint with both', async () => {
    const phone = await town.resident();
    await phone.photo();
    await phone.texts('水渠堵了没人来管', '1');
    const summary = await phone.text('1');
    expect(summary).toContain('1 张照片');
    expect(summary).toContain('水渠堵了');
  });

  it('an emergency: the numbers first, and the words are offered', async () => {
    const phone = await town.resident();
    const reply = await phone.text('着火了');
    expect(reply).toMatch(/^有危险.*\n火警 119/u);
    expect(reply).toContain('回复 1');
    await phone.text('1');
    expect(await phone.text('1')).toContain('着火了');
  });

  it.each([
    ['谢谢', '不客气'],
    ['好的', '好的'],
    ['您好', '您好'],
    ['8', '没有看懂'],
    ['转人工', '12345'],
    ['请问你们几点上班', '工作日'],
    ['请问你们几点上班', '回复 1'],
    ['没有这种消息', '没有找到'],
    ['', '投诉'],
  ])('%j → …%s…', async (words, said) => {
    expect(await (await town.resident()).text(words)).toContain(said);
  });

  it('最新 ≡ LATEST, a category name ≡ its key', async () => {
    const phone = await town.resident();
    const latest = await phone.text('最新');
    expect(latest).toContain('低保对象公示第6批');
    expect(await phone.click('LATEST')).toBe(latest);
    const name = town.config.categories.find(({ code }) => code === 'cw_shjz')?.name ?? '';
    const category = await phone.text(name);
    expect(category).toContain('低保对象公示');
    expect(await phone.click('CATEGORY_cw_shjz')).toBe(category);
    expect(await phone.click('CATEGORY_none')).toContain('投诉');
  });
});

describe('the own tickets', () => {
  it('查询, 我的投诉, COMPLAINT_MINE: the last five; 查询 <ticket>: status, unit, due date, answers', async () => {
    const phone = await town.resident();
    expect(await phone.text('查询')).toContain('还没有交过');
    const tickets: string[] = [];
    for (let i = 0; i < 6; i += 1) tickets.push(await complain(phone));
    const mine = (await phone.text('查询')) ?? '';
    for (const ticket of tickets.slice(1)) expect(mine).toContain(`${ticket} 投诉 已收到`);
    expect(mine).not.toContain(tickets[0]);
    expect(await phone.text('我的投诉')).toBe(mine);
    expect(await phone.click('COMPLAINT_MINE')).toBe(mine);
    const ticket = tickets[5] ?? '';
    expect(await phone.text(`查询 ${ticket}`)).toMatch(/已收到[^]*还没有交给哪个站所[^]*还没有答复/u);
    await answer(ticket, '灯泡已经换了');
    expect(await phone.text(`查询 ${ticket}`)).toMatch(/已答复[^]*林业站[^]*灯泡已经换了/u);
  });

  it('a ticket of somebody else is unknown, to look at, to rate and to reopen', async () => {
    const ticket = await complain(await town.resident());
    const stranger = await town.resident();
    for (const words of [`查询 ${ticket}`, `评价 ${ticket} 5`, `重办 ${ticket} 没办好`]) {
      expect(await stranger.text(words)).toContain('没有找到受理号');
    }
    expect((await view(ticket)).status).toBe('received');
  });

  it('评价 once, with the words', async () => {
    const phone = await town.resident();
    const ticket = await complain(phone);
    expect(await phone.text(`评价 ${ticket} 5`)).toContain('还没有答复');
    await answer(ticket);
    expect(await phone.text(`评价 ${ticket} ４ 还可以`)).toContain('4 分');
    expect(await phone.text(`评价 ${ticket} 1`)).toContain('已经打过分');
    expect((await view(ticket)).rating).toMatchObject({ stars: 4, text: '还可以' });
    expect(await phone.text('评价')).toContain('评价 受理号 分数');
  });

  it('重办 within the period, and not after it', async () => {
    const phone = await town.resident();
    const [first, second] = [await complain(phone), await complain(phone)];
    await answer(first);
    await answer(second);
    expect(await phone.text(`重办 ${first} 还没修好`)).toContain('重新办理');
    expect((await view(first)).history.at(-1)?.reason).toBe('还没修好');
    town.clock.move(16 * 86_400_000);
    expect(await phone.text(`重办 ${second} 还没修好`)).toContain('不能重办');
    town.clock.move(-16 * 86_400_000);
  });
});

describe('after an answer was told', () => {
  it('a bare number rates it', async () => {
    const phone = await town.resident();
    const ticket = await complain(phone);
    await answer(ticket);
    expect((await phone.inbox()).some((line) => line.text?.includes('已经修好了'))).toBe(true);
    expect(await phone.text('五')).toContain('5 分');
    expect((await view(ticket)).rating?.stars).toBe(5);
  });

  it('a bare 重办 reopens it, and what follows is added as the reason', async () => {
    const phone = await town.resident();
    const ticket = await complain(phone);
    await answer(ticket);
    const reply = await phone.text('重办');
    expect(reply).toContain('重新办理');
    expect(reply).toContain('哪里没办好');
    expect(await phone.text('灯还是不亮')).toContain(ticket);
    expect(await phone.photo()).toContain(ticket);
    await phone.text('完成');
    const complaint = await view(ticket);
    expect(complaint.status).toBe('reopened');
    expect(complaint.messages.map(({ type }) => type)).toEqual(['text', 'text', 'image']);
    await reassign(ticket, '又修了一次');
    expect(await phone.text('重办 灯又灭了')).toContain('重新办理');
  });

  it('a rating wins over an older offer, an offer over an older answer', async () => {
    const phone = await town.resident();
    const ticket = await complain(phone);
    await phone.text('水渠堵了没人来管');
    town.clock.move(1_000);
    await answer(ticket);
    expect(await phone.text('1')).toContain('1 分');
    town.clock.move(1_000);
    await phone.text('水渠堵了没人来管');
    expect(await phone.text('1')).toContain('哪个村');
  });

  it('until another flow begins', async () => {
    const phone = await town.resident();
    const ticket = await complain(phone);
    await answer(ticket);
    town.clock.move(1_000);
    await phone.texts('订阅', '取消');
    expect(await phone.text('5')).toContain('没有看懂');
    expect(await phone.text('重办')).toContain('重办 受理号');
    expect((await view(ticket)).rating).toBeUndefined();
  });
});

describe('a complaint that staff entered', () => {
  const enter = async (): Promise<string> => {
    const body = { kind: 'help', villageCode: 'v01', text: '水管爆了', phone: '13800005678', source: 'phone' };
    return (await dispatcher.post<{ ticket: string }>('/complaints', body)).ticket;
  };

  it('is followed by its ticket and the last four digits of the phone', async () => {
    const ticket = await enter();
    const phone = await town.resident();
    expect(await phone.text(`查询 ${ticket}`)).toContain('没有找到');
    expect(await phone.text(`查询 ${ticket} 0000`)).toContain('对不上');
    expect(await phone.text(`查询 ${ticket} 5678`)).toContain('有答复会发给您');
    expect(await phone.text('查询')).toContain(ticket);
    await answer(ticket, '水管已经换了');
    expect((await phone.inbox()).some((line) => line.text?.includes('水管已经换了'))).toBe(true);
    expect(await (await town.resident()).text(`查询 ${ticket} 5678`)).toContain('对不上');
  });

  it('gives its phone away to nobody who guesses: few tries a person and a ticket', async () => {
    const ticket = await enter();
    for (const _person of [1, 2]) {
      const phone = await town.resident();
      for (let i = 0; i < 5; i += 1) expect(await phone.text(`查询 ${ticket} 111${i}`)).toContain('对不上');
      expect(await phone.text(`查询 ${ticket} 5678`)).toContain('次数太多');
    }
    expect(await (await town.resident()).text(`查询 ${ticket} 5678`)).toContain('次数太多');
    town.clock.move(86_400_000);
    expect(await (await town.resident()).text(`查询 ${ticket} 5678`)).toContain('有答复会发给您');
    town.clock.move(-86_400_000);
  });
});

describe('following', () => {
  it('answers with a welcome; a QR scene sets the village', async () => {
    const phone = await town.resident({ follow: false });
    expect(await phone.follow()).toContain(town.config.town.account);
    const other = await town.resident({ follow: false });
    expect(await other.follow('village_v03')).toContain('示例三村');
    expect(await other.scan('village_v04')).toContain('示例四村');
    expect(await other.scan('nonsense')).toContain('投诉');
  });

  it.each(['订阅', 'SETTINGS'])('%s: the village by number', async (words) => {
    const phone = await town.resident({ follow: false });
    await phone.follow();
    expect(await (words === '订阅' ? phone.text(words) : phone.click(words))).toContain('1 示例一村');
    const wrong = await phone.text('没有的');
    expect(wrong).toContain('比如：1');
    expect(wrong).toContain('取消');
    expect(await phone.text('0')).toContain('10 示例十村');
    expect(await phone.text('十二')).toContain('示例十二村');
    const { items } = await dispatcher
      .get<{ items?: unknown }>('/subscribers/summary')
      .then((summary) => ({ items: summary }));
    expect(JSON.stringify(items)).toContain('v12');
  });

  it('unsubscribing ends what was being said', async () => {
    const phone = await town.resident({ follow: false });
    await phone.follow();
    await phone.texts('投诉', '3', '1', '路坏了');
    town.clock.move(2_000);
    await phone.unfollow();
    town.clock.move(2_000);
    await phone.follow();
    expect(await phone.text('取消')).toContain('没有要取消的');
  });
});
