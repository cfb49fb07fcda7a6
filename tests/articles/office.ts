import { createHash, randomBytes } from 'node:crypto';
import { MongoClient, ObjectId } from 'mongodb';
import sharp from 'sharp';
import { beforeAll } from 'vitest';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town, type TownOptions } from '../support/town.ts';
import { later } from '../support/later.ts';

/** An article as the staff API answers it, as far as tests read it. */
export interface ArticleAnswer {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly contentHash: string;
  readonly publicVersion: number | null;
  readonly bodyHtml: string;
  readonly authors: readonly string[];
  readonly unit: string | null;
  readonly personalData: readonly { kind: string; place: string; shown: string; name: string }[];
  readonly rejection: { reason: string } | null;
  readonly droppedImages?: number;
  readonly pushedBriefings?: readonly { id: string; title: string }[];
}

export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
}

/** A writing that passes; `over` replaces fields. */
export function writing(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    title: `示例公示${randomBytes(4).toString('hex')}`,
    categoryCode: 'cw_szqk',
    bodyHtml: '<p>本月收支情况如下。</p>',
    ...over,
  };
}

/** The town of a test file with its people; started before the file's tests. Call it at the top of a file. */
export function openOffice(options: Omit<TownOptions, 'uri'> = {}) {
  const database = testDatabase();
  const client = new MongoClient(database.uri);
  const started: { town?: Town; people?: Record<string, StaffClient> } = {};
  beforeAll(async () => {
    const town = await startTown({ uri: database.uri, limits: { rate: { loginPer15Minutes: 1_000 } }, ...options });
    const [editor, second, leader, otherLeader, dispatcher, supervisor, clerk] = await Promise.all([
      town.staff('editor', 'mzb'),
      town.staff('editor', 'lyz'),
      town.staff('leader'),
      town.staff('leader'),
      town.staff('dispatcher', 'dzb'),
      town.staff('supervisor'),
      town.staff('clerk', 'mzb'),
    ]);
    started.town = town;
    started.people = { editor, second, leader, otherLeader, dispatcher, supervisor, clerk };
  });
  later(() => client.close());

  const town = (): Town => {
    if (!started.town) throw new Error('the town has not started');
    return started.town;
  };
  const person = (name: string): StaffClient => {
    const found = started.people?.[name];
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  };
  const write = (over: Readonly<Record<string, unknown>> = {}, by = 'editor'): Promise<ArticleAnswer> =>
    person(by).post('/articles', writing(over));
  const submitted = async (over: Readonly<Record<string, unknown>> = {}, by = 'editor'): Promise<ArticleAnswer> => {
    const { id } = await write(over, by);
    return person(by).post(`/articles/${id}/submit`);
  };
  const approve = (article: ArticleAnswer, more: object = {}, by = 'leader'): Promise<ArticleAnswer> =>
    person(by).post(`/articles/${article.id}/approve`, { contentHash: article.contentHash, ...more });
  const send = (by: string, bytes: Uint8Array, name: string): Promise<Response> => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)]), name);
    return fetch(`${town().url}/api/v1/media`, { method: 'POST', headers: person(by).headers, body: form });
  };
  return {
    /** Past the service, as a database administrator. */
    db: () => client.db(database.name),
    uri: database.uri,
    town,
    person,
    write,
    /** Uploads an image as that person; throws where it is refused. */
    upload: async (by: string, bytes: Uint8Array, name = '图.png'): Promise<{ id: string; url: string }> => {
      const answer = await send(by, bytes, name);
      if (answer.status !== 201) throw new Error(`upload: ${answer.status}`);
      return (await answer.json()) as { id: string; url: string };
    },
    /** The bare answer to an upload. */
    send,
    submitted,
    approve,
    published: async (over: Readonly<Record<string, unknown>> = {}): Promise<ArticleAnswer> =>
      approve(await submitted(over)),
    /** Any request of that person: the status, and the error's code where it failed. */
    ask: async (by: string, method: string, path: string, body?: unknown) => {
      const answer = await person(by).request(method, path, body);
      const failed = answer.body as Partial<ErrorAnswer> | null;
      return { status: answer.status, code: failed?.error?.code ?? null, body: answer.body };
    },
    /** A resident's request; with a header of its own, so that `fetch` does not ask caches to be passed by. */
    page: (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(town().url + path, { headers: { 'cache-control': 'max-age=0', ...headers }, redirect: 'manual' }),
    idOf: async (by: string): Promise<string> => (await person(by).get<{ staff: { id: string } }>('/session')).staff.id,
    /** What `mismatch` alarms the service has counted. */
    alarms: async (): Promise<number> => {
      const { body } = await town().app.metrics.expose();
      const line = body.split('\n').find((one) => one.includes('content_mismatch') && !one.startsWith('#'));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
  };
}

export const sha256 = (what: string | Uint8Array): string => createHash('sha256').update(what).digest('hex');
/** A small picture of one colour. */
export const picture = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 24, height: 16, channels: 3, background } })
    .png()
    .toBuffer();
export const oid = (hex: string): ObjectId => ObjectId.createFromHexString(hex);
