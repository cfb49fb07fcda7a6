import type { Connection } from 'mongoose';
import type { TagKey } from './subscriber.ts';
import { FORGET_AFTER_MS, NOTHING_KNOWN, subscriberModel } from './subscribers.store.ts';

/** A follower as the platform's list and details tell. */
export interface ListedFollower {
  readonly openid: string;
  readonly since: Date | null;
  readonly villageCode: string | null;
  readonly topics: readonly string[];
  readonly tagged: readonly TagKey[];
}

export type FollowersListStore = ReturnType<typeof createFollowersListStore>;

/** What the import of the platform's own list of followers changes in the `subscribers` collection. */
export function createFollowersListStore(connection: Connection) {
  const rows = subscriberModel(connection);

  /** Those who are marked as gone although the list, which is newer, holds them: their follow event was lost. */
  const cameBack = async (followers: readonly ListedFollower[], listedAt: Date): Promise<void> => {
    const away = { following: false, lastEventAt: { $lt: listedAt } };
    const openids = followers.map(({ openid }) => openid);
    const found = await rows
      .find({ _id: { $in: openids }, ...away }, { _id: 1 })
      .lean<{ _id: string }[]>()
      .exec();
    if (found.length === 0) return;
    const back = new Set(found.map(({ _id }) => _id));
    await rows.bulkWrite(
      followers
        .filter(({ openid }) => back.has(openid))
        .map(({ openid, since, villageCode, topics, tagged }) => ({
          updateOne: {
            filter: { _id: openid, ...away },
            update: {
              $set: {
                following: true,
                since,
                lastEventAt: listedAt,
                forgetAt: null,
                villageCode,
                topics: [...topics],
                tagged: [...tagged],
                stale: villageCode !== null || tagged.length > 0,
              },
              $inc: { rev: 1 },
            },
          },
        })),
      { ordered: false },
    );
  };
  return {
    /** How many this import has handled so far. */
    async countSeen(job: string): Promise<number> {
      return rows.countDocuments({ following: true, seenBy: job }).exec();
    },

    /** Those of `openids` that this import has already handled. */
    async seenAmong(openids: readonly string[], job: string): Promise<Set<string>> {
      const found = await rows
        .find({ _id: { $in: [...openids] }, seenBy: job }, { _id: 1 })
        .lean<{ _id: string }[]>()
        .exec();
      return new Set(found.map(({ _id }) => _id));
    },

    /** The platform listed these at `listedAt`. An event that is newer than the list wins over it. */
    async listed(followers: readonly ListedFollower[], listedAt: Date, job: string): Promise<void> {
      if (followers.length === 0) return;
      await rows.bulkWrite(
        followers.map(({ openid, since, villageCode, topics, tagged }) => ({
          updateOne: {
            filter: { _id: openid },
            update: {
              $setOnInsert: {
                following: true,
                since,
                lastEventAt: new Date(0),
                villageCode,
                topics: [...topics],
                tagged: [...tagged],
                stale: villageCode !== null || tagged.length > 0,
                rev: 0,
                forgetAt: null,
              },
              $set: { seenBy: job },
            },
            upsert: true,
            setDefaultsOnInsert: false,
          },
        })),
        { ordered: false },
      );
      await cameBack(followers, listedAt);
    },

    /** Those whom the whole list did not hold left without our hearing of it. Returns how many. */
    async unlisted(job: string, startedAt: Date): Promise<number> {
      const forgetAt = new Date(startedAt.getTime() + FORGET_AFTER_MS);
      const result = await rows
        .updateMany(
          {
            following: true,
            seenBy: { $ne: job },
            lastEventAt: { $lt: startedAt },
            since: { $not: { $gte: startedAt } },
          },
          { $set: { ...NOTHING_KNOWN, following: false, lastEventAt: startedAt, forgetAt }, $inc: { rev: 1 } },
        )
        .exec();
      return result.modifiedCount;
    },
  };
}
