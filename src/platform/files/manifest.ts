import type { CollectionManifest } from '../mongo/index.ts';

/**
 * The two collections of a GridFS bucket. The driver would make their indexes at the first write; the service's user
 * may not, so `npm run migrate` does.
 */
export function fileCollections(bucket: string): readonly CollectionManifest[] {
  return [
    { name: `${bucket}.files`, indexes: [{ name: 'filename_1_uploadDate_1', key: { filename: 1, uploadDate: 1 } }] },
    { name: `${bucket}.chunks`, indexes: [{ name: 'files_id_1_n_1', key: { files_id: 1, n: 1 }, unique: true }] },
  ];
}
