import { type Connection, type Model, Schema } from 'mongoose';
import { createBatch } from '../platform/batch/index.ts';
import { type CollectionManifest, isDuplicateKey, type Tx } from '../platform/mongo/index.ts';
import type { Audience, TagKey } from './subscriber.ts';

/** A resident who follows, or the bare mark that one left. */
export interface SubscriberRow {
  readonly _id: string;
  readonly following: boolean;
  readonly since: Date | null;
  /** Time of the newest event that counted; older ones change nothing. */
  readonly lastEventAt: Date;
  readonly villageCode: string | null;
  readonly topics: readonly string[];
  /** Tags that the platform has, as far as we know. */
  readonly tagged: readonly TagKey[];
  /** True while `tagged` may differ from what the choice asks for. */
  readonly stale: boolean;
  /** Counts changes of the choice, so that a sync of an older choice does not pass for done. */
  readonly rev: number;
  /** The import that last saw this follower on the platform's list. */
  readonly seenBy: string | null;
  /** Set when the resident leaves: MongoDB removes the mark then. */
  readonly forgetAt: Date | null;
}

/** A mark of departure outlives every late or replayed event, then goes. */
export const FORGET_AFTER_MS = 7 * 86_400_000;

export const subscribersCollection: CollectionManifest = {
  name: 'subscribers',
  indexes: [
    { name: 'by_village', key: { following: 1, villageCode: 1 } },
    { name: 'by_topic', key: { topics: 1, following: 1 } },
    { name: 'to_sync', key: { stale: 1, _id: 1 }, partialFilterExpression: { stale: true } },
    { name: 'tagged', key: { tagged: 1, _id: 1 } },
    { name: 'by_since', key: { following: 1, since: 1 } },
    { name: 'by_import', key: { following: 1, seenBy: 1 } },
    { name: 'forget', key: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['_id', 'following', 'lastEventAt', 'topics', 'tagged', 'stale'],
      properties: {
        _id: { bsonType: 'string', minLength: 1 },
        following: { bsonType: 'bool' },
        lastEventAt: { bsonType: 'date' },
        villageCode: { bsonType: ['string', 'null'] },
        topics: { bsonType: 'array', items: { bsonType: 'string' } },
        tagged: { bsonType: 'array', items: { bsonType: 'string' } },
        stale: { bsonType: 'bool' },
      },
    },
  },
};

const schema = new Schema<SubscriberRow>(
  {
    _id: { type: String, required: true },
    following: { type: Boolean, required: true },
    since: { type: Date, default: null },
    lastEventAt: { type: Date, required: true },
    villageCode: { type: String, default: null },
    topics: { type: [String], default: [] },
    tagged: { type: [String], default: [] },
    stale: { type: Boolean, required: true },
    rev: { type: Number, default: 0 },
    seenBy: { type: String, default: null },
    forgetAt: { type: Date, default: null },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'subscribers' },
);

export function subscriberModel(connection: Connection): Model<SubscriberRow> {
  return connection.models['Subscriber'] ?? connection.model<SubscriberRow>('Subscriber', schema);
}

export type SubscribersStore = ReturnType<typeof createSubscribersStore>;

