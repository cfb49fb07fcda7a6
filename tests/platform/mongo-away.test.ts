import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMongo, createTransact, type MongoPools } from '../../src/platform/mongo/index.ts';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
let mongo: MongoPools;
beforeAll(() => {
  mongo = connectMongo({ uri: 'mongodb://127.0.0.1:1/none', log });
});
afterAll(async () => mongo.close());

describe('a MongoDB that was never there', () => {
  it.each(['hot', 'work'] as const)(
    'fails a read on the %s pool at once instead of keeping it in memory',
    async (pool) => {
      const model = mongo[pool].model(
        'Thing',
        new mongoose.Schema({ name: String }, { autoIndex: false, autoCreate: false }),
      );
      await expect(model.findOne({}).exec()).rejects.toThrow(/before initial connection|force closed|ECONNREFUSED/);
      expect(mongo.ready()).toBe(false);
    },
  );

  it('fails a transaction as a store that is away', async () => {
    const work = async () => 'done';
    await expect(createTransact(mongo.work)(work)).rejects.toMatchObject({ name: expect.stringMatching(/^Mongo/) });
  });
});
