import { cutAtSentence, utf8Bytes } from '../kernel/index.ts';

/** Who a briefing is for. `all` is never a fallback: every other kind that finds nobody is a failure in words. */
export type Audience =
  | { readonly kind: 'all' }
  | { readonly kind: 'village'; readonly code: string }
  | { readonly kind: 'topic'; readonly code: string };

/** An audience that needs a tag on the platform. */
export type TaggedAudience = Exclude<Audience, { readonly kind: 'all' }>;

/** Of one tag: `village:<code>` or `topic:<code>`. */
export type TagKey = `village:${string}` | `topic:${string}`;

/** A place or subject of the town's configuration. */
export interface Named {
  readonly code: string;
  readonly name: string;
}

/** What the town lists; each entry needs one platform tag. */
export interface TownGroups {
  readonly villages: readonly Named[];
  readonly topics: readonly Named[];
}

/** One tag as it should stand on the platform. */
export interface TagPlan {
  readonly key: TagKey;
  readonly name: string;
}

/**
 * A tag's name on the platform, in bytes of UTF-8: the stricter reading of its limit (docs/wechat-platform.md#tags).
 */
const TAG_NAME_BYTES = 30;

export function tagKeyOf(audience: TaggedAudience): TagKey {
  return `${audience.kind}:${audience.code}`;
}

/** The tags that a resident with this village and these topics should carry, sorted. */
export function wantedTags(choice: { villageCode: string | null; topics: readonly string[] }): TagKey[] {
  const village: TagKey[] = choice.villageCode === null ? [] : [`village:${choice.villageCode}`];
  return [...village, ...choice.topics.map((code): TagKey => `topic:${code}`)].sort();
}

/**
 * One tag a village and topic. Names come from the configuration, cut to the platform's limit; where two would be the
 * same after that, the later one ends with its code.
 */
export function planTags(town: TownGroups): TagPlan[] {
  const taken = new Set<string>();
  const plan = (kind: 'village' | 'topic', groups: readonly Named[]): TagPlan[] =>
    groups.map(({ code, name }) => {
      const short = cutAtSentence(name, TAG_NAME_BYTES, TAG_NAME_BYTES);
      const unique = taken.has(short) ? withCode(name, code) : short;
      taken.add(unique);
      return { key: `${kind}:${code}`, name: unique };
    });
  return [...plan('village', town.villages), ...plan('topic', town.topics)];
}

function withCode(name: string, code: string): string {
  return cutAtSentence(name, TAG_NAME_BYTES, TAG_NAME_BYTES - utf8Bytes(code)) + code;
}

/**
 * The village that a QR scene names (`village_<code>`, in a subscribe event with the platform's `qrscene_` before it);
 * null for other scenes and for villages that the town does not list.
 */
export function villageOfScene(scene: string | undefined, town: TownGroups): string | null {
  const code = /^(?:qrscene_)?village_(.+)$/.exec(scene ?? '')?.[1];
  return town.villages.some((village) => village.code === code) ? (code ?? null) : null;
}

/** The audience in words for staff. */
export function audienceName(audience: Audience, town: TownGroups): string {
  if (audience.kind === 'all') return '全部关注者';
  const groups = audience.kind === 'village' ? town.villages : town.topics;
  return groups.find(({ code }) => code === audience.code)?.name ?? audience.code;
}

/** Is this audience one of the town's? */
export function isKnownAudience(audience: Audience, town: TownGroups): boolean {
  if (audience.kind === 'all') return true;
  const groups = audience.kind === 'village' ? town.villages : town.topics;
  return groups.some(({ code }) => code === audience.code);
}
