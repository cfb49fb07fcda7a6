import { join } from 'node:path';
import type { YearCalendar } from './files.ts';
import { CATEGORY_KEY, type Menu, MENU_KEYS } from './menu.ts';

interface Files {
  readonly 'menu.json': Menu;
  readonly 'categories.json': { readonly categories: readonly { readonly code: string }[] };
}

/** Mistakes that no file shows alone: one line each, naming file, path and the fix. */
export function crossProblems(dir: string, files: Files, calendars: readonly YearCalendar[]): string[] {
  return [...menuProblems(join(dir, 'menu.json'), files), ...yearGaps(join(dir, 'calendar'), calendars)];
}

function menuProblems(path: string, files: Files): string[] {
  const codes = new Set(files['categories.json'].categories.map(({ code }) => code));
  const buttons = files['menu.json'].button.flatMap((button, index) =>
    'sub_button' in button
      ? button.sub_button.map((leaf, at) => ({ leaf, where: `button.${index}.sub_button.${at}.key` }))
      : [{ leaf: button, where: `button.${index}.key` }],
  );
  return buttons.flatMap(({ leaf, where }) => {
    if (leaf.type !== 'click' || MENU_KEYS.some((key) => key === leaf.key)) return [];
    if (!leaf.key.startsWith(CATEGORY_KEY)) {
      const known = [...MENU_KEYS, `${CATEGORY_KEY}<code>`].join(', ');
      return [`${path}: at ${where}: nobody answers "${leaf.key}": use ${known}`];
    }
    const code = leaf.key.slice(CATEGORY_KEY.length);
    return codes.has(code)
      ? []
      : [`${path}: at ${where}: categories.json has no category "${code}": correct one of them`];
  });
}

/** A year left out between two others would count its holidays as working days without a word. */
function yearGaps(dir: string, calendars: readonly YearCalendar[]): string[] {
  const years = calendars.map(({ year }) => year);
  const first = Math.min(...years);
  const gaps = Array.from({ length: Math.max(...years) - first }, (_, index) => first + index).filter(
    (year) => years.length > 0 && !years.includes(year),
  );
  return gaps.map((year) => `${join(dir, `${year}.json`)}: is missing between its neighbours: add it`);
}
