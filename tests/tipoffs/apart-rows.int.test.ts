import type { Document } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSigner } from '../../src/platform/sealing/index.ts';
import type { Phone } from '../support/phone.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const { uri } = testDatabase();
const HOUR_MS = 3_600_000;
const CODE = /[A-Z0-9]{10}/u;
let town: Town;
beforeAll(async () => {
  town = await startTown({ uri, sandbox: { verified: false } });
  // Not at the turn of an hour, where an exact time would look like a coarse one.
  const past = town.clock.now().getTime() % HOUR_MS;
  town.clock.move(past < 60_000 || past > HOUR_MS - 600_000 ? 1_200_000 : 0);
});

const inbox = () => town.app.mongo.work.collection('inbox');
const pseudonymOf = ({ openid }: Phone): string =>
  `~${createSigner({ current: town.config.env.SECRET_KEY }, 'inbox').sign(openid)}`;
const ordinary = ({ openid }: Phone) => inbox().countDocuments({ openid });
const apart = (phone: Phone) =>
  inbox()
    .find({ openid: pseudonymOf(phone) })
    .toArray() as Promise<Document[]>;

/** Everything of a row apart but its key and its sealed reply. */
function expected(phone: Phone) {
  const hour = new Date(Math.floor(town.clock.now().getTime() / HOUR_MS) * HOUR_MS);
  return {
    openid: pseudonymOf(phone),
    kind: 'message',
    type: 'text',
    message: null,
    receivedAt: hour,
    source: 'webhook',
    state: 'done',
    after: [],
    lease: null,
    attempts: 1,
    doneAt: null,
    anonymised: false,
    forgetAt: new Date(hour.getTime() + 72 * HOUR_MS),
  };
}

/** The one row that a step added, which must be a row apart and nothing else. */
async function added(phone: Phone, step: () => Promise<string | null>): Promise<{ row: Document; answer: string }> {
  const before = { ordinary: await ordinary(phone), keys: new Set((await apart(phone)).map((row) => row['_id'])) };
  const answer = (await step()) ?? '';
  expect(await ordinary(phone)).toBe(before.ordinary);
  const rows = (await apart(phone)).filter((row) => !before.keys.has(row['_id']));
  expect(rows).toHaveLength(1);
  const { _id, reply, ...row } = rows[0] ?? {};
  expect(String(reply)).toMatch(/^v1\./);
  return { row, answer };
}

describe('the row of each message of a tipoff', () => {
  it('keeps a pseudonym and the hour, from the choice of 5 to the answer of its code', async () => {
    const phone = await town.resident();
    await phone.text('投诉');
    const words = '示例村的救济粮少发了';
    for (const step of ['5', words, '完成']) {
      expect((await added(phone, () => phone.text(step))).row).toEqual(expected(phone));
    }
    const confirmed = await added(phone, () => phone.text('确认'));
    expect(confirmed.row).toEqual(expected(phone));
    expect((await added(phone, () => phone.photo())).row).toEqual(expected(phone));
    const code = CODE.exec(confirmed.answer)?.[0] ?? '';
    const found = await added(phone, () => phone.text(`查询 ${code}`));
    expect(found.answer).toContain('已收到');
    expect(found.row).toEqual(expected(phone));
    // A code that is none leads to nobody either: who asks is as silent.
    expect((await added(phone, () => phone.text('查询 AAAAAAAAAA'))).row).toEqual(expected(phone));
  });

  it('is the same where notices wait for the resident, and its answer carries none of them', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1', '路坏了');
    town.clock.move(8 * 24 * HOUR_MS);
    await town.sweep('conversation.drop');
    await town.sweep('notices.send');
    const { row, answer } = await added(phone, () => phone.text('查询 AAAAAAAAAA'));
    expect(row).toEqual(expected(phone));
    expect(answer).not.toContain('没有提交');
    // It waited all the time.
    expect(await phone.text('帮助')).toContain('没有提交');
    await phone.text('投诉');
    expect((await added(phone, () => phone.text('5'))).answer).not.toContain('没有提交');
  });

  it('also in the middle of the flow', async () => {
    const phone = await town.resident();
    await phone.texts('投诉', '3', '1', '路坏了');
    town.clock.move(8 * 24 * HOUR_MS);
    await town.sweep('conversation.drop');
    await phone.texts('投诉', '5');
    await town.sweep('notices.send');
    expect((await added(phone, () => phone.text('示例村的账没有公开'))).answer).not.toContain('没有提交');
    expect(await phone.texts('取消', '帮助')).toContain('没有提交');
  });
});
