import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../support/stores.ts';
import { startTown, type Town } from '../../support/town.ts';

const { uri } = testDatabase();
let town: Town;
beforeAll(async () => {
  town = await startTown({ uri });
  const [editor, leader] = await Promise.all([town.staff('editor', 'dzb'), town.staff('leader')]);
  const publish = async (title: string, villageCode?: string): Promise<void> => {
    const body = { title, categoryCode: 'cw_shjz', bodyHtml: '<p>请大家互相转告。</p>', majorDecision: false };
    const article = await editor.post<{ id: string; contentHash: string }>('/articles', {
      ...body,
      ...(villageCode === undefined ? {} : { villageCode }),
    });
    await editor.post(`/articles/${article.id}/submit`);
    await leader.post(`/articles/${article.id}/approve`, { contentHash: article.contentHash });
  };
  await publish('示例五村低保对象公示', 'v05');
  for (const title of [
    '低保对象公示第一批',
    '低保对象公示第二批',
    '残疾人两项补贴发放',
    '农村危房改造公告',
    '城乡居民医保缴费通知',
    '<低保>政策&问答',
  ])
    await publish(title);
});

describe('a search as people ask', () => {
  it.each([
    ['这个月低保名单', '低保对象公示'],
    ['今年的低保名单公布了吗', '低保对象公示'],
    ['2026年3月低保', '低保对象公示'],
    ['你好，我想问一下低保怎么申请', '低保对象公示'],
    ['最低生活保障', '低保对象公示'],
    ['合作医疗怎么交', '医保缴费'],
    ['残疾证补助发了没', '残疾人两项补贴'],
    ['危旧房改造补助标准', '危房改造'],
  ])('%s finds %s', async (words, title) => {
    expect(await (await town.resident()).text(words)).toContain(title);
  });

  it('what nobody wrote about is not found, with a friendly word', async () => {
    expect(await (await town.resident()).text('火星基地')).toMatch(/没有找到/u);
  });

  it('links are titles; a title cannot break its tag', async () => {
    const reply = (await (await town.resident()).text('低保政策问答')) ?? '';
    expect(reply).toMatch(/<a href="http[^"]+\/articles\/[0-9a-f]{24}">＜低保＞政策&问答<\/a>/u);
    expect(reply.replace(/<a href="[^"]+">/gu, '')).not.toContain('http');
  });

  it('puts the own village first, and 只看本村 shows nothing else', async () => {
    const phone = await town.resident();
    expect(await phone.text('只看本村')).toMatch(/还不知道您是哪个村的[^]*1 示例一村/u);
    expect(await phone.text('示例五村')).toContain('示例五村');
    expect(await phone.text('低保')).toMatch(/1\. <a href="[^"]+">示例五村低保对象公示/u);
    const latest = await phone.text('最新');
    expect(latest).toMatch(
      /^示例五村最新的消息：\n1\. <a href="[^"]+">示例五村低保对象公示[^]*全镇最新的消息[^]*只看本村/u,
    );
    const own = (await phone.text('只看本村')) ?? '';
    expect(own).toContain('示例五村低保对象公示');
    expect(own).not.toContain('第一批');
  });
});

describe('查询 with one ticket', () => {
  it('shows that ticket', async () => {
    const phone = await town.resident();
    const done = await phone.texts('投诉', '3', '1', '路灯坏了', '完成', '跳过', '确认');
    const ticket = /\d{8}-\d{4,}/u.exec(done ?? '')?.[0] ?? 'none';
    expect(await phone.text('看办到哪一步了')).toMatch(
      new RegExp(`^${ticket} 投诉 已收到[^]*还没有交给哪个站所[^]*还没有答复`, 'u'),
    );
  });
});
