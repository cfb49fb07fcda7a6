import { describe, expect, it } from 'vitest';
import { everyText, startTown } from './town.ts';

const WORDS = '瓦窑沟西头第三根电杆歪了';

describe('what residents say, at rest', async () => {
  const town = await startTown();

  it('is not readable in inbox and conversations, and is still answered the same when it comes again', async () => {
    const openid = await town.follow();
    const first = await town.sayWhole(openid, { type: 'text', text: WORDS, msgId: '7100000000000000001' });
    const again = await town.sayWhole(openid, { type: 'text', text: WORDS, msgId: '7100000000000000001' });
    expect(first.reply).not.toBeNull();
    expect(again.reply).toEqual(first.reply);
    const all = await town.dump();
    const rows = all.get('inbox')?.filter((row) => row['openid'] === openid) ?? [];
    expect(rows.length).toBe(2);
    expect(all.get('conversations')?.some((doc) => String(doc['_id']) === openid)).toBe(true);
    for (const [name, docs] of all) expect([name, everyText(docs).includes(WORDS)]).toEqual([name, false]);
  });

  it('comes back whole: a flow goes on after every message', async () => {
    const openid = await town.follow();
    expect(await town.say(openid, '投诉')).toContain('3 投诉');
    expect(await town.say(openid, '3')).toContain('哪个村');
    expect(await town.say(openid, '1')).toContain('完成');
    await town.say(openid, '桥头的水管漏了三天');
    await town.say(openid, '完成');
    expect(await town.say(openid, '跳过')).toContain('桥头的水管漏了三天');
    expect(await town.say(openid, '确认')).toMatch(/\d{8}-\d{4}/);
  });
});
