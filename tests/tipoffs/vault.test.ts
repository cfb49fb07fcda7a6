import { describe, expect, it } from 'vitest';
import { createSealer } from '../../src/platform/sealing/index.ts';
import { createVault } from '../../src/tipoffs/vault.ts';

const OLD = 'an-old-secret-key-of-enough-length-01';
const NEW = 'the-new-secret-key-of-enough-length-2';
const PART = { at: new Date('2026-02-10T01:02:03Z'), type: 'text' as const, text: '仓库里的事' };

describe('the vault of tipoffs', () => {
  it('opens and finds under the previous key what was stored before the key was changed', () => {
    const before = createVault({ current: OLD });
    const after = createVault({ current: NEW, previous: OLD });
    const [ref] = before.refs('34679ACDEF');
    const sealed = before.sealContent(ref, { code: '34679ACDEF', receivedAt: PART.at, parts: [PART] });
    expect(after.refs('34679ACDEF')).toContain(ref);
    expect(after.refs('34679ACDEF')[0]).not.toBe(ref);
    expect(after.holders('o1')).toContain(before.holders('o1')[0]);
    expect(after.openContent(ref, sealed).parts).toEqual([PART]);
    expect(() => createVault({ current: NEW }).openContent(ref, sealed)).toThrow(/key is gone/);
  });

  it('has a key that no other purpose of the same secret opens', () => {
    const sealed = createVault({ current: OLD }).seal('话', 'place');
    for (const purpose of ['inbox', 'conversation', 'phone', 'spool']) {
      expect(() => createSealer({ current: OLD }, purpose).open(sealed, 'place')).toThrow(/cannot be opened/);
    }
  });

  it('binds what it seals to its tipoff', () => {
    const vault = createVault({ current: OLD });
    const sealed = vault.sealAnswers('first', [{ at: PART.at, text: '答' }]);
    expect(vault.openAnswers('first', sealed)).toEqual([{ at: PART.at, text: '答' }]);
    expect(() => vault.openAnswers('second', sealed)).toThrow(/cannot be opened/);
  });
});