/** Reads and writes the `subscribers` collection. Every change is one conditional write, so order does not matter. */
export function createSubscribersStore(connection: Connection) {
  const rows = subscriberModel(connection);
  const finds = createBatch<string, SubscriberRow | null>(
    async (openids) => {
      const found = await rows
        .find({ _id: { $in: [...new Set(openids)] } })
        .lean<SubscriberRow[]>()
        .exec();
      return openids.map((openid) => found.find(({ _id }) => _id === openid) ?? null);
    },
    { items: 128 },
  );

  /** In a transaction a collision would end it: there the row is looked at first. */
  const isOutdated = async (openid: string, at: Date, tx: Tx | undefined): Promise<boolean> =>
    tx !== undefined && (await rows.exists({ _id: openid, lastEventAt: { $gt: at } }).session(tx)) !== null;

  return {
    /** The resident follows as of `at`. False where a later event is already known. */
    async follow(openid: string, at: Date, villageCode: string | null, tx?: Tx): Promise<boolean> {
      if (await isOutdated(openid, at, tx)) return false;
      const already = { $eq: ['$following', true] };
      return wins(
        rows.updateOne(
          { _id: openid, lastEventAt: { $lte: at } },
          [
            {
              $set: {
                since: { $cond: [already, { $ifNull: ['$since', at] }, at] },
                villageCode: { $ifNull: [villageCode, { $ifNull: ['$villageCode', null] }] },
                topics: { $ifNull: ['$topics', []] },
                tagged: { $cond: [already, { $ifNull: ['$tagged', []] }, []] },
                rev: { $add: [{ $ifNull: ['$rev', 0] }, 1] },
                seenBy: { $ifNull: ['$seenBy', null] },
                lastEventAt: at,
                forgetAt: null,
                following: true,
              },
            },
            { $set: { stale: { $or: [{ $ne: ['$villageCode', null] }, { $gt: [{ $size: '$topics' }, 0] }] } } },
          ],
          { upsert: true, updatePipeline: true, ...inside(tx) },
        ),
        tx,
      );
    },

    /** The resident left as of `at`: everything about them goes but the mark that stops late events. */
    async unfollow(openid: string, at: Date, tx?: Tx): Promise<boolean> {
      if (await isOutdated(openid, at, tx)) return false;
      return wins(
        rows.updateOne(
          { _id: openid, lastEventAt: { $lte: at } },
          {
            $set: {
              ...NOTHING_KNOWN,
              following: false,
              lastEventAt: at,
              forgetAt: new Date(at.getTime() + FORGET_AFTER_MS),
            },
            $inc: { rev: 1 },
          },
          { upsert: true, setDefaultsOnInsert: false, ...inside(tx) },
        ),
        tx,
      );
    },

    /**
     * Sets village or topics of somebody who follows. Whoever chats follows, so an unknown openid becomes a follower;
     * somebody who is known to have left stays so (false).
     */
    async choose(
      openid: string,
      choice: { villageCode?: string | null; topics?: string[] },
      now: Date,
    ): Promise<boolean> {
      const villageCode = choice.villageCode === undefined ? {} : { villageCode: choice.villageCode };
      const topics = choice.topics === undefined ? {} : { topics: choice.topics };
      return wins(
        rows.updateOne(
          { _id: openid, following: true },
          {
            $set: { ...villageCode, ...topics, stale: true },
            $inc: { rev: 1 },
            $setOnInsert: {
              ...(choice.villageCode === undefined ? { villageCode: null } : {}),
              ...(choice.topics === undefined ? { topics: [] } : {}),
              since: now,
              lastEventAt: new Date(0),
              tagged: [],
              seenBy: null,
              forgetAt: null,
            },
          },
          { upsert: true, setDefaultsOnInsert: false },
        ),
      );
    },

    /** Outside of a transaction many residents' rows, asked for within their messages, come with one command. */
    async find(openid: string, tx?: Tx): Promise<SubscriberRow | null> {
      return tx === undefined ? finds.add(openid) : rows.findById(openid).session(tx).lean<SubscriberRow>().exec();
    },

    async countFollowing(audience: Audience): Promise<number> {
      return rows.countDocuments({ following: true, ...membersOf(audience) }).exec();
    },

    /** Followers of this audience whose tag is not yet as chosen. */
    async countUnsynced(audience: Audience): Promise<number> {
      return rows.countDocuments({ stale: true, following: true, ...membersOf(audience) }).exec();
    },

    async countByVillage(): Promise<{ villageCode: string | null; count: number }[]> {
      const groups = await rows
        .aggregate<{ _id: string | null; count: number }>([
          { $match: { following: true } },
          { $group: { _id: '$villageCode', count: { $sum: 1 } } },
        ])
        .exec();
      return groups.map(({ _id, count }) => ({ villageCode: _id, count }));
    },

    async countStale(): Promise<number> {
      return rows.countDocuments({ stale: true }).exec();
    },

    /** Up to `limit` followers whose tags have to be looked at. */
    async stale(limit: number): Promise<SubscriberRow[]> {
      return rows.find({ stale: true }).sort({ _id: 1 }).limit(limit).lean<SubscriberRow[]>().exec();
    },

    /**
     * Records what the platform now has. Where the choice changed since the row was read it stays to be synced, by what was
     * given meanwhile; whoever left meanwhile, and maybe came back, lost every tag by that.
     */
    async synced(
      done: readonly (Pick<SubscriberRow, '_id' | 'rev' | 'since'> & { tagged: TagKey[] })[],
    ): Promise<void> {
      if (done.length === 0) return;
      await rows.bulkWrite(
        done.flatMap(({ _id, rev, since, tagged }) => [
          { updateOne: { filter: { _id, rev }, update: { $set: { tagged, stale: false } } } },
          { updateOne: { filter: { _id, rev: { $ne: rev }, following: true, since }, update: { $set: { tagged } } } },
        ]),
        { ordered: false },
      );
    },

    /** Those of `openids` who follow and should carry the tag of `audience`. */
    async membersAmong(audience: Audience, openids: readonly string[]): Promise<Set<string>> {
      const found = await rows
        .find({ _id: { $in: [...openids] }, following: true, ...membersOf(audience) }, { _id: 1 })
        .lean<{ _id: string }[]>()
        .exec();
      return new Set(found.map(({ _id }) => _id));
    },

    /** Followers of `audience` in order of openid, for comparing with the platform. */
    async members(audience: Audience, after: string, limit: number): Promise<string[]> {
      const found = await rows
        .find({ _id: { $gt: after }, following: true, ...membersOf(audience) }, { _id: 1 })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<{ _id: string }[]>()
        .exec();
      return found.map(({ _id }) => _id);
    },

    /** Forgets that these carry `key` on the platform: the next sync gives it again. */
    async forgetTag(key: TagKey, openids: readonly string[] | 'all'): Promise<void> {
      const who = openids === 'all' ? {} : { _id: { $in: [...openids] } };
      await rows
        .updateMany({ ...who, following: true, tagged: key }, { $pull: { tagged: key }, $set: { stale: true } })
        .exec();
    },
  };
}

/** What is left of somebody who has gone. */
export const NOTHING_KNOWN = { since: null, villageCode: null, topics: [], tagged: [], stale: false, seenBy: null };

function membersOf(audience: Audience): { villageCode?: string; topics?: string } {
  if (audience.kind === 'all') return {};
  return audience.kind === 'village' ? { villageCode: audience.code } : { topics: audience.code };
}

function inside(tx: Tx | undefined): { session?: Tx } {
  return tx ? { session: tx } : {};
}

/**
 * An upsert whose filter missed an existing row collides with it: the row knows better. A transaction is over then, and
 * whoever began it begins again.
 */
async function wins(write: { exec(): Promise<unknown> }, tx?: Tx): Promise<boolean> {
  try {
    await write.exec();
    return true;
  } catch (error) {
    if (!tx && isDuplicateKey(error)) return false;
    throw error;
  }
}
