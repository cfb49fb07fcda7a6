import { type Connection, type Model, Schema } from 'mongoose';
import { type CollectionManifest, isDuplicateKey, type Tx } from '../platform/mongo/index.ts';
import type { Menu } from '../platform/config/index.ts';

/** The one document. It stays when the office goes back to the file, so that its version never comes again. */
interface MenuDoc {
  readonly _id: 'menu';
  /** 1 after the first save, one more with each. */
  readonly version: number;
  /** Null after the way back: what the file says counts. */
  readonly button: Menu['button'] | null;
  readonly savedBy: string;
  readonly savedAt: Date;
}

export const menuCollections: readonly CollectionManifest[] = [
  {
    name: 'menus',
    indexes: [],
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['version', 'button', 'savedBy', 'savedAt'],
        properties: {
          _id: { enum: ['menu'] },
          version: { bsonType: ['int', 'long', 'double'], minimum: 1 },
          button: { bsonType: ['array', 'null'], minItems: 1, maxItems: 3 },
          savedBy: { bsonType: 'string', minLength: 1 },
          savedAt: { bsonType: 'date' },
        },
      },
    },
  },
];

const schema = new Schema<MenuDoc>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    button: { type: Schema.Types.Mixed, default: null },
    savedBy: { type: String, required: true },
    savedAt: { type: Date, required: true },
  },
  { strict: 'throw', versionKey: false, autoIndex: false, collection: 'menus' },
);

export interface StoredMenu {
  readonly version: number;
  readonly button: Menu['button'] | null;
  readonly savedBy: string;
  readonly savedAt: Date;
}

export interface MenuSave {
  /** The version that the editor saw; 0 where nothing had been saved yet. */
  readonly baseVersion: number;
  readonly button: Menu['button'] | null;
  /** Name of the member of staff, for the next one who looks. */
  readonly savedBy: string;
  readonly savedAt: Date;
}

export type MenuStore = ReturnType<typeof createMenuStore>;

export function createMenuStore(connection: Connection) {
  const menus: Model<MenuDoc> = connection.models['Menu'] ?? connection.model<MenuDoc>('Menu', schema);
  return {
    /** Null where nothing was ever saved. */
    async read(): Promise<StoredMenu | null> {
      return menus.findById('menu', { _id: 0 }).lean<StoredMenu | null>().exec();
    },

    /** Makes the next version; false where another one has been made since `baseVersion`. */
    async save(tx: Tx, { baseVersion, button, savedBy, savedAt }: MenuSave): Promise<boolean> {
      const next = { version: baseVersion + 1, button, savedBy, savedAt };
      if (baseVersion > 0) {
        const done = await menus
          .updateOne({ _id: 'menu', version: baseVersion }, { $set: next }, { session: tx })
          .exec();
        return done.matchedCount === 1;
      }
      try {
        await menus.create([{ _id: 'menu', ...next }], { session: tx });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  };
}
