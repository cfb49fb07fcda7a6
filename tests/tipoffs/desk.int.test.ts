import { beforeAll, describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../src/http/index.ts';
import { everyText, rawDocuments } from '../privacy/raw.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const DAY_MS = 86_400_000;
const { uri } = testDatabase();
let town: Town;
let desk: StaffClient;

beforeAll(async () => {
  town = await startTown({ uri, limits: { sessionHours: 1_000_000 } });
  desk = await town.staff('discipline');
});

/** A resident with one tipoff, and its code, which only the discipline office can tell us. */
async function planted(send: (phone: Phone) => Promise<unknown>): Promise<{ phone: Phone; code: string }> {
  const phone = await town.resident();
  const known = await codes();
  await phone.texts('投诉', '5');
  await send(phone);
  await phone.texts('完成', '确认');
  const added = async (): Promise<string[]> => (await codes()).filter((code) => !known.includes(code));
  await expect.poll(added, { timeout: 20_000 }).toHaveLength(1);
  return { phone, code: (await added())[0] ?? '' };
}

async function codes(): Promise<string[]> {
  return (await desk.get<{ items: { code: string }[] }>('/tipoffs?limit=100')).items.map((item) => item.code);
}

const fromOffice = async (phone: Phone): Promise<string[]> =>
  (await phone.inbox()).flatMap((entry) => (entry.via === 'customer_service' ? [entry.text ?? ''] : []));

describe('the desk of the discipline office', { timeout: 60_000 }, () => {
  it('says of a photo that the platform no longer has that it is lost', async () => {
    const { code } = await planted((phone) => phone.photo());
    const media = async (): Promise<unknown[]> =>
      (await desk.get<{ messages: { media?: string }[] }>(`/tipoffs/${code}`)).messages.map((one) => one.media);
    expect(await media()).toEqual(['waiting']);
    await town.sweep('tipoffs.media');
    expect(await media()).toEqual(['lost']);
  });

  it('gives back a stored recording byte by byte, and keeps no byte of it readable', async () => {
    const voice = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.from('voice-of-the-witness'.repeat(50))]);
    const { code } = await planted((phone) => phone.say({ type: 'voice', base64: voice.toString('base64') }));
    await town.sweep('tipoffs.media');
    type View = { messages: { mediaId?: string }[] };
    const view = await desk.get<View>(`/tipoffs/${code}`);
    expect(view.messages).toMatchObject([{ type: 'voice', media: 'stored', contentType: 'audio/amr' }]);
    const given = await mediaAnswer(code, view.messages[0]?.mediaId ?? '');
    expect([given.type, voice.equals(given.body as Buffer)]).toEqual(['audio/amr', true]);
    const chunks = (await rawDocuments(town)).get('tipoff_media.chunks') ?? [];
    expect(everyText(chunks).length).toBeGreaterThan(voice.length);
    expect(everyText(chunks)).not.toContain('voice-of-the-witness');
  });

  it('refuses an answer longer than one reply shows, an empty one, unknown fields, and a code that is none', async () => {
    const { code } = await planted((phone) => phone.text('账目不对'));
    const status = async (path: string, body: unknown): Promise<number> =>
      (await desk.request('POST', `/tipoffs/${path}/answer`, body)).status;
    expect(await status(code, { text: '长'.repeat(421) })).toBe(400);
    expect(await status(code, { text: ' ' })).toBe(400);
    expect(await status(code, { text: '好', notify: true })).toBe(400);
    expect(await status('AAAAAAAAAA', { text: '好' })).toBe(404);
    expect(await status('$ne', { text: '好' })).toBe(404);
  });

  it('tells the holder when they write again, where nothing may be sent before', async () => {
    const { phone, code } = await planted((one) => one.text('三天以前的事'));
    town.clock.move(3 * DAY_MS);
    await desk.post(`/tipoffs/${code}/answer`, { text: '已核实' });
    await town.sweep('tipoffs.tell');
    expect(await fromOffice(phone)).toEqual([]);
    await phone.text('帮助');
    town.clock.move(60_000);
    await town.sweep('tipoffs.tell');
    await town.sweep('tipoffs.tell');
    expect(await fromOffice(phone)).toEqual([expect.stringContaining(code)]);
  });

  it('owes nothing more to a resident who has left', async () => {
    const { phone, code } = await planted((one) => one.text('走之前说的'));
    town.clock.move(3 * DAY_MS);
    await desk.post(`/tipoffs/${code}/answer`, { text: '已核实' });
    const owed = async (): Promise<number> => (await rawDocuments(town)).get('tipoff_tells')?.length ?? 0;
    const before = await owed();
    expect(before).toBeGreaterThan(0);
    await phone.unfollow();
    expect(await owed()).toBe(before - 1);
  });

  it('forgets a tipoff and its files when the days after the last answer are over', async () => {
    const { phone, code } = await planted((one) => one.say({ type: 'image' }));
    await town.sweep('tipoffs.media');
    await desk.post(`/tipoffs/${code}/answer`, { text: '已办结' });
    town.clock.move((town.config.limits.retentionDays.tipoffs - 1) * DAY_MS);
    await town.sweep('tipoffs.forget');
    expect(await codes()).toContain(code);
    town.clock.move(3 * DAY_MS);
    await town.sweep('tipoffs.forget');
    expect(await codes()).not.toContain(code);
    expect(await phone.text(`查询 ${code}`)).toContain('没有找到');
    expect((await rawDocuments(town)).get('tipoff_media.files')).toHaveLength(await storedFiles());
  });
});

/** Files that tipoffs still speak of. */
async function storedFiles(): Promise<number> {
  const views = await Promise.all(
    (await codes()).map((code) => desk.get<{ messages: { media?: string }[] }>(`/tipoffs/${code}`)),
  );
  return views.flatMap((view) => view.messages).filter((message) => message.media === 'stored').length;
}

/** What the route answers, before the shell puts it on the wire. */
async function mediaAnswer(code: string, id: string): Promise<RawAnswer> {
  const route = town.app.routes.find(({ path }) => path === '/api/v1/tipoffs/:code/media/:id');
  const caller = { id: '1'.repeat(24), username: 'jiwei', name: '示例', role: 'discipline' as const, unit: null };
  const request = { id: '1', ip: '127.0.0.1', sessionToken: null, header: () => undefined };
  return (await route?.handler({
    params: { code, id },
    query: {},
    body: {},
    caller,
    file: null,
    request,
  })) as RawAnswer;
}
