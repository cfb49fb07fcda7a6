import { AppError } from '../kernel/index.ts';
import { type AnswerRecord, idOf, numberIn, recordOf, recordsOf, textIn, textsOf } from './answers.ts';
import type { Caller, CallSpec } from './calls.ts';
import type { FollowerDetails, OpenidPage, WechatClient, WechatTag } from './client.types.ts';

const read = (api: string): CallSpec => ({ api, effect: 'read', timeout: 'read' });
const change = (api: string): CallSpec => ({ api, effect: 'change', timeout: 'change' });

const LIST_TAGS: CallSpec = { ...read('tags.list'), right: 'tags' };
const CREATE_TAG: CallSpec = { ...change('tags.create'), right: 'tags' };
const DELETE_TAG: CallSpec = { ...change('tags.delete'), right: 'tags' };
const TAG: CallSpec = { ...change('tags.tag_members'), right: 'tags' };
const UNTAG: CallSpec = { ...change('tags.untag_members'), right: 'tags' };
const TAG_FOLLOWERS: CallSpec = { ...read('tags.followers'), right: 'tags' };
const FOLLOWERS: CallSpec = { ...read('followers.list'), right: 'followers' };
const DETAILS: CallSpec = { ...read('followers.details'), right: 'followers' };

/** docs/wechat-platform.md#tags: the platform answers 40032 beyond these. */
const MAX_TAGGED = 50;
const MAX_DETAILS = 100;

type PeopleCalls = Pick<
  WechatClient,
  | 'listTags'
  | 'createTag'
  | 'deleteTag'
  | 'tagMembers'
  | 'untagMembers'
  | 'tagFollowers'
  | 'followers'
  | 'followerDetails'
>;

/** Tags and followers. */
export function peopleCalls({ ask, act }: Caller): PeopleCalls {
  return {
    listTags: () =>
      ask(
        LIST_TAGS,
        (api, done) => api.getTags(done),
        (answer) =>
          Array.isArray(recordOf(answer)['tags']) ? recordsOf(recordOf(answer)['tags']).flatMap(tagOf) : undefined,
      ),
    createTag: (name) =>
      ask(
        CREATE_TAG,
        (api, done) => api.createTag(name, done),
        (answer) => tagOf(recordOf(recordOf(answer)['tag']))[0],
      ),
    deleteTag: (tagId) => act(DELETE_TAG, (api, done) => api.deleteTag(tagId, done)),

    tagMembers: async (tagId, openids) => {
      checkSize(openids, MAX_TAGGED);
      await act(TAG, (api, done) => api.membersBatchtagging(tagId, openids, done));
    },
    untagMembers: async (tagId, openids) => {
      checkSize(openids, MAX_TAGGED);
      await act(UNTAG, (api, done) => api.membersBatchuntagging(tagId, openids, done));
    },
    tagFollowers: (tagId, next = '') =>
      ask(
        TAG_FOLLOWERS,
        (api, done) => api.getTagUsers(tagId, next, done),
        (answer) => pageOf(recordOf(answer), next),
      ),

    followers: (next = '') =>
      ask(
        FOLLOWERS,
        (api, done) => api.getFollowers(encodeURIComponent(next), done),
        (answer) => ({ ...pageOf(recordOf(answer), next), total: numberIn(recordOf(answer)['total']) ?? 0 }),
      ),
    followerDetails: async (openids) => {
      checkSize(openids, MAX_DETAILS);
      const body = { user_list: openids.map((openid) => ({ openid, lang: 'zh_CN' })) };
      return ask(
        DETAILS,
        (api, done) => api.postJson('/cgi-bin/user/info/batchget', body, done),
        (answer) => {
          const list = recordOf(answer)['user_info_list'];
          return Array.isArray(list) ? recordsOf(list).flatMap(detailsOf) : undefined;
        },
      );
    },
  };
}

function checkSize(openids: readonly string[], max: number): void {
  if (openids.length >= 1 && openids.length <= max) return;
  throw new AppError('invalid_input', { message: `一次应有 1 至 ${max} 位群众。`, details: { count: openids.length } });
}

/** The last page is seen in two shapes: an empty `next_openid`, or the last id again followed by an empty page. */
function pageOf(answer: AnswerRecord, asked: string): OpenidPage {
  const openids = textsOf(recordOf(answer['data'])['openid']);
  const next = textIn(answer['next_openid']);
  return { openids, next: next === undefined || next === asked || openids.length === 0 ? null : next };
}

function tagOf(tag: AnswerRecord): WechatTag[] {
  const id = numberIn(tag['id']);
  return id === undefined ? [] : [{ id, name: textIn(tag['name']) ?? '', count: numberIn(tag['count']) ?? 0 }];
}

function detailsOf(person: AnswerRecord): FollowerDetails[] {
  const openid = textIn(person['openid']);
  if (openid === undefined) return [];
  const since = numberIn(person['subscribe_time']);
  const qrScene = textIn(person['qr_scene_str']) ?? idOf(person['qr_scene']);
  const tagIds = Array.isArray(person['tagid_list']) ? person['tagid_list'].flatMap((id) => numberIn(id) ?? []) : [];
  return [
    {
      openid,
      subscribed: numberIn(person['subscribe']) === 1,
      tagIds,
      ...(since === undefined ? {} : { subscribedAt: new Date(since * 1_000) }),
      ...(qrScene === undefined ? {} : { qrScene }),
    },
  ];
}
