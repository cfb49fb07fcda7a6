import { canonicalJson } from '../../kernel/index.ts';
import { Refusal } from '../errcodes.ts';
import { type JsonObject, listAt, objectAt, stringAt } from '../json.ts';
import type { PushContent } from '../mass-job.ts';
import type { World } from '../world.ts';
import { requiredText } from './api.ts';
import { cardsOf } from './cards.ts';
import { checkedMedia, checkedText } from './customer-service.ts';

/** A push that was checked; `make` publishes its pages. */
export interface MassContent {
  /** Equal for equal content: with the range it is the default clientmsgid. */
  readonly digest: string;
  readonly make: () => PushContent;
  /** What acceptance does: a draft leaves the box. */
  readonly taken: () => void;
}

const nothing = () => {};

function part(body: JsonObject, type: string): JsonObject {
  const found = objectAt(body, type);
  if (found === undefined) throw new Refusal(47001);
  return found;
}

function mpnews(world: World, body: JsonObject): MassContent {
  if (world.account.testAccount) throw new Refusal(48008);
  const draft = world.drafts.get(requiredText(part(body, 'mpnews'), 'media_id', 41006));
  if (draft === undefined) throw new Refusal(40007);
  const articles = draft.articles;
  return {
    digest: canonicalJson(articles.map((article) => ({ ...article }))),
    make: () => ({ msgtype: 'mpnews', articles: cardsOf(world, articles) }),
    taken: () => void world.drafts.remove(draft.mediaId),
  };
}

function text(_world: World, body: JsonObject): MassContent {
  const content = checkedText(part(body, 'text'));
  return { digest: content, make: () => ({ msgtype: 'text', text: content }), taken: nothing };
}

function voice(world: World, body: JsonObject): MassContent {
  const media = checkedMedia(world, part(body, 'voice'), 'voice');
  return { digest: media.mediaId, make: () => ({ msgtype: 'voice', ...media }), taken: nothing };
}

/** One image in the older shape `image.media_id`, several in `images.media_ids`; the phone shows the first. */
function image(world: World, body: JsonObject): MassContent {
  const ids = listAt(objectAt(body, 'images') ?? {}, 'media_ids');
  const first = ids === undefined ? stringAt(part(body, 'image'), 'media_id') : ids[0];
  const media = checkedMedia(world, { media_id: first }, 'image');
  return { digest: media.mediaId, make: () => ({ msgtype: 'image', ...media }), taken: nothing };
}

const READERS: Readonly<Record<string, (world: World, body: JsonObject) => MassContent>> = {
  mpnews,
  text,
  voice,
  image,
};

/** The content of a mass send or preview. Throws the Refusal that the platform has for it. */
export function massContentOf(world: World, body: JsonObject): MassContent {
  const type = stringAt(body, 'msgtype') ?? '';
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (reader === undefined) throw new Refusal(40008);
  return reader(world, body);
}
