import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { complain, openOffice, type Office, type Whole } from '../complaints/office.ts';
import { groupRobot } from '../notices/harness.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';

const HOUR = 3_600_000;
const TOKEN = '/cgi-bin/stable_token';
/** What the platform refuses is our own matter: the work of residents waits, and goes on by itself. */
const SWEEPS = ['complaints.media', 'tipoffs.media', 'notices.send', 'tipoffs.tell'] as const;
const base64 = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(200, 0x7c)]).toString('base64');

const { uri } = testDatabase();
let here: Office;
let discipline: StaffClient;
let robot: Awaited<ReturnType<typeof groupRobot>>;
/** The hour of the office: staff hear lines that are not urgent by day only. */
beforeAll(async () => {
  robot = await groupRobot();
  here = await openOffice({
    uri,
    env: { STAFF_WEBHOOK_URL: robot.url },
    limits: { notices: { callAfterHours: 240, quietFromHour: 0, quietUntilHour: 0, groupSeconds: 0 } },
  });
  discipline = await here.town.staff('discipline');
});

afterEach(async () => {
  await here.town.control('DELETE', '/_/faults');
});

interface Affairs {
  readonly complainer: Phone;
  readonly ticket: string;
  readonly teller: Phone;
  readonly code: string;
}

/** One resident with a voice, a video and a photo in a complaint that is accepted, assigned and answered; another with a tipoff that is answered. */
async function affairs(): Promise<Affairs> {
  const complainer = await here.town.resident();
  const { ticket } = await complain(complainer, async () => {
    await complainer.say({ type: 'voice', base64 });
    await complainer.say({ type: 'video' });
    await complainer.say({ type: 'image' });
  });
  const teller = await here.town.resident();
  const known = await codes();
  await teller.texts('投诉', '5');
  await teller.say({ type: 'voice', base64 });
  await teller.say({ type: 'image' });
  await teller.texts('完成', '确认');
  const added = async (): Promise<string[]> => (await codes()).filter((code) => !known.includes(code));
  await expect.poll(added, { timeout: 20_000 }).toHaveLength(1);
  const [code = ''] = await added();
  return { complainer, ticket, teller, code };
}

async function answered({ ticket, code }: Affairs): Promise<void> {
  await here.dispatcher.post(`/complaints/${ticket}/accept`, { kind: 'complain' });
  await here.dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
  await here.clerk.post(`/complaints/${ticket}/answer`, { text: '路灯修好了' });
  await discipline.post(`/tipoffs/${code}/answer`, { text: '已经核实' });
}

async function codes(): Promise<string[]> {
  return (await discipline.get<{ items: { code: string }[] }>('/tipoffs?limit=100')).items.map((item) => item.code);
}

/** Where everything stands. */
async function standing({ complainer, ticket, teller, code }: Affairs) {
  const whole = await here.dispatcher.get<Whole>(`/complaints/${ticket}`);
  const tipoff = await discipline.get<{ messages: { media?: string }[] }>(`/tipoffs/${code}`);
  const told = async (phone: Phone): Promise<string[]> =>
    (await phone.inbox()).flatMap((entry) => (entry.via === 'customer_service' ? [entry.text ?? ''] : []));
  return {
    media: whole.messages.flatMap(({ type, mediaState }) =>
      mediaState === undefined ? [] : [`${type} ${mediaState}`],
    ),
    notices: whole.notices.map(({ kind, state }) => `${kind} ${state}`),
    tipoffMedia: tipoff.messages.flatMap(({ media }) => (media === undefined ? [] : [media])),
    told: await told(complainer),
    tipoffTold: await told(teller),
  };
}

async function everySweep(): Promise<void> {
  // Twice: a notice that stands behind another follows in the next round.
  for (const name of [...SWEEPS, ...SWEEPS]) await here.town.sweep(name);
}

/** What the office's group heard about refusals since `from`. */
async function heard(from: number): Promise<string[]> {
  await here.town.sweep('notices.staff');
  return robot.heard.slice(from).filter((text) => text.includes('微信平台不让办'));
}

const problems = async (): Promise<string> =>
  (await here.dispatcher.get<{ problems: string[] }>('/health')).problems.join('\n');

async function refuse(paths: readonly string[], errcode: number): Promise<void> {
  for (const path of paths) await here.town.control('POST', '/_/faults', { path, errcode, times: 500 });
  await here.town.control('POST', '/_/tokens/revoke');
}

