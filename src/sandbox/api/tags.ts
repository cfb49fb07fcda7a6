import { utf8Bytes } from '../../kernel/index.ts';
import { Refusal } from '../errcodes.ts';
import { integerAt, type JsonObject, listAt, objectAt, stringAt } from '../json.ts';
import type { Resident } from '../residents.ts';
import type { World } from '../world.ts';
import { type ApiCall, type ApiTable, followerOf, json, ok } from './api.ts';

/**
 * Limits of docs/wechat-platform.md#tags. A name is counted in bytes, the stricter of the documentation's two readings.
 */
const MAX_TAGS = 100;
const NAME_BYTES = 30;
const OPENIDS_A_CALL = 50;
const TAGS_A_PERSON = 20;
const HUGE_TAG = 100_000;
/** 0, 1 and 2 are the platform's own. */
const RESERVED = 2;
const FIRST_ID = 100;

/** Followers with this tag, in the order in which they followed. */
export function membersOf(world: World, tagId: number): Resident[] {
  return world.residents.followers().filter(({ tagIds }) => tagIds.has(tagId));
}

function checkedName(world: World, name: string | undefined, except?: number): string {
  if (name === undefined || name.trim() === '') throw new Refusal(45157);
  if (utf8Bytes(name) > NAME_BYTES) throw new Refusal(45158);
  for (const [id, taken] of world.tags) if (taken === name && id !== except) throw new Refusal(45157);
  return name;
}

function ownTagId(world: World, from: JsonObject): number {
  const id = integerAt(from, 'id');
  if (id === undefined) throw new Refusal(45159);
  if (id <= RESERVED) throw new Refusal(45058);
  if (!world.tags.has(id)) throw new Refusal(45159);
  return id;
}

function batch({ world, body }: ApiCall): { residents: Resident[]; tagId: number } {
  const openids = listAt(body, 'openid_list') ?? [];
  if (openids.length === 0 || openids.length > OPENIDS_A_CALL) throw new Refusal(40032);
  const tagId = integerAt(body, 'tagid');
  if (tagId === undefined || !world.tags.has(tagId)) throw new Refusal(45159);
  return { residents: openids.map((openid) => followerOf(world, openid)), tagId };
}

function nextFreeId(world: World): number {
  return Math.max(FIRST_ID - 1, ...world.tags.keys()) + 1;
}

/** Tags and who carries them. */
export const tagApis: ApiTable = {
  '/cgi-bin/tags/create': {
    method: 'POST',
    right: 'verified',
    handle: ({ world, body }) => {
      const name = checkedName(world, stringAt(objectAt(body, 'tag') ?? {}, 'name'));
      if ([...world.tags.keys()].filter((id) => id > RESERVED).length >= MAX_TAGS) throw new Refusal(45056);
      const id = nextFreeId(world);
      world.tags.set(id, name);
      return json({ tag: { id, name } });
    },
  },
  '/cgi-bin/tags/get': {
    method: 'GET',
    right: 'verified',
    handle: ({ world }) =>
      json({ tags: [...world.tags].map(([id, name]) => ({ id, name, count: membersOf(world, id).length })) }),
  },
  '/cgi-bin/tags/update': {
    method: 'POST',
    right: 'verified',
    handle: ({ world, body }) => {
      const tag = objectAt(body, 'tag') ?? {};
      const id = ownTagId(world, tag);
      world.tags.set(id, checkedName(world, stringAt(tag, 'name'), id));
      return ok();
    },
  },
  '/cgi-bin/tags/delete': {
    method: 'POST',
    right: 'verified',
    handle: ({ world, body }) => {
      const id = ownTagId(world, objectAt(body, 'tag') ?? {});
      const members = membersOf(world, id);
      if (members.length > HUGE_TAG) throw new Refusal(45057);
      for (const { tagIds } of members) tagIds.delete(id);
      world.tags.delete(id);
      return ok();
    },
  },
  '/cgi-bin/tags/getidlist': {
    method: 'POST',
    right: 'verified',
    handle: ({ world, body }) => json({ tagid_list: [...followerOf(world, body['openid']).tagIds] }),
  },
  '/cgi-bin/tags/members/batchtagging': {
    method: 'POST',
    right: 'verified',
    handle: (call) => {
      const { residents, tagId } = batch(call);
      const full = residents.some(({ tagIds }) => tagIds.size >= TAGS_A_PERSON && !tagIds.has(tagId));
      if (full) throw new Refusal(45059);
      for (const { tagIds } of residents) tagIds.add(tagId);
      return ok();
    },
  },
  '/cgi-bin/tags/members/batchuntagging': {
    method: 'POST',
    right: 'verified',
    handle: (call) => {
      const { residents, tagId } = batch(call);
      for (const { tagIds } of residents) tagIds.delete(tagId);
      return ok();
    },
  },
};
