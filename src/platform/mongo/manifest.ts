import type { Db, Document, IndexDirection } from 'mongodb';

/** One index as the owning store declares it. Every index has a name; the name is what `migrate` compares by. */
export interface IndexDeclaration {
  readonly name: string;
  readonly key: Readonly<Record<string, IndexDirection>>;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly expireAfterSeconds?: number;
  readonly partialFilterExpression?: Document;
}

/** What a collection must look like. Declared in the store that owns it; made by `npm run migrate`, checked at start. */
export interface CollectionManifest {
  readonly name: string;
  readonly indexes: readonly IndexDeclaration[];
  /** The whole validator: `$jsonSchema` and `$expr`. Applied strictly, action error. */
  readonly validator?: Document;
  /**
   * Brings what an earlier release stored into today's shape: `npm run migrate` runs it before anything else. Repeatable;
   * answers how many documents it changed.
   */
  readonly upgrade?: (db: Db) => Promise<number>;
}
