import { describe, expect, it } from 'vitest';
import { describeHosts, judgeServer } from '../../src/platform/mongo/index.ts';

describe('judgeServer', () => {
  const replicaSet = { setName: 'town' };

  it('is content with a replica set of 6.0 or newer, and with a router', () => {
    for (const version of ['6.0.0', '6.0.5', '7.0.12', '8.2.1-rc0', '10.0.0']) {
      expect([version, judgeServer({ version }, replicaSet)]).toEqual([version, []]);
    }
    expect(judgeServer({ version: '7.0.0' }, { msg: 'isdbgrid' })).toEqual([]);
  });

  it.each(['3.6.23', '4.4.29', '5.0.31', '', 'unknown'])('says that version "%s" is too old', (version) => {
    expect(judgeServer({ version }, replicaSet)).toEqual([expect.stringMatching(/too old.*6\.0.*upgrade/)]);
  });

  it('says that a single server is no replica set, and how to make it one', () => {
    expect(judgeServer({ version: '6.0.5' }, {})).toEqual([expect.stringMatching(/--replSet.*rs\.initiate\(\)/)]);
    expect(judgeServer({ version: '4.0.0' }, {})).toHaveLength(2);
  });
});

describe('describeHosts', () => {
  it.each([
    ['mongodb://127.0.0.1:27017/town?replicaSet=a', '127.0.0.1:27017'],
    ['mongodb://user:p%40ss@a:1,b:2/town', 'a:1,b:2'],
    ['mongodb+srv://user:secret@cluster.example', 'cluster.example'],
  ])('names the hosts of %s and no secret', (uri, hosts) => expect(describeHosts(uri)).toBe(hosts));
});