const GONE_ON = {
  media: ['voice stored', 'video stored', 'image stored'],
  notices: ['accepted sent', 'answered sent'],
  tipoffMedia: ['stored', 'stored'],
  told: [expect.stringContaining('受理'), expect.stringContaining('路灯修好了')],
  tipoffTold: [expect.stringContaining('有新的回复')],
};

describe('a refused access token (cases 03 and 07)', { timeout: 120_000 }, () => {
  it.each([
    [40164, /IP 白名单/],
    [40125, /AppSecret 不对/],
    [40243, /AppSecret 被冻结/],
    [89503, /管理员在手机微信上点确认/],
    [40013, /AppID 不对/],
    [50007, /冻结/],
    [89999, /错误码 89999/],
  ])(
    '%i is no word on anything of a resident: all waits, staff hear of it once, all goes on by itself',
    async (errcode, words) => {
      // Another cause than an hour ago is another stoppage; the same is not told twice.
      here.town.clock.move(2 * HOUR);
      const begun = robot.heard.length;
      const all = await affairs();
      await refuse([TOKEN], errcode);
      await answered(all);
      await everySweep();
      const waiting = await standing(all);
      // Photos have an address of their own and need no token.
      expect(waiting).toEqual({
        media: ['voice waiting', 'video waiting', 'image stored'],
        notices: ['accepted owed', 'answered owed'],
        tipoffMedia: ['waiting', 'stored'],
        told: [],
        tipoffTold: [],
      });
      for (let minute = 0; minute < 3; minute += 1) {
        here.town.clock.move(10 * 60_000);
        await everySweep();
      }
      const lines = await heard(begun);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(words);
      expect(lines[0]).toContain('办好后会自动继续');
      expect(await problems()).toMatch(words);

      await here.town.control('DELETE', '/_/faults');
      here.town.clock.move(HOUR);
      await everySweep();
      expect(await standing(all)).toEqual(GONE_ON);
      expect(await heard(begun)).toHaveLength(1);
      expect(await problems()).not.toMatch(words);
    },
  );

  it('waits also longer than the platform keeps a file: only the platform can say that it is gone', async () => {
    const { ticket } = await affairs();
    await refuse([TOKEN], 40164);
    for (let day = 0; day < 5; day += 1) {
      here.town.clock.move(24 * HOUR);
      await here.town.sweep('complaints.media');
    }
    const states = async () =>
      (await here.dispatcher.get<Whole>(`/complaints/${ticket}`)).messages.flatMap(({ type, mediaState, mediaNote }) =>
        type === 'voice' ? [[mediaState, mediaNote]] : [],
      );
    expect(await states()).toEqual([['waiting', undefined]]);
    await here.town.control('DELETE', '/_/faults');
    here.town.clock.move(HOUR);
    await here.town.sweep('complaints.media');
    expect(await states()).toEqual([['missing', '语音没能取到：平台上没有了（40007）']]);
  });

  it('lets the next reply carry what the platform does not take from us today', async () => {
    const all = await affairs();
    await refuse([TOKEN], 40164);
    await answered(all);
    await everySweep();
    expect(await all.complainer.text('帮助')).toContain('路灯修好了');
    await here.town.control('DELETE', '/_/faults');
    here.town.clock.move(HOUR);
    await everySweep();
    expect((await standing(all)).told).toEqual([]);
    expect((await standing(all)).notices).toEqual(['accepted seen', 'answered seen']);
  });
});

describe('a right that the account lacks or lost', { timeout: 120_000 }, () => {
  it.each([48001, 48004, 50002, 50001])('%i at the calls themselves stops nothing for good', async (errcode) => {
    here.town.clock.move(2 * HOUR);
    const begun = robot.heard.length;
    const all = await affairs();
    await refuse(['media/get', 'message/custom/send'], errcode);
    await answered(all);
    await everySweep();
    expect(await standing(all)).toMatchObject({
      media: ['voice waiting', 'video waiting', 'image stored'],
      notices: ['accepted owed', 'answered owed'],
      tipoffMedia: ['waiting', 'stored'],
      tipoffTold: [],
    });
    // One line for messages, one for files: two things to look at, however many residents wait.
    const lines = (await heard(begun)).join('\n');
    expect(lines.match(/登录微信公众平台/g)).toHaveLength(2);
    expect(await problems()).toMatch(
      /主动发给群众的消息.*\n.*语音、照片和视频|语音、照片和视频.*\n.*主动发给群众的消息/,
    );
    await here.town.control('DELETE', '/_/faults');
    here.town.clock.move(HOUR);
    await everySweep();
    expect(await standing(all)).toEqual(GONE_ON);
    expect(await problems()).not.toContain('微信平台不让办');
  });
});
