import { Schema, type Connection, type Types } from 'mongoose';
import { freeAt, heldBy, type Lease, leaseSchema, renewed } from '../platform/lease/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import { STAFF_LINE_KINDS, type StaffLine, type StaffLineKind } from './staff-line.ts';

interface StaffLineDoc {
  _id: Types.ObjectId;
  key: string;
  kind: StaffLineKind;
  ref: string;
  path: string;
  urgent: boolean;
  state: 'owed' | 'sent' | 'failed';
  createdAt: Date;
  nextAt: Date;
  attempts: number;
  lease: Lease | null;
  settledAt: Date | null;
}

/** Told lines only keep their key from being told again; after a month nobody tells them again. */
const KEEP_SECONDS = 31 * 86_400;

export const staffLineCollection: CollectionManifest = {
  name: 'staff_lines',
  indexes: [
    { name: 'key', key: { key: 1 }, unique: true },
    { name: 'due', key: { nextAt: 1 }, partialFilterExpression: { state: 'owed' } },
    { name: 'leased', key: { 'lease.by': 1 }, sparse: true },
    { name: 'old', key: { settledAt: 1 }, expireAfterSeconds: KEEP_SECONDS },
  ],
  validator: {
    $jsonSchema: {
      bsonType: 'object',
      required: ['key', 'kind', 'ref', 'path', 'urgent', 'state', 'createdAt', 'nextAt'],
      properties: {
        key: { bsonType: 'string' },
        kind: { enum: [...STAFF_LINE_KINDS] },
        ref: { bsonType: 'string', maxLength: 120 },
        path: { bsonType: 'string', pattern: '^/' },
        state: { enum: ['owed', 'sent', 'failed'] },
      },
    },
  },
};

const schema = new Schema<StaffLineDoc>(
  {
    key: { type: String, required: true },
    kind: { type: String, required: true },
    ref: { type: String, required: true },
    path: { type: String, required: true },
    urgent: { type: Boolean, required: true },
    state: { type: String, required: true },
    createdAt: { type: Date, required: true },
    nextAt: { type: Date, required: true },
    attempts: { type: Number, default: 0 },
    lease: { type: leaseSchema, default: null },
    settledAt: { type: Date, default: null },
  },
  { collection: 'staff_lines', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

export interface ClaimedLine extends StaffLine {
  readonly id: string;
  readonly createdAt: Date;
  readonly attempts: number;
}

export interface StaffLineStore {
  /** The same key again changes nothing. */
  add(tx: Tx, line: StaffLine & { readonly urgent: boolean }, at: Date, nextAt: Date): Promise<void>;
  /** Is any line due that may go out now? */
  anyDue(now: Date, urgentOnly: boolean): Promise<boolean>;
  /** Takes what is owed, due or not, so that one message carries it all. Oldest first. */
  claim(lease: Lease, now: Date, which: { urgentOnly: boolean; limit: number }): Promise<ClaimedLine[]>;
  /** False where none of them is held any more. */
  renew(lease: Lease): Promise<boolean>;
  settle(by: string, ids: readonly string[], state: 'sent' | 'failed', at: Date): Promise<void>;
  /** Gives them back for a later try. */
  postpone(by: string, ids: readonly string[], nextAt: Date): Promise<void>;
}

export function createStaffLineStore(connection: Connection): StaffLineStore {
  const model = connection.model<StaffLineDoc>('StaffLine', schema);
  const open = (now: Date, urgentOnly: boolean) => ({
    state: 'owed' as const,
    ...(urgentOnly ? { urgent: true } : {}),
    ...freeAt(now),
  });
  return {
    add: async (tx, { key, kind, ref, path, urgent }, at, nextAt) => {
      const fresh = { kind, ref, path, urgent, state: 'owed', createdAt: at, nextAt };
      const empty = { attempts: 0, lease: null, settledAt: null };
      await model.updateOne({ key }, { $setOnInsert: { ...fresh, ...empty } }, { session: tx, upsert: true });
    },
    anyDue: async (now, urgentOnly) =>
      (await model.exists({ ...open(now, urgentOnly), nextAt: { $lte: now } })) !== null,
    claim: async (lease, now, { urgentOnly, limit }) => {
      const found = await model
        .find({ ...open(now, urgentOnly), nextAt: { $exists: true } })
        .sort({ nextAt: 1 })
        .limit(limit)
        .select({ _id: 1 })
        .lean();
      const ids = found.map((doc) => doc._id);
      if (ids.length === 0) return [];
      await model.updateMany(
        { _id: { $in: ids }, ...open(now, urgentOnly) },
        { $set: { lease }, $inc: { attempts: 1 } },
      );
      const mine = await model
        .find({ ...heldBy(lease.by), state: 'owed' })
        .sort({ createdAt: 1, _id: 1 })
        .lean();
      return mine.map(({ _id, key, kind, ref, path, urgent, createdAt, attempts }) => ({
        id: String(_id),
        key,
        kind,
        ref,
        path,
        urgent,
        createdAt,
        attempts,
      }));
    },
    renew: async ({ by, until }) =>
      (await model.updateMany({ state: 'owed', ...heldBy(by) }, renewed(until))).matchedCount > 0,
    settle: async (by, ids, state, at) => {
      await model.updateMany(
        { _id: { $in: [...ids] }, ...heldBy(by) },
        { $set: { state, settledAt: at, lease: null } },
      );
    },
    postpone: async (by, ids, nextAt) => {
      await model.updateMany({ _id: { $in: [...ids] }, ...heldBy(by) }, { $set: { nextAt, lease: null } });
    },
  };
}
