import { describe, expect, it } from 'vitest';
import { VERSION_TABLE } from '../../src/articles/article.ts';
import { BRIEFING_MOVES } from '../../src/briefings/briefing.ts';
import { COMPLAINT_STATES } from '../../src/complaints/complaint.ts';
import { TIPOFF_STATES } from '../../src/tipoffs/tipoff.ts';
import { unreachableStates, type StateTable } from '../../src/kernel/index.ts';

const TABLES: readonly [string, StateTable<string, string>, string][] = [
  ['articles', VERSION_TABLE, 'draft'],
  ['briefings', BRIEFING_MOVES, 'draft'],
  ['complaints', COMPLAINT_STATES, 'received'],
  ['tipoffs', TIPOFF_STATES, 'received'],
];

describe('state tables', () => {
  it.each(TABLES)('%s: every state can be reached', (_, table, first) => {
    expect(unreachableStates(table, first)).toEqual([]);
  });

  it('has a check that finds a state nobody can reach', () => {
    const table: StateTable<string, string> = { draft: { go: 'done' }, done: {}, lost: { go: 'done' } };
    expect(unreachableStates(table, 'draft')).toEqual(['lost']);
  });
});
