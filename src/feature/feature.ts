import type { Route } from '../http/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest } from '../platform/mongo/index.ts';
import type { Personal } from './personal.ts';

/** Numbers of now by block and name, for `GET /health`: `{ inbox: { open: 0, failed: 0 } }`. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * A thing the township does, whole: what `createX` of every feature answers. `app/` lists the features in order and
 * gathers each member by a loop, so that nobody has to think of a new feature in six places.
 */
export interface Feature<Api = unknown> {
  /** Its folder under src/. */
  readonly name: string;
  /** What other features may ask. */
  readonly api: Api;
  readonly routes: readonly Route[];
  readonly sweeps: readonly Sweep[];
  /** Also a constant of the feature's index.ts: `npm run migrate` needs it without building anything. */
  readonly collections: readonly CollectionManifest[];
  /** What somebody must look at, one Chinese sentence each; none when all is well. */
  health(): Promise<readonly string[]>;
  /** What it holds of a resident; `NOTHING_PERSONAL` says that it holds nothing. */
  readonly personal: Personal;
  figures?(): Promise<Figures>;
}

/** The health of a feature whose work cannot get stuck. */
export const alwaysWell: Feature['health'] = async () => [];
