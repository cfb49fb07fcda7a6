import { type Element, isElement, type Node, textOf } from '../../platform/markup/index.ts';
import type { Style } from './css.ts';
import { columnHidden, isGone, rowHidden } from './hidden.ts';

/** A cell as it stands once the hidden rows and columns are out. */
export interface PlannedCell {
  readonly cell: Element;
  readonly colspan: number;
  readonly rowspan: number;
  /** Of the columns that stay, from 1. */
  readonly column: number;
}

export interface PlannedRow {
  readonly row: Element;
  /** What is around it, from the table inwards, for the cascade. */
  readonly around: readonly Element[];
  readonly part: 'thead' | 'tbody' | 'tfoot';
  readonly cells: readonly PlannedCell[];
}

export interface TablePlan {
  readonly rows: readonly PlannedRow[];
  readonly captions: readonly Element[];
  /** What stands in the table and in no cell. */
  readonly strays: readonly Node[];
  readonly hiddenRows: number;
  readonly hiddenColumns: number;
  readonly hiddenCells: number;
}

/** Wider than any sheet that is printed. */
const MAX_COLUMNS = 300;
const MAX_SPAN = 500;

interface Row {
  readonly row: Element;
  readonly around: readonly Element[];
  readonly part: PlannedRow['part'];
  readonly hidden: boolean;
  readonly cells: { readonly cell: Element; readonly at: number; readonly colspan: number; readonly rowspan: number }[];
}

/** Which rows, columns and cells of a table were to be seen, with spans that fit what is left. */
export function planTable(table: Element, styleOf: (element: Element, around: readonly Element[]) => Style): TablePlan {
  const { rows: read, cols, captions, strays } = readRows(table, styleOf);
  const rows = laidOut(read);
  const hidden = hiddenColumnsOf(rows, cols, styleOf);
  const width = Math.max(
    0,
    ...rows.map(({ cells }) => cells.reduce((most, { at, colspan }) => Math.max(most, at + colspan), 0)),
  );
  const places: number[] = [];
  let shown = 0;
  for (let column = 0; column <= width; column += 1) {
    places.push(shown);
    if (!hidden.has(column)) shown += 1;
  }
  const placeOf = (column: number): number => places[Math.min(column, width)] ?? shown;
  let hiddenCells = 0;
  const told = { rows: 0, columns: new Set<number>() };
  const kept: { planned: PlannedCell[]; source: Row }[] = rows.map((source) => ({ planned: [], source }));
  rows.forEach((row, index) => {
    if (row.hidden && row.cells.some(({ cell }) => says(cell))) told.rows += 1;
    for (const { cell, at, colspan, rowspan } of row.cells) {
      const columns = placeOf(at + colspan) - placeOf(at);
      if (columns === 0) {
        if (says(cell)) told.columns.add(at);
        continue;
      }
      const range = rows.slice(index, index + rowspan);
      const seen = range.filter((each) => !each.hidden).length;
      if (seen === 0) continue;
      if (!row.hidden && isGone(cell, styleOf(cell, row.around))) {
        if (says(cell)) hiddenCells += 1;
        continue;
      }
      // A merged cell whose first rows are hidden stands in the first that is not.
      const into = kept[index + range.findIndex((each) => !each.hidden)];
      into?.planned.push({ cell, colspan: columns, rowspan: seen, column: placeOf(at) + 1 });
    }
  });
  const planned = kept
    .filter(({ source }) => !source.hidden)
    .map(({ planned: cells, source: { row, around, part } }) => ({
      row,
      around,
      part,
      cells: cells.sort((a, b) => a.column - b.column),
    }));
  return { rows: planned, captions, strays, hiddenRows: told.rows, hiddenColumns: told.columns.size, hiddenCells };
}

function readRows(table: Element, styleOf: (element: Element, around: readonly Element[]) => Style) {
  const rows: Row[] = [];
  const cols: { hidden: boolean; span: number }[] = [];
  const captions: Element[] = [];
  const strays: Node[] = [];
  const read = (parent: Element, around: readonly Element[], part: PlannedRow['part'], hidden: boolean): void => {
    for (const child of parent.children) {
      if (!isElement(child)) {
        if (child.trim() !== '') strays.push(child);
      } else if (child.tag === 'tr') rows.push(readRow(child, around, part, hidden));
      else if (child.tag === 'thead' || child.tag === 'tbody' || child.tag === 'tfoot') {
        read(child, [...around, child], child.tag, hidden || isGone(child, styleOf(child, around)));
      } else if (child.tag === 'colgroup') {
        const gone = columnHidden(child, styleOf(child, around));
        const inside = child.children.filter(isElement);
        if (inside.length === 0) cols.push({ hidden: gone, span: spanOf(child.attrs['span']) });
        for (const col of inside) cols.push(colOf(col, [...around, child], gone));
      } else if (child.tag === 'col') cols.push(colOf(child, around, false));
      else if (child.tag === 'caption') captions.push(child);
      else strays.push(child);
    }
  };
  const colOf = (col: Element, around: readonly Element[], gone: boolean) => ({
    hidden: gone || columnHidden(col, styleOf(col, around)),
    span: spanOf(col.attrs['span']),
  });
  const readRow = (row: Element, around: readonly Element[], part: PlannedRow['part'], hidden: boolean): Row => {
    const cells = row.children.filter((child): child is Element => isElement(child) && /^t[dh]$/.test(child.tag));
    strays.push(
      ...row.children.filter((child) => (isElement(child) ? !/^t[dh]$/.test(child.tag) : child.trim() !== '')),
    );
    return {
      row,
      around: [...around, row],
      part,
      hidden: hidden || rowHidden(row, styleOf(row, around)),
      cells: cells.map((cell) => ({
        cell,
        at: 0,
        colspan: spanOf(cell.attrs['colspan']),
        rowspan: cell.attrs['rowspan'] === '0' ? MAX_SPAN : spanOf(cell.attrs['rowspan']),
      })),
    };
  };
  read(table, [table], 'tbody', false);
  return { rows, cols, captions, strays };
}

