import { Schema, Types, type Connection } from 'mongoose';
import { freeAt, heldBy, type Lease, leaseSchema } from '../platform/lease/index.ts';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import type { Actor, AuditEntry } from './audit.ts';

export interface AuditDoc {
  _id: Types.ObjectId;
  at: Date;
  action: string;
  actor: Actor;
  target: { kind: string; id: string } | null;
  before: string | null;
  after: string | null;
  reason: string | null;
  facts: Record<string, string | number | boolean | null> | null;
  sealed: boolean;
  /** Place in the chain, from 1; null until sealed. */
  seq: number | null;
  mac: string | null;
}

const nullable = (bsonType: string): { bsonType: string[] } => ({ bsonType: [bsonType, 'null'] });

export const auditCollections: readonly CollectionManifest[] = [
  {
    name: 'audit_log',
    indexes: [
      { name: 'unsealed', key: { _id: 1, sealed: 1 }, partialFilterExpression: { sealed: false } },
      { name: 'chain', key: { seq: 1 }, unique: true, partialFilterExpression: { sealed: true } },
      { name: 'by_action', key: { action: 1, _id: -1 } },
      { name: 'by_target', key: { 'target.id': 1, _id: -1 } },
      { name: 'by_actor', key: { 'actor.username': 1, _id: -1 } },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['at', 'action', 'actor', 'sealed', 'seq', 'mac'],
        properties: {
          at: { bsonType: 'date' },
          action: { bsonType: 'string', minLength: 3 },
          actor: { bsonType: 'object', required: ['kind'] },
          reason: nullable('string'),
          sealed: { bsonType: 'bool' },
          mac: nullable('string'),
        },
      },
      // A place in the chain and the seal come together and go together.
      $expr: { $eq: ['$sealed', { $ne: ['$seq', null] }] },
    },
  },
  { name: 'audit_leases', indexes: [] },
];

const schema = new Schema<AuditDoc>(
  {
    at: { type: Date, required: true },
    action: { type: String, required: true },
    actor: { type: Schema.Types.Mixed, required: true },
    target: { type: Schema.Types.Mixed, default: null },
    before: { type: String, default: null },
    after: { type: String, default: null },
    reason: { type: String, default: null },
    facts: { type: Schema.Types.Mixed, default: null },
    sealed: { type: Boolean, default: false },
    seq: { type: Number, default: null },
    mac: { type: String, default: null },
  },
  { collection: 'audit_log', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
);

interface SealerDoc {
  _id: string;
  lease: Lease;
}

const sealerSchema = new Schema<SealerDoc>(
  { _id: String, lease: { type: leaseSchema, required: true } },
  { collection: 'audit_leases', strict: 'throw', versionKey: false, autoIndex: false },
);

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly username?: string | undefined;
  readonly targetId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Rows before this one: the cursor. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

/**
 * Reports of residents are another domain (docs/promises.md#p8): nothing outside the discipline office may know that
 * they exist.
 */
const NOT_TIPOFFS = { action: { $not: /^tipoffs\./ } };

/** Ids begin with the second of their making: a range of time is a range of ids, a minute wider for clocks that differ. */
function idRange({ from, to, beforeId }: AuditFilter): { $gte?: Types.ObjectId; $lt?: Types.ObjectId }[] {
  const at = (time: Date, moveMs: number): Types.ObjectId =>
    Types.ObjectId.createFromTime(Math.max(0, Math.floor((time.getTime() + moveMs) / 1_000)));
  return [
    ...(from ? [{ $gte: at(from, -60_000) }] : []),
    ...(to ? [{ $lt: at(to, 60_000) }] : []),
    ...(beforeId === undefined ? [] : [{ $lt: new Types.ObjectId(beforeId) }]),
  ];
}

export interface AuditStore {
  insert(tx: Tx, entry: AuditEntry, at: Date): Promise<void>;
  list(filter: AuditFilter): Promise<AuditDoc[]>;
  unsealed(limit: number): Promise<AuditDoc[]>;
  countUnsealedBefore(at: Date): Promise<number>;
  lastSealed(tx?: Tx): Promise<AuditDoc | null>;
  seal(tx: Tx, rows: readonly { id: Types.ObjectId; seq: number; mac: string }[]): Promise<void>;
  /** Sealed rows in the order of the chain. */
  chain(): AsyncIterable<AuditDoc>;
  /** Takes or keeps the one right to seal; false where another has it. */
  takeLease(lease: Lease, now: Date): Promise<boolean>;
}

export function createAuditStore(connection: Connection): AuditStore {
  const model = connection.model<AuditDoc>('AuditRow', schema);
  const sealers = connection.model<SealerDoc>('AuditLease', sealerSchema);
  return {
    insert: async (tx, entry, at) => {
      const { action, actor, target = null, before = null, after = null, reason = null, facts = null } = entry;
      const row = { at, action, actor, target, before, after, reason, facts, sealed: false, seq: null, mac: null };
      await model.create([row], { session: tx });
    },
    list: async (filter) => {
      const { action, username, targetId, from, to, limit } = filter;
      const at = { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) };
      const conditions = [
        NOT_TIPOFFS,
        ...(action === undefined ? [] : [{ action }]),
        ...(username === undefined ? [] : [{ 'actor.username': username }]),
        ...(targetId === undefined ? [] : [{ 'target.id': targetId }]),
        ...(from || to ? [{ at }] : []),
        ...idRange(filter).map((range) => ({ _id: range })),
      ];
      return model.find({ $and: conditions }).sort({ _id: -1 }).limit(limit).lean();
    },
    unsealed: async (limit) => model.find({ sealed: false }).sort({ _id: 1 }).limit(limit).lean(),
    countUnsealedBefore: async (at) => model.countDocuments({ sealed: false, at: { $lt: at } }),
    lastSealed: async (tx) =>
      model
        .findOne({ sealed: true })
        .sort({ seq: -1 })
        .session(tx ?? null)
        .lean(),
    seal: async (tx, rows) => {
      const result = await model.bulkWrite(
        rows.map(({ id, seq, mac }) => ({
          updateOne: { filter: { _id: id, sealed: false }, update: { $set: { sealed: true, seq, mac } } },
        })),
        { session: tx, ordered: true },
      );
      if (result.modifiedCount !== rows.length) throw new Error('another sealer was here: this batch is void');
    },
    chain: () => model.find({ sealed: true }).sort({ seq: 1 }).lean().cursor(),
    takeLease: async (lease, now) => {
      try {
        await sealers.findOneAndUpdate(
          { _id: 'sealer', $or: [heldBy(lease.by), freeAt(now)] },
          { $set: { lease } },
          { upsert: true },
        );
        return true;
      } catch {
        // The upsert met a living lease of somebody else (duplicate key), or the store is away: not ours now.
        return false;
      }
    },
  };
}
