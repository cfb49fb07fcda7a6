import type { Feature, Figures } from '../feature/index.ts';
import type { Route } from '../http/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest } from '../platform/mongo/index.ts';

/** What the whole service has of each kind. */
export interface Gathered {
  readonly routes: readonly Route[];
  readonly sweeps: readonly Sweep[];
  readonly collections: readonly CollectionManifest[];
  health(): Promise<readonly string[]>;
  figures(): Promise<Figures>;
}

export function gather(features: readonly Feature[]): Gathered {
  const all = async <T>(ask: (feature: Feature) => Promise<T>): Promise<T[]> => Promise.all(features.map(ask));
  return {
    routes: features.flatMap(({ routes }) => routes),
    sweeps: features.flatMap(({ sweeps }) => sweeps),
    collections: features.flatMap(({ collections }) => collections),
    health: async () => (await all((feature) => feature.health())).flat(),
    figures: async () => Object.assign({}, ...(await all(async (feature) => feature.figures?.() ?? {}))) as Figures,
  };
}
