import { utf8Bytes } from '../../kernel/index.ts';
import { deliver } from '../deliveries.ts';
import { Refusal } from '../errcodes.ts';
import { integerAt, isJsonObject, type JsonObject, objectAt, stringAt } from '../json.ts';
import { randomWord } from '../random.ts';
import type { Resident } from '../residents.ts';
import type { World } from '../world.ts';
import { renderXml } from '../xml.ts';
import { type ApiTable, json, ok } from './api.ts';

/** Longest life of a code with an end, seconds, and the life of one that names none. */
const MAX_EXPIRE = 2_592_000;
const DEFAULT_EXPIRE = 60;
const MAX_LIMIT_SCENE = 100_000;

/** Scene of a code with parameters, checked as its kind asks. */
function sceneOf(action: string, scene: JsonObject): string {
  const id = integerAt(scene, 'scene_id');
  const text = stringAt(scene, 'scene_str') ?? '';
  if (action === 'QR_SCENE' && id !== undefined && id > 0 && id <= 0xffff_ffff) return String(id);
  if (action === 'QR_LIMIT_SCENE' && id !== undefined && id > 0 && id <= MAX_LIMIT_SCENE) return String(id);
  const takesText = action === 'QR_STR_SCENE' || action === 'QR_LIMIT_STR_SCENE';
  if (takesText && text !== '' && utf8Bytes(text) <= 64) return text;
  throw new Refusal(40053);
}

const QR_ACTIONS = new Set(['QR_SCENE', 'QR_STR_SCENE', 'QR_LIMIT_SCENE', 'QR_LIMIT_STR_SCENE']);

/** The one template that this account has: a notice of progress with four places. */
const SAMPLE_TEMPLATE = {
  template_id: 'sandbox-progress-notice-0000000000000000000',
  title: '办理进度提醒',
  primary_industry: '政府|公共管理',
  deputy_industry: '政府|公共管理',
  content: '编号：{{character_string1.DATA}}\n状态：{{phrase2.DATA}}\n时间：{{time3.DATA}}\n说明：{{thing4.DATA}}',
  example: '',
};
const TEMPLATE_PLACES = [...SAMPLE_TEMPLATE.content.matchAll(/\{\{(\w+)\.DATA\}\}/g)].map((found) => found[1] ?? '');

function templateText(data: JsonObject): string {
  return TEMPLATE_PLACES.reduce((text, place) => {
    const value = data[place];
    const filled = isJsonObject(value) ? stringAt(value, 'value') : undefined;
    if (filled === undefined || filled === '') throw new Refusal(47003);
    return text.replace(`{{${place}.DATA}}`, filled);
  }, SAMPLE_TEMPLATE.content);
}

function reportTemplate(world: World, resident: Resident, msgId: number): void {
  const xml = renderXml({
    ToUserName: world.account.originalId,
    FromUserName: resident.openid,
    CreateTime: world.time.seconds(),
    MsgType: 'event',
    Event: 'TEMPLATESENDJOBFINISH',
    MsgID: msgId,
    Status: 'success',
  });
  void deliver(world, { openid: resident.openid, sentType: 'event', xml });
}

/** What only a verified service account may do. */
export const serviceAccountApis: ApiTable = {
  '/cgi-bin/qrcode/create': {
    method: 'POST',
    right: 'verified_service',
    daily: { limit: 100_000 },
    handle: ({ world, body }) => {
      const action = stringAt(body, 'action_name') ?? '';
      if (!QR_ACTIONS.has(action)) throw new Refusal(40052);
      const expire = integerAt(body, 'expire_seconds') ?? DEFAULT_EXPIRE;
      if (expire < 1 || expire > MAX_EXPIRE) throw new Refusal(40035);
      const scene = sceneOf(action, objectAt(objectAt(body, 'action_info') ?? {}, 'scene') ?? {});
      const ticket = `gQ${randomWord(94)}`;
      world.qrTickets.set(ticket, scene);
      const url = `http://weixin.qq.com/q/${randomWord(22)}`;
      return json({ ticket, ...(action.startsWith('QR_LIMIT') ? {} : { expire_seconds: expire }), url });
    },
  },
  '/cgi-bin/template/get_all_private_template': {
    method: 'GET',
    right: 'verified_service',
    handle: () => json({ template_list: [SAMPLE_TEMPLATE] }),
  },
  '/cgi-bin/message/template/send': {
    method: 'POST',
    right: 'verified_service',
    daily: { limit: 100_000 },
    handle: ({ world, body }) => {
      const resident = world.residents.get(stringAt(body, 'touser') ?? '');
      if (resident === undefined) throw new Refusal(40003);
      if (!resident.following) throw new Refusal(43004);
      if (stringAt(body, 'template_id') !== SAMPLE_TEMPLATE.template_id) throw new Refusal(40037);
      const text = templateText(objectAt(body, 'data') ?? {});
      const url = stringAt(body, 'url') ?? '';
      const title = SAMPLE_TEMPLATE.title;
      world.residents.show(resident, { from: 'account', via: 'template', type: 'template', title, text, url });
      const msgId = world.newMassId();
      reportTemplate(world, resident, msgId);
      return ok({ msgid: msgId });
    },
  },
};
