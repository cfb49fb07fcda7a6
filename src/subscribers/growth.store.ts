import { type Connection, type Model, Schema } from 'mongoose';
import { addChinaDays, type ChinaDate, startOfChinaDate } from '../kernel/index.ts';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import { FORGET_AFTER_MS, subscriberModel } from './subscribers.store.ts';

/** One day of China: how many left. A number and nobody's name. */
interface DayRow {
  readonly _id: ChinaDate;
  readonly leaves: number;
}

export const daysCollection: CollectionManifest = {
  name: 'subscriber_days',
  indexes: [],
  validator: {
    $jsonSchema: { bsonType: 'object', required: ['_id', 'leaves'], properties: { leaves: { bsonType: 'int' } } },
  },
};

const schema = new Schema<DayRow>(
  { _id: { type: String, required: true }, leaves: { type: Number, required: true } },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'subscriber_days' },
);

export interface GrowthStore {
  /** Whoever follows now, by the Monday of the week in which they began; from a Monday on. */
  followsByWeek(from: ChinaDate): Promise<Map<ChinaDate, number>>;
  /** Counts the marks of departure of that day and keeps the number; a smaller count later changes nothing. */
  keepLeaves(day: ChinaDate): Promise<void>;
  leavesSince(from: ChinaDate): Promise<{ readonly day: ChinaDate; readonly leaves: number }[]>;
  /** The first day whose departures were counted; null before the first count. */
  knownFrom(): Promise<ChinaDate | null>;
}

export function createGrowthStore(connection: Connection): GrowthStore {
  const rows = subscriberModel(connection);
  const days: Model<DayRow> = connection.models['SubscriberDay'] ?? connection.model<DayRow>('SubscriberDay', schema);
  return {
    followsByWeek: async (from) => {
      const weeks = await rows.aggregate<{ _id: string; count: number }>([
        { $match: { following: true, since: { $gte: startOfChinaDate(from) } } },
        { $set: { week: { $dateTrunc: { date: '$since', unit: 'week', timezone: '+08:00', startOfWeek: 'monday' } } } },
        {
          $group: {
            _id: { $dateToString: { date: '$week', format: '%Y-%m-%d', timezone: '+08:00' } },
            count: { $sum: 1 },
          },
        },
      ]);
      return new Map(weeks.map(({ _id, count }) => [_id, count]));
    },
    keepLeaves: async (day) => {
      const forgotten = (date: ChinaDate): Date => new Date(startOfChinaDate(date).getTime() + FORGET_AFTER_MS);
      const leaves = await rows.countDocuments({
        following: false,
        forgetAt: { $gte: forgotten(day), $lt: forgotten(addChinaDays(day, 1)) },
      });
      await days.updateOne({ _id: day }, { $max: { leaves } }, { upsert: true });
    },
    leavesSince: async (from) => {
      const found = await days.find({ _id: { $gte: from } }).lean<DayRow[]>();
      return found.map(({ _id, leaves }) => ({ day: _id, leaves }));
    },
    knownFrom: async () => {
      const first = await days.findOne().sort({ _id: 1 }).lean<DayRow>();
      return first?._id ?? null;
    },
  };
}
