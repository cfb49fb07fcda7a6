import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../../src/staff/index.ts';
import { capturedLog, everyText, rawDocuments } from '../privacy/raw.ts';
import { testDatabase } from '../support/stores.ts';
import type { Phone } from '../support/phone.ts';
import { startTown, type Town } from '../support/town.ts';

/** Words that nothing else in the system says. */
const WORDS = '鹧鸪坪仓库的账目被涂改了七次';
const UNFINISHED = '榧子岭的石料钱进了私人口袋';
const CANCELLED = '又想说又不敢说的蒟蒻地补贴';
const ANSWER = '经初步核实，线索已转谌姓专员办理';
const MARK = 'MARK-OF-THE-PHOTO-c7e1';
const PHOTO = Buffer.concat([
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  Buffer.from(MARK),
]);
const OWN = new Set(['tipoffs', 'tipoff_tells', 'tipoff_media.files', 'tipoff_media.chunks']);
const CODE = /[A-Z0-9]{10}/;

const { uri } = testDatabase();
const { log, lines } = capturedLog();
let town: Town;
let reporter: Phone;
let other: Phone;
let code = '';
let reply = '';
let repeated = '';

/** What the test looks for everywhere. */
const secrets = (): string[] => [WORDS, UNFINISHED, CANCELLED, ANSWER, MARK, code];

const leaks = (text: string): string[] => secrets().filter((secret) => text.includes(secret));

/** An ordinary resident does the same things, in the same order, about a street lamp. */
async function complain(phone: Phone): Promise<void> {
  await phone.texts('投诉', '3', '1', '路灯坏了');
  await phone.say({ type: 'image', base64: PHOTO.subarray(0, -MARK.length).toString('base64') });
  await phone.texts('完成', '跳过', '确认');
  await phone.texts('投诉', '取消', '投诉', '3', '1', '还有一件');
}

beforeAll(async () => {
  town = await startTown({ uri, log, sandbox: { mode: 'secure' } });
  reporter = await town.resident();
  other = await town.resident();
  await complain(other);

  await reporter.texts('投诉', '5', WORDS);
  await reporter.say({ type: 'image', base64: PHOTO.toString('base64') });
  await reporter.text('完成');
  const confirmed = { type: 'text', text: '确认', msgId: '7200000000000000001' };
  const answer = await reporter.say({ ...confirmed, deliveries: 3 });
  reply = answer.reply?.type === 'text' ? answer.reply.text : '';
  code = CODE.exec(reply)?.[0] ?? '';
  const again = await reporter.say(confirmed);
  repeated = again.reply?.type === 'text' ? again.reply.text : '';

  await reporter.texts('投诉', '5', CANCELLED, '取消');
  await reporter.texts('投诉', '5', UNFINISHED);
});

