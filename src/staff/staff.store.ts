import { Schema, Types, type Connection } from 'mongoose';
import type { CollectionManifest, Tx } from '../platform/mongo/index.ts';
import { ROLES, type Role } from './policy.ts';
import type { StaffMember } from './staff.ts';

interface StaffDoc {
  _id: Types.ObjectId;
  username: string;
  name: string;
  role: Role;
  unit: string | null;
  disabled: boolean;
  passwordHash: string;
  openid: string | null;
  createdAt: Date;
  /** Written at each login, so that a login and a change of the account's password or state exclude each other. */
  lastLoginAt: Date | null;
  /** Counts decisions, so that a decision and a change of the account exclude each other. */
  decisions?: number;
}

interface SessionDoc {
  /** SHA-256 of the token: a stolen backup opens no session. */
  _id: string;
  staffId: Types.ObjectId;
  csrfToken: string;
  createdAt: Date;
  expiresAt: Date;
}

interface BindCodeDoc {
  _id: string;
  staffId: Types.ObjectId;
  expiresAt: Date;
}

export const staffCollections: readonly CollectionManifest[] = [
  {
    name: 'staff',
    indexes: [
      { name: 'username', key: { username: 1 }, unique: true },
      { name: 'role', key: { role: 1, disabled: 1 } },
    ],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['username', 'name', 'role', 'disabled', 'passwordHash'],
        properties: {
          username: { bsonType: 'string', pattern: '^[a-z0-9_.-]{2,32}$' },
          role: { enum: [...ROLES] },
          disabled: { bsonType: 'bool' },
          passwordHash: { bsonType: 'string', pattern: '^\\$argon2id\\$' },
        },
      },
    },
  },
  {
    name: 'staff_sessions',
    indexes: [
      { name: 'expires', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
      { name: 'of_staff', key: { staffId: 1 } },
    ],
  },
  {
    name: 'staff_bind_codes',
    indexes: [
      { name: 'expires', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
      { name: 'of_staff', key: { staffId: 1 } },
    ],
  },
  { name: 'staff_guards', indexes: [] },
];

const options = { strict: 'throw', versionKey: false, autoIndex: false } as const;
const staffSchema = new Schema<StaffDoc>(
  {
    username: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, required: true },
    unit: { type: String, default: null },
    disabled: { type: Boolean, default: false },
    passwordHash: { type: String, required: true },
    openid: { type: String, default: null },
    createdAt: { type: Date, required: true },
    lastLoginAt: { type: Date, default: null },
    decisions: Number,
  },
  { ...options, collection: 'staff' },
);
const sessionSchema = new Schema<SessionDoc>(
  {
    _id: String,
    staffId: { type: Schema.Types.ObjectId, required: true },
    csrfToken: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { ...options, collection: 'staff_sessions' },
);
const bindCodeSchema = new Schema<BindCodeDoc>(
  { _id: String, staffId: { type: Schema.Types.ObjectId, required: true }, expiresAt: { type: Date, required: true } },
  { ...options, collection: 'staff_bind_codes' },
);
const guardSchema = new Schema<{ _id: string; touched: number }>(
  { _id: String, touched: Number },
  { ...options, collection: 'staff_guards' },
);

export interface NewStaff {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly unit: string | null;
  readonly passwordHash: string;
  readonly createdAt: Date;
}

export interface StaffChange {
  readonly name?: string;
  readonly role?: Role;
  readonly unit?: string | null;
  readonly disabled?: boolean;
  readonly passwordHash?: string;
  readonly openid?: string | null;
}

export interface StaffStore {
  /** Throws the driver's duplicate-key error where the username is taken. */
  insert(tx: Tx, staff: NewStaff): Promise<StaffMember>;
  byUsername(username: string): Promise<(StaffMember & { passwordHash: string }) | null>;
  byId(id: string, tx?: Tx): Promise<(StaffMember & { passwordHash: string }) | null>;
  list(afterUsername: string | undefined, limit: number): Promise<StaffMember[]>;
  change(tx: Tx, id: string, change: StaffChange): Promise<StaffMember | null>;
  /** Active accounts of a role, counted so that two concurrent changes cannot both pass (they meet on one document). */
  countActive(tx: Tx, role: Role): Promise<number>;
  /** Marks a login of an account that still has this password and is not disabled; false where that changed. */
  markLogin(tx: Tx, id: string, passwordHash: string, at: Date): Promise<boolean>;
  /** Marks a decision of an account that has one of these roles and is not disabled; false where that changed. */
  markDecision(tx: Tx, id: string, roles: readonly Role[]): Promise<boolean>;
  addSession(
    tx: Tx,
    session: { hash: string; staffId: string; csrfToken: string; createdAt: Date; expiresAt: Date },
  ): Promise<void>;
  session(hash: string, now: Date): Promise<{ staffId: string; csrfToken: string } | null>;
  endSession(tx: Tx, hash: string): Promise<void>;
  endSessionsOf(tx: Tx, staffId: string): Promise<void>;
  /** Replaces the account's earlier code. */
  setBindCode(tx: Tx, code: string, staffId: string, expiresAt: Date): Promise<void>;
  takeBindCode(tx: Tx, code: string, now: Date): Promise<string | null>;
  /** Accounts whose previews go to this phone. */
  boundTo(openid: string): Promise<StaffMember[]>;
  unbind(tx: Tx, openid: string): Promise<void>;
}

export function createStaffStore(connection: Connection): StaffStore {
  const staff = connection.model<StaffDoc>('Staff', staffSchema);
  const sessions = connection.model<SessionDoc>('StaffSession', sessionSchema);
  const bindCodes = connection.model<BindCodeDoc>('StaffBindCode', bindCodeSchema);
  const guards = connection.model('StaffGuard', guardSchema);
  return {
    insert: async (tx, added) => {
      const [doc] = await staff.create([{ ...added, disabled: false, openid: null, lastLoginAt: null }], {
        session: tx,
      });
      if (!doc) throw new Error('an insert answered nothing');
      return toMember(doc.toObject());
    },
    byUsername: async (username) => withHash(await staff.findOne({ username }).lean()),
    byId: async (id, tx) =>
      withHash(
        await staff
          .findById(id)
          .session(tx ?? null)
          .lean(),
      ),
    list: async (afterUsername, limit) => {
      const filter = afterUsername === undefined ? {} : { username: { $gt: afterUsername } };
      return (await staff.find(filter).sort({ username: 1 }).limit(limit).lean()).map(toMember);
    },
    change: async (tx, id, change) => {
      const doc = await staff.findByIdAndUpdate(id, { $set: change }, { session: tx, returnDocument: 'after' }).lean();
      return doc ? toMember(doc) : null;
    },
    countActive: async (tx, role) => {
      await guards.updateOne({ _id: role }, { $inc: { touched: 1 } }, { session: tx, upsert: true });
      return staff.countDocuments({ role, disabled: false }).session(tx);
    },
    markLogin: async (tx, id, passwordHash, at) => {
      const filter = { _id: new Types.ObjectId(id), passwordHash, disabled: false };
      const { matchedCount } = await staff.updateOne(filter, { $set: { lastLoginAt: at } }, { session: tx });
      return matchedCount === 1;
    },
    markDecision: async (tx, id, roles) => {
      const filter = { _id: new Types.ObjectId(id), disabled: false, role: { $in: [...roles] } };
      const { matchedCount } = await staff.updateOne(filter, { $inc: { decisions: 1 } }, { session: tx });
      return matchedCount === 1;
    },
    addSession: async (tx, { hash, staffId, ...rest }) => {
      await sessions.create([{ _id: hash, staffId: new Types.ObjectId(staffId), ...rest }], { session: tx });
    },
    session: async (hash, now) => {
      const doc = await sessions.findOne({ _id: hash, expiresAt: { $gt: now } }).lean();
      return doc ? { staffId: String(doc.staffId), csrfToken: doc.csrfToken } : null;
    },
    endSession: async (tx, hash) => {
      await sessions.deleteOne({ _id: hash }, { session: tx });
    },
    endSessionsOf: async (tx, staffId) => {
      await sessions.deleteMany({ staffId: new Types.ObjectId(staffId) }, { session: tx });
    },
    setBindCode: async (tx, code, staffId, expiresAt) => {
      const owner = new Types.ObjectId(staffId);
      await bindCodes.deleteMany({ staffId: owner }, { session: tx });
      await bindCodes.create([{ _id: code, staffId: owner, expiresAt }], { session: tx });
    },
    takeBindCode: async (tx, code, now) => {
      const doc = await bindCodes.findOneAndDelete({ _id: code, expiresAt: { $gt: now } }, { session: tx }).lean();
      return doc ? String(doc.staffId) : null;
    },
    boundTo: async (openid) => (await staff.find({ openid }).lean()).map(toMember),
    unbind: async (tx, openid) => {
      await staff.updateMany({ openid }, { $set: { openid: null } }, { session: tx });
    },
  };
}

function toMember(doc: StaffDoc): StaffMember {
  const { username, name, role, unit, disabled, openid } = doc;
  return { id: String(doc._id), username, name, role, unit, disabled, openid };
}

function withHash(doc: StaffDoc | null): (StaffMember & { passwordHash: string }) | null {
  return doc ? { ...toMember(doc), passwordHash: doc.passwordHash } : null;
}