/**
 * Spreadsheets count hidden rows in a merged cell's span, browsers do not: the one that leaves the rows even is meant.
 * Where both do, the sheet is.
 */
function laidOut(rows: readonly Row[]): Row[] {
  const copies = (): Row[] => rows.map((row) => ({ ...row, cells: [...row.cells] }));
  const asSheet = copies();
  layOut(asSheet);
  if (!rows.some(({ hidden }) => hidden)) return asSheet;
  const asShown = copies().filter(({ hidden }) => !hidden);
  layOut(asShown);
  if (unevenness(asSheet) <= unevenness(asShown)) return asSheet;
  const shown = asShown.values();
  // Hidden rows keep their words for the count, and stand at the end where no span reaches them.
  return [...shown, ...asSheet.filter(({ hidden }) => hidden)];
}

function unevenness(rows: readonly Row[]): number {
  const widths = rows
    .filter(({ hidden }) => !hidden)
    .map(({ cells }) => Math.max(0, ...cells.map(({ at, colspan }) => at + colspan)));
  const widest = Math.max(0, ...widths);
  return widths.reduce((sum, width) => sum + widest - width, 0);
}

/** Gives each cell its column, as cells above reach down into the rows below. */
function layOut(rows: readonly Row[]): void {
  /** For each column, how many rows below this one are still taken. */
  let taken: number[] = [];
  for (const { cells } of rows) {
    let column = 0;
    const next = taken.map((left) => Math.max(0, left - 1));
    cells.forEach((one, i) => {
      while ((taken[column] ?? 0) > 0 && column < MAX_COLUMNS) column += 1;
      const colspan = Math.max(1, Math.min(one.colspan, MAX_COLUMNS - column));
      cells[i] = { ...one, at: column, colspan };
      for (let c = column; c < column + colspan; c += 1) next[c] = Math.max(next[c] ?? 0, one.rowspan - 1);
      column = Math.min(MAX_COLUMNS, column + colspan);
    });
    taken = Array.from(next, (left) => left ?? 0);
  }
}

function hiddenColumnsOf(
  rows: readonly Row[],
  cols: readonly { hidden: boolean; span: number }[],
  styleOf: (element: Element, around: readonly Element[]) => Style,
): Set<number> {
  const hidden = new Set<number>();
  let at = 0;
  for (const { hidden: gone, span } of cols) {
    for (let i = 0; i < span && at < MAX_COLUMNS; i += 1, at += 1) if (gone) hidden.add(at);
  }
  /** Of each column: cells that are gone, without width, and plainly there. */
  const votes = new Map<number, { gone: number; narrow: number; wide: number; cells: number }>();
  for (const { cells, around, hidden: rowGone } of rows) {
    if (rowGone) continue;
    for (const { cell, at: column, colspan } of cells) {
      if (colspan > 1) continue;
      const vote = votes.get(column) ?? { gone: 0, narrow: 0, wide: 0, cells: 0 };
      const style = styleOf(cell, around);
      vote.cells += 1;
      if (isGone(cell, style)) vote.gone += 1;
      else if (columnHidden(cell, style)) vote.narrow += 1;
      else if (cell.attrs['width'] !== undefined || style.get('width') !== undefined) vote.wide += 1;
      votes.set(column, vote);
    }
  }
  for (const [column, { gone, narrow, wide, cells }] of votes) {
    // Spreadsheets write a width into the first row alone.
    if (gone === cells || (narrow > 0 && wide === 0)) hidden.add(column);
  }
  const all = [...votes.keys()];
  // A table of which nothing would be left was not hidden: its widths mean something else.
  if (
    all.length > 0 &&
    all.every((column) => hidden.has(column)) &&
    [...votes.values()].some(({ gone, cells }) => gone < cells)
  ) {
    return new Set();
  }
  return hidden;
}

function spanOf(value: string | undefined): number {
  const span = Number.parseInt(value ?? '1', 10);
  return Number.isNaN(span) || span < 1 ? 1 : Math.min(span, MAX_SPAN);
}

function says(cell: Element): boolean {
  return textOf(cell).trim() !== '';
}
