import type { z } from 'zod';
import { addChinaDays, startOfChinaDate, type Clock } from '../kernel/index.ts';
import { defineRoute, type Route } from '../http/index.ts';
import { figuresQuery, figuresResponse } from './figures.contract.ts';
import type { FigureRow } from './figures.store.ts';

type Row = z.output<typeof figuresResponse>['villages'][number];

/** `GET /figures/complaints`: by village, kind and unit. Numbers alone: nothing of what anybody said. */
export function figuresRoute(deps: {
  rows: (period: { from: Date; to: Date; now: Date }) => Promise<FigureRow[]>;
  clock: Clock;
}): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/figures/complaints',
    allow: { action: 'figures.read' },
    summary: 'Complaints of a period by village, kind and unit: on time, reopened, satisfaction',
    query: figuresQuery,
    response: figuresResponse,
    handler: async ({ query }) => {
      const period = {
        from: startOfChinaDate(query.from),
        to: startOfChinaDate(addChinaDays(query.to, 1)),
        now: deps.clock.now(),
      };
      const rows = await deps.rows(period);
      const { code: _code, ...all } = sum(null, rows);
      return {
        all,
        villages: by(rows, (row) => row.villageCode),
        kinds: by(rows, (row) => row.kind),
        units: by(rows, (row) => row.unit),
      };
    },
  });
}

function by(rows: readonly FigureRow[], codeOf: (row: FigureRow) => string | null): Row[] {
  const codes = [...new Set(rows.map(codeOf))];
  return codes
    .map((code) =>
      sum(
        code,
        rows.filter((row) => codeOf(row) === code),
      ),
    )
    .sort((a, b) => b.total - a.total);
}

function sum(code: string | null, rows: readonly FigureRow[]): Row {
  const add = (name: 'total' | 'answered' | 'onTime' | 'late' | 'reopened' | 'rated' | 'stars'): number =>
    rows.reduce((total, row) => total + row[name], 0);
  const rated = add('rated');
  return {
    code,
    total: add('total'),
    answered: add('answered'),
    onTime: add('onTime'),
    late: add('late'),
    reopened: add('reopened'),
    rated,
    satisfaction: rated === 0 ? null : Math.round((100 * add('stars')) / rated) / 100,
  };
}
