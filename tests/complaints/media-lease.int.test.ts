import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMediaSweep, type ComplaintFiles } from '../../src/complaints/media.sweep.ts';
import { createMediaStore, mediaCollection, type MediaStore } from '../../src/complaints/media.store.ts';
import { createFileStore, fileCollections } from '../../src/platform/files/index.ts';
import { newLease } from '../../src/platform/lease/index.ts';
import { createTransact, migrateCollections } from '../../src/platform/mongo/index.ts';
import { movableClock, SILENT } from '../notices/harness.ts';
import { testDatabase } from '../support/stores.ts';

const { uri } = testDatabase();
const clock = movableClock();
const AMR = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(40, 0x7c)]);
let connection: mongoose.Connection;
let store: MediaStore;
let files: ComplaintFiles;

beforeAll(async () => {
  connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
  await migrateCollections(connection, [mediaCollection, ...fileCollections('complaint_files')]);
  store = createMediaStore(connection);
  files = createFileStore({ connection, bucket: 'complaint_files' });
});
afterAll(() => connection.close());

const rows = () => connection.collection('complaint_media');
const row = () => rows().findOne({});
beforeEach(async () => {
  await rows().deleteMany({});
  const said = { type: 'voice', at: clock.now(), mediaId: 'M', picUrl: null, text: null } as never;
  await createTransact(connection)((tx) => store.adopt(tx, 'T1', [said]));
});

/** A worker whose platform answers `bytes` once `answer` is called. */
function worker(bytes: Buffer) {
  let answer = (): void => undefined;
  const answered = new Promise<{ bytes: Buffer; contentType: string }>((resolve) => {
    answer = () => resolve({ bytes, contentType: 'audio/amr' });
  });
  const source = { getMedia: () => answered, getPicture: () => answered, rights: { mediaDownload: true } } as never;
  return { answer, sweep: createMediaSweep({ store, files, source, clock, log: SILENT }) };
}

const claimed = () => expect.poll(async () => (await row())?.['lease'] !== null).toBe(true);

describe('the fetching of a medium', () => {
  it('by a worker that died is taken up after 15 s, and not before', async () => {
    const dead = worker(AMR);
    void dead.sweep.run();
    await claimed();
    const other = worker(AMR);
    other.answer();
    clock.move(14_999);
    expect(await other.sweep.run()).toBe(0);
    clock.move(1);
    expect(await other.sweep.run()).toBe(1);
    expect(await row()).toMatchObject({ state: 'stored', bytes: AMR.length, lease: null, attempts: 2 });
  });

  it('by a worker that comes back late changes neither the row nor the file', async () => {
    const late = worker(Buffer.concat([AMR, Buffer.from('late')]));
    const cameBack = late.sweep.run();
    await claimed();
    clock.move(15_000);
    const other = worker(AMR);
    other.answer();
    await other.sweep.run();
    const stored = await row();
    late.answer();
    expect(await cameBack).toBe(0);
    expect(await row()).toEqual(stored);
    expect(await files.read(String(stored?._id))).toEqual(AMR);
  });

  it('is ended by its holder only', async () => {
    const medium = await store.claim(newLease(clock.now()), clock.now());
    const before = await row();
    expect(await store.settle(medium?.id ?? '', 'another', { state: 'missing', why: 'x' })).toBe(false);
    expect(await row()).toEqual(before);
  });
});
