import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';
import { everyText, rawDocuments } from './raw.ts';

describe('what residents say, at rest', { timeout: 60_000 }, () => {
  const { uri } = testDatabase();
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ uri });
  });

  it('is not readable in inbox and conversations, and is still answered the same when it comes again', async () => {
    const words = '瓦窑沟西头第三根电杆歪了';
    const phone = await town.resident();
    const said = { type: 'text', text: words, msgId: '7100000000000000001' };
    const first = await phone.say(said);
    const again = await phone.say(said);
    expect(first.reply).not.toBeNull();
    expect(again.reply).toEqual(first.reply);
    const all = await rawDocuments(town);
    expect(all.get('inbox')?.filter((row) => row['openid'] === phone.openid)).toHaveLength(1);
    expect(all.get('conversations')?.some((doc) => String(doc['_id']) === phone.openid)).toBe(true);
    for (const [name, docs] of all) expect([name, everyText(docs).includes(words)]).toEqual([name, false]);
  });

  it('comes back whole: a flow goes on after every message', async () => {
    const phone = await town.resident();
    expect(await phone.texts('投诉', '3', '1')).toContain('完成');
    await phone.texts('桥头的水管漏了三天', '完成');
    expect(await phone.text('跳过')).toContain('桥头的水管漏了三天');
    expect(await phone.text('确认')).toMatch(/\d{8}-\d{4}/);
  });
});
