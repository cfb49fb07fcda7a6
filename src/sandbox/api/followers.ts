import { countChars } from '../../kernel/index.ts';
import { Refusal } from '../errcodes.ts';
import { integerAt, isJsonObject, type JsonObject, listAt, stringAt } from '../json.ts';
import type { Resident } from '../residents.ts';
import type { World } from '../world.ts';
import { type ApiAnswer, type ApiTable, json, ok } from './api.ts';
import { membersOf } from './tags.ts';

const INFOS_A_CALL = 100;
const REMARK_CHARS = 30;
const SCENE_DIGITS = /^[1-9]\d{0,9}$/;

/** One page of a list of openids, in the shape that the behaviour asks for. */
function page(world: World, list: readonly Resident[], after: string, total: JsonObject): ApiAnswer {
  const from = after === '' ? 0 : list.findIndex(({ openid }) => openid === after) + 1;
  if (after !== '' && from === 0) throw new Refusal(40003);
  const size = world.behaviour.followersPageSize;
  const openids = list.slice(from, from + size).map(({ openid }) => openid);
  if (openids.length === 0) return json({ ...total, count: 0, next_openid: '' });
  const isLast = from + openids.length >= list.length;
  const next = isLast && world.behaviour.endOfList === 'empty' ? '' : (openids.at(-1) ?? '');
  return json({ ...total, count: openids.length, data: { openid: openids }, next_openid: next });
}

function infoOf(resident: Resident, lang: string): JsonObject {
  if (!resident.following) return { subscribe: 0, openid: resident.openid, tagid_list: [] };
  const scene = resident.scene ?? '';
  return {
    subscribe: 1,
    openid: resident.openid,
    // The platform no longer fills name, picture, sex and place.
    nickname: '',
    sex: 0,
    language: lang,
    city: '',
    province: '',
    country: '',
    headimgurl: '',
    subscribe_time: resident.subscribedAt,
    remark: resident.remark,
    groupid: [...resident.tagIds][0] ?? 0,
    tagid_list: [...resident.tagIds],
    subscribe_scene: scene === '' ? 'ADD_SCENE_SEARCH' : 'ADD_SCENE_QR_CODE',
    qr_scene: SCENE_DIGITS.test(scene) ? Number(scene) : 0,
    qr_scene_str: SCENE_DIGITS.test(scene) ? '' : scene,
  };
}

function known(world: World, openid: unknown): Resident {
  const resident = typeof openid === 'string' ? world.residents.get(openid) : undefined;
  if (resident === undefined) throw new Refusal(40003);
  return resident;
}

/** Who follows, and what the platform tells of them. */
export const followerApis: ApiTable = {
  '/cgi-bin/user/get': {
    method: 'GET',
    right: 'verified',
    daily: { limit: 500 },
    handle: ({ world, query }) => {
      const list = world.residents.followers();
      return page(world, list, query.get('next_openid') ?? '', { total: list.length });
    },
  },
  '/cgi-bin/user/tag/get': {
    method: 'POST',
    right: 'verified',
    handle: ({ world, body }) => {
      const tagId = integerAt(body, 'tagid');
      if (tagId === undefined || !world.tags.has(tagId)) throw new Refusal(45159);
      return page(world, membersOf(world, tagId), stringAt(body, 'next_openid') ?? '', {});
    },
  },
  '/cgi-bin/user/info': {
    method: 'GET',
    right: 'verified',
    daily: { limit: 5_000_000 },
    handle: ({ world, query }) => json(infoOf(known(world, query.get('openid')), query.get('lang') ?? 'zh_CN')),
  },
  '/cgi-bin/user/info/batchget': {
    method: 'POST',
    right: 'verified',
    daily: { limit: 5_000_000, key: 'user/info' },
    handle: ({ world, body }) => {
      const list = listAt(body, 'user_list') ?? [];
      if (list.length === 0 || list.length > INFOS_A_CALL) throw new Refusal(40032);
      const infos = list.map((item) => {
        if (!isJsonObject(item)) throw new Refusal(40003);
        return infoOf(known(world, item['openid']), stringAt(item, 'lang') ?? 'zh_CN');
      });
      return json({ user_info_list: infos });
    },
  },
  '/cgi-bin/user/info/updateremark': {
    method: 'POST',
    right: 'verified',
    daily: { limit: 10_000 },
    handle: ({ world, body }) => {
      const remark = stringAt(body, 'remark') ?? '';
      if (countChars(remark) >= REMARK_CHARS) throw new Refusal(40035);
      known(world, body['openid']).remark = remark;
      return ok();
    },
  },
};
