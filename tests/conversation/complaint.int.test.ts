import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
let town: Town;
beforeAll(async () => {
  town = await startTown({ uri });
});

describe('the complaint flow', () => {
  it('goes from ① to ⑤ and gives a ticket after 确认', async () => {
    const phone = await town.resident();
    expect(await phone.text('投诉')).toContain('1 咨询');
    expect(await phone.text('3')).toContain('哪个村');
    expect(await phone.text('1')).toContain('完成');
    expect(await phone.text('村口的路坏了')).toContain('完成');
    expect(await phone.text('完成')).toContain('跳过');
    expect(await phone.text('跳过')).toContain('村口的路坏了');
    expect(await phone.text('确认')).toMatch(/\d{8}-\d{4,}/);
  });
});
