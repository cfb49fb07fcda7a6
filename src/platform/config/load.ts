import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { envSchema, type Env } from './env.ts';
import {
  calendarSchema,
  fileSchemas,
  type Category,
  type Clocks,
  type Limits,
  type Town,
  type YearCalendar,
} from './files.ts';
import type { ChatTexts } from './chat.ts';
import { crossProblems } from './cross-checks.ts';
import type { Keyword } from './keywords.ts';
import type { Menu } from './menu.ts';
import { UNDERSTANDING_FILE, understandingSchema, withShipped, type UnderstandingTexts } from './understanding.ts';
import { describeMistake, placeOf, problemsOf } from './mistakes.ts';

/** Everything that differs between towns and between places of running. Read once, checked whole, frozen. */
export interface Config {
  readonly env: Env;
  readonly town: Town;
  readonly categories: readonly Category[];
  readonly menu: Menu;
  readonly chat: ChatTexts;
  readonly keywords: readonly Keyword[];
  readonly understanding: UnderstandingTexts;
  readonly clocks: Clocks;
  readonly limits: Limits;
  readonly calendars: readonly YearCalendar[];
}

/** Mistakes in environment or files: `problems` has one line each, naming variable or file, path and the fix. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration is not valid:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Unencrypted messages are a choice that somebody must have made in words. */
const PLAIN_REFUSED =
  'environment variable WECHAT_MODE is plain: messages of residents would travel unencrypted and could be forged; ' +
  'choose 安全模式 in the console of the platform and secure here, or say WECHAT_ALLOW_PLAIN=true';

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads and checks environment and configuration files. Throws one ConfigError with all mistakes found. */
export function loadConfig(variables: Variables): Config {
  const problems: string[] = [];
  const env = readEnv(variables, problems);
  const dir = variables['CONFIG_DIR'] || './config';
  const files = readFiles(dir, problems);
  const calendars = readCalendars(join(dir, 'calendar'), problems);
  const understanding = readUnderstanding(dir, problems);
  if (files) problems.push(...crossProblems(dir, files, calendars));
  if (!env || !files || !understanding || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze({
    env,
    town: files['town.json'],
    categories: files['categories.json'].categories,
    menu: files['menu.json'],
    chat: files['chat.zh.json'],
    keywords: files['keywords.json'].keywords,
    understanding,
    clocks: files['clocks.json'],
    limits: files['limits.json'],
    calendars,
  });
}

function readEnv(variables: Variables, problems: string[]): Env | undefined {
  const shape = envSchema.shape as Record<string, z.ZodType>;
  const given: Record<string, string> = {};
  for (const key of Object.keys(shape)) {
    const value = variables[key];
    if (value !== undefined && value !== '') given[key] = value;
  }
  const parsed = envSchema.safeParse(given, { error: describeMistake });
  if (parsed.success) {
    if (parsed.data.WECHAT_MODE === 'plain' && !parsed.data.WECHAT_ALLOW_PLAIN) problems.push(PLAIN_REFUSED);
    return Object.freeze(parsed.data);
  }
  for (const issue of parsed.error.issues) {
    const key = String(issue.path[0]);
    const about = shape[key]?.description;
    const what = given[key] === undefined ? 'is missing' : issue.message;
    problems.push(`environment variable ${key} ${what}${about ? ` (${about})` : ''}`);
  }
  return undefined;
}

type Files = { [F in keyof typeof fileSchemas]: z.output<(typeof fileSchemas)[F]> };

function readFiles(dir: string, problems: string[]): Files | undefined {
  const before = problems.length;
  const entries = Object.entries(fileSchemas).map(([name, schema]) => [
    name,
    readFile(join(dir, name), schema, problems),
  ]);
  return problems.length > before ? undefined : (Object.fromEntries(entries) as Files);
}

function readCalendars(dir: string, problems: string[]): YearCalendar[] {
  let names: string[];
  try {
    names = readdirSync(dir).filter((name) => /^\d{4}\.json$/.test(name));
  } catch {
    problems.push(`${dir}: cannot be read; make it and put in one file a year, e.g. 2026.json`);
    return [];
  }
  if (names.length === 0) problems.push(`${dir}: holds no calendar; put in one file a year, e.g. 2026.json`);
  return names.sort().flatMap((name) => {
    const calendar = readFile(join(dir, name), calendarSchema, problems);
    if (calendar && `${calendar.year}.json` !== name)
      problems.push(`${join(dir, name)}: at year: must equal the file name`);
    return calendar ? [calendar] : [];
  });
}

/** What residents say in any town is shipped; a town's own file need hold only what differs, or not exist at all. */
const SHIPPED = fileURLToPath(new URL(`../../../config/${UNDERSTANDING_FILE}`, import.meta.url));

function readUnderstanding(dir: string, problems: string[]): UnderstandingTexts | undefined {
  const path = join(dir, UNDERSTANDING_FILE);
  const shipped = readJson(SHIPPED, problems);
  const own = existsSync(path) ? readJson(path, problems) : {};
  if (shipped === undefined || own === undefined) return undefined;
  return checked(path, withShipped(shipped, own), understandingSchema, problems);
}

/** What is shipped, without a town's own file. Throws a ConfigError where it is spoilt. */
export function shippedUnderstanding(): UnderstandingTexts {
  const problems: string[] = [];
  const shipped = readFile(SHIPPED, understandingSchema, problems);
  if (!shipped) throw new ConfigError(problems);
  return shipped;
}

function readFile<S extends z.ZodType>(path: string, schema: S, problems: string[]): z.output<S> | undefined {
  const json = readJson(path, problems);
  return json === undefined ? undefined : checked(path, json, schema, problems);
}

function readJson(path: string, problems: string[]): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    problems.push(`${path}: cannot be read (${reasonOf(error)}): put the file there, or set CONFIG_DIR`);
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const place = placeOf(reasonOf(error), text);
    problems.push(`${path}: is not valid JSON${place === '' ? '' : ` at ${place}`}: look for a comma or quote there`);
    return undefined;
  }
}

function checked<S extends z.ZodType>(
  path: string,
  json: unknown,
  schema: S,
  problems: string[],
): z.output<S> | undefined {
  const parsed = schema.safeParse(json, { error: describeMistake });
  if (parsed.success) return parsed.data;
  problems.push(...problemsOf(parsed.error).map((problem) => `${path}: ${problem}`));
  return undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