describe('a planted tipoff', { timeout: 60_000 }, () => {
  it('is answered with a code, the same one however often 确认 comes', async () => {
    expect(code).toMatch(/^[34679ACDEFGHJKMNPQRTUVWXY]{10}$/);
    expect(reply).toContain('12388');
    expect(repeated).toBe(reply);
    expect((await rawDocuments(town)).get('tipoffs')).toHaveLength(1);
  });

  it('is read by the discipline office alone, whole, with its photo, and each look is audited', async () => {
    await town.sweep('tipoffs.media');
    const desk = await town.staff('discipline');
    const list = await desk.get<{ items: { code: string }[] }>('/tipoffs');
    expect(list.items.map((item) => item.code)).toEqual([code]);
    const view = await desk.get<{ messages: { text?: string; media?: string; mediaId?: string }[] }>(
      `/tipoffs/${code}`,
    );
    expect(view.messages.map((message) => message.text ?? message.media)).toEqual([WORDS, 'stored']);
    await desk.post(`/tipoffs/${code}/answer`, { text: ANSWER });
    const rows = (await rawDocuments(town)).get('audit_log') ?? [];
    const told = rows.filter((row) => String(row['action']).startsWith('tipoffs.')).map((row) => row['action']);
    expect(told).toEqual(['tipoffs.receive', 'tipoffs.list', 'tipoffs.view', 'tipoffs.answer']);
  });

  it('tells its holder that there is an answer without a word of it, and shows it to the holder alone', async () => {
    await town.sweep('tipoffs.tell');
    const told = (await reporter.inbox()).filter((entry) => entry.via === 'customer_service');
    expect(told.map((entry) => entry.text)).toEqual([expect.stringContaining(`查询 ${code}`)]);
    expect(told[0]?.text).not.toContain(ANSWER);
    // Somebody outside any flow, where the words are a question and not content.
    const stranger = await town.resident();
    expect(await stranger.text(`查询 ${code}`)).toContain('没有找到这个查询码');
    // The holder is in the middle of another one: there everything is content, so that one ends first.
    await reporter.text('取消');
    expect(await reporter.text(`查询${code.toLowerCase()}`)).toContain(ANSWER);
    await reporter.texts('投诉', '5', UNFINISHED);
  });

  it('leaves no word, photo or code in any document, its own included', async () => {
    for (const [name, docs] of await rawDocuments(town)) expect([name, leaks(everyText(docs))]).toEqual([name, []]);
  });

  it('leaves nothing by which its resident differs from one who complained about a street lamp', async () => {
    const all = await rawDocuments(town);
    for (const name of OWN) expect([name, everyText(all.get(name)).includes(reporter.openid)]).toEqual([name, false]);
    const outside = [...all].filter(([name]) => !OWN.has(name));
    const shapes = (openid: string): string[] =>
      outside.flatMap(([name, docs]) =>
        docs.filter((doc) => everyText(doc).includes(openid)).map((doc) => `${name} ${shapeOf(doc)}`),
      );
    const ordinary = new Set(shapes(other.openid));
    const mine = new Set(shapes(reporter.openid));
    expect(mine.size).toBeGreaterThan(1);
    expect([...mine].filter((shape) => !ordinary.has(shape))).toEqual([]);
  });

  it('is not to be seen by any other role: not in lists, not by its code, not in the audit', async () => {
    const paths = town.app.routes
      .filter((route) => route.method === 'get' && route.path.startsWith('/api/v1/') && !route.path.includes(':'))
      .map((route) => route.path.slice('/api/v1'.length));
    expect(paths).toEqual(expect.arrayContaining(['/complaints', '/audit', '/tipoffs', '/subscribers/summary']));
    for (const role of ROLES.filter((one) => one !== 'discipline')) {
      const desk = await town.staff(role, role === 'clerk' ? 'mzb' : undefined);
      for (const path of paths) {
        const { body } = await desk.request('GET', path);
        const text = JSON.stringify(body);
        // Names of sweeps, which always run, are all that the page about the system's health may say.
        const spoken = /tipoffs\.(?!media"|tell"|forget")\w*/.exec(text)?.[0];
        expect([role, path, leaks(text), spoken]).toEqual([role, path, [], undefined]);
      }
      expect((await desk.request('GET', '/tipoffs')).status).toBe(403);
      expect((await desk.request('GET', `/tipoffs/${code}`)).status).toBe(403);
      expect((await desk.request('POST', `/tipoffs/${code}/answer`, { text: '看看' })).status).toBe(403);
      const searched = await desk.request('GET', `/complaints?q=${encodeURIComponent(WORDS.slice(0, 4))}`);
      expect(leaks(JSON.stringify(searched.body))).toEqual([]);
    }
  });

  it('is not counted in metrics, not spoken of in the log, not in the API document', async () => {
    const metrics = await (await fetch(`${town.url}/metrics`)).text();
    expect(metrics).toContain('/wechat');
    expect([leaks(metrics), /tipoff/i.exec(metrics)?.[0]]).toEqual([[], undefined]);
    const written = lines.join('');
    expect(lines.length).toBeGreaterThan(20);
    expect([leaks(written), written.includes(reporter.openid)]).toEqual([[], false]);
    expect(lines.filter((line) => /tipoff|举报/.test(line))).toEqual([]);
    expect(leaks(await (await fetch(`${town.url}/openapi.json`)).text())).toEqual([]);
  });
});

describe('while MongoDB is away', { timeout: 60_000 }, () => {
  it('waits sealed in the spool, and its late reply is no notice', async () => {
    const late = '在停电的时候说的玳瑁色账本';
    await town.app.mongo.hot.close();
    const { reply: spooled } = await reporter.say({ type: 'text', text: late });
    expect(spooled?.type).toBe('text');
    const folder = join(town.config.env.DATA_DIR, 'spool');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    expect(files.length).toBeGreaterThan(0);
    const contents = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
    for (const text of contents) {
      expect(text.length).toBeGreaterThan(100);
      expect([text.includes(late), text.includes(reporter.openid)]).toEqual([false, false]);
    }
    await town.restart();
    const long = new Date(Date.now() - 3_600_000);
    for (const name of files) await utimes(join(folder, name), long, long);
    await expect.poll(() => town.sweep('inbox.spool'), { timeout: 15_000, interval: 100 }).toBeGreaterThan(0);
    const all = await rawDocuments(town);
    expect(all.get('tipoff_tells')).toHaveLength(1);
    expect(all.get('notices')?.filter((notice) => notice['openid'] === reporter.openid)).toEqual([]);
    for (const [name, docs] of all) expect([name, everyText(docs).includes(late)]).toEqual([name, false]);
    expect(lines.some((line) => line.includes(late))).toBe(false);
  });
});

/** Names of the members and the values that come from closed sets; ids, times, numbers and sealed texts left out. */
function shapeOf(doc: Document): string {
  const members = Object.entries(doc).map(([key, value]) => {
    const closed = typeof value === 'string' && /^[a-z_A-Z]{1,20}$/.test(value) && key !== '_id';
    return closed || typeof value === 'boolean' ? `${key}=${String(value)}` : `${key}:${kindOf(value)}`;
  });
  return members.sort().join(' ');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return value instanceof Date ? 'date' : typeof value;
}
