import { utf8Bytes } from '../../kernel/index.ts';
import { Refusal } from '../errcodes.ts';
import { isJsonObject, type JsonObject, listAt, stringAt } from '../json.ts';
import type { World } from '../world.ts';
import { type ApiTable, json, ok } from './api.ts';

/** Limits of docs/wechat-platform.md#menu: counts, and UTF-8 bytes. */
const FIRST_LEVEL = 3;
const SECOND_LEVEL = 5;
const KEY_BYTES = 128;
const URL_BYTES = 1_024;

/** The refusals of one level; a sub-menu has its own codes. */
interface Level {
  readonly nameBytes: number;
  readonly name: number;
  readonly type: number;
  readonly key: number;
  readonly url: number;
  readonly domain: number;
}
const TOP: Level = { nameBytes: 16, name: 40018, type: 40017, key: 40019, url: 40020, domain: 40055 };
const SUB: Level = { nameBytes: 60, name: 40025, type: 40024, key: 40026, url: 40027, domain: 40054 };

const KEY_TYPES = new Set([
  'click',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
]);

function checkUrl(button: JsonObject, level: Level): void {
  const url = stringAt(button, 'url') ?? '';
  if (url === '' || utf8Bytes(url) > URL_BYTES) throw new Refusal(level.url);
  if (!/^https?:\/\/[^/\s]+/i.test(url)) throw new Refusal(level.domain);
}

function checkLeaf(world: World, button: JsonObject, level: Level): void {
  const type = stringAt(button, 'type') ?? '';
  if (KEY_TYPES.has(type)) {
    const key = stringAt(button, 'key') ?? '';
    if (key === '' || utf8Bytes(key) > KEY_BYTES) throw new Refusal(level.key);
  } else if (type === 'view' || type === 'miniprogram') {
    checkUrl(button, level);
    if (type === 'miniprogram' && stringAt(button, 'appid') === undefined) throw new Refusal(40013);
  } else if (type === 'media_id') {
    const media = world.media.get(stringAt(button, 'media_id') ?? '');
    if (media?.permanent !== true) throw new Refusal(40007);
  } else if (type === 'article_id' || type === 'article_view_limited') {
    throw new Refusal(53600);
  } else {
    throw new Refusal(level.type);
  }
}

function checkName(button: JsonObject, level: Level): void {
  const name = stringAt(button, 'name') ?? '';
  if (name === '' || utf8Bytes(name) > level.nameBytes) throw new Refusal(level.name);
}

function checkedButton(world: World, button: unknown): JsonObject {
  if (!isJsonObject(button)) throw new Refusal(40017);
  checkName(button, TOP);
  const subs = button['sub_button'] === undefined ? [] : listAt(button, 'sub_button');
  if (subs === undefined || subs.length > SECOND_LEVEL) throw new Refusal(40023);
  if (subs.length === 0) {
    checkLeaf(world, button, TOP);
    return { ...button, sub_button: [] };
  }
  const checked = subs.map((sub) => {
    if (!isJsonObject(sub)) throw new Refusal(40024);
    checkName(sub, SUB);
    checkLeaf(world, sub, SUB);
    return { ...sub, sub_button: [] };
  });
  return { name: button['name'], sub_button: checked };
}

/** The menu that every follower sees. */
export const menuApis: ApiTable = {
  '/cgi-bin/menu/create': {
    method: 'POST',
    right: 'verified',
    daily: { limit: 1_000 },
    refusesEscapes: true,
    handle: ({ world, body }) => {
      const buttons = listAt(body, 'button');
      if (buttons === undefined || buttons.length < 1 || buttons.length > FIRST_LEVEL) throw new Refusal(40016);
      world.menu.buttons = buttons.map((button) => checkedButton(world, button));
      return ok();
    },
  },
  '/cgi-bin/menu/get': {
    method: 'GET',
    right: 'verified',
    daily: { limit: 10_000 },
    handle: ({ world }) => {
      if (world.menu.buttons === null) throw new Refusal(46003);
      return json({ menu: { button: world.menu.buttons } });
    },
  },
  '/cgi-bin/menu/delete': {
    method: 'GET',
    right: 'verified',
    daily: { limit: 1_000 },
    handle: ({ world }) => {
      world.menu.buttons = null;
      return ok();
    },
  },
};
