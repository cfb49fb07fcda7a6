import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, type App } from '../../src/app/build-app.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { environment, temporaryFolder } from '../support/office.ts';

interface Operation {
  operationId: string;
  summary: string;
  security: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}
interface Schema {
  type?: string;
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
  [key: string]: unknown;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: object };
}

let app: App;
let document: Document;
let operations: { line: string; path: string; method: string; operation: Operation }[];
beforeAll(async () => {
  // Nothing is asked of MongoDB here: the table of routes is made before it is there.
  app = await buildApp({
    config: loadConfig(environment({ DATA_DIR: temporaryFolder() })),
    log: createLog({ level: 'silent', role: 'test' }),
    consoleDir: '',
  });
  document = JSON.parse(JSON.stringify(openApiDocument(app.routes))) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ line: `${method} ${path}`, path, method, operation })),
  );
});
afterAll(() => app.close());

/** Every object in `value`, with its place. */
function objectsIn(value: unknown, at = '#'): [string, Record<string, unknown>][] {
  if (value === null || typeof value !== 'object') return [];
  const inner = Object.entries(value).flatMap(([key, member]) => objectsIn(member, `${at}/${key}`));
  return Array.isArray(value) ? inner : [[at, value as Record<string, unknown>], ...inner];
}

describe('the OpenAPI document', () => {
  it('is of 3.1 and names every route of the API, and no other', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toEqual({ title: expect.any(String), version: expect.any(String) });
    const declared = app.routes
      .filter(({ path }) => path.startsWith('/api/'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(declared.length).toBeGreaterThan(30);
    expect(operations.map(({ line }) => line).sort()).toEqual(declared.sort());
  });

  it('gives each operation what 3.1 asks: parameters of its path, responses with words, an id of its own', () => {
    const wrong = operations.flatMap(({ line, path, operation }) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const given = operation.parameters.filter((parameter) => parameter.in === 'path');
      const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      const responses = Object.entries(operation.responses);
      return [
        inPath.sort().join() ===
        given
          .map(({ name }) => name)
          .sort()
          .join()
          ? ''
          : 'path parameters',
        given.every(({ required }) => required) ? '' : 'an optional path parameter',
        new Set(names).size === names.length ? '' : 'a parameter twice',
        operation.parameters.every(({ schema }) => Object.keys(schema).length > 0) ? '' : 'a parameter without schema',
        responses.every(([status, { description }]) => /^[2]\d\d$|^default$/.test(status) && description)
          ? ''
          : 'responses',
        operation.summary ? '' : 'summary',
      ].flatMap((problem) => (problem === '' ? [] : [`${line}: ${problem}`]));
    });
    expect(wrong).toEqual([]);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id))).toBe(true);
  });

  it('holds only references that lead somewhere within it', () => {
    const references = objectsIn(document).flatMap(([, object]) =>
      typeof object['$ref'] === 'string' ? [object['$ref']] : [],
    );
    expect(references.length).toBeGreaterThan(30);
    expect([...new Set(references)].filter((reference) => resolve(reference) === undefined)).toEqual([]);
  });

  it('shows of each write the token it wants, of each route but logging in the session', () => {
    for (const { line, method, operation } of operations) {
      const login = line === 'post /api/v1/session';
      expect(operation.security, line).toEqual(login ? [] : [{ session: [] }]);
      const token = operation.parameters.some(({ name, in: where }) => where === 'header' && name === 'X-CSRF-Token');
      expect(token, line).toBe(method !== 'get' && !login);
    }
  });

  it('refuses unknown fields in every body, whatever stands in it', () => {
    const bodies = operations.flatMap(({ line, operation }) =>
      Object.entries(operation.requestBody?.content ?? {})
        .filter(([type]) => type === 'application/json')
        .map(([, { schema }]) => ({ line, schema })),
    );
    expect(bodies.length).toBeGreaterThan(10);
    const open = bodies.flatMap(({ line, schema }) =>
      objectsIn(schema, line).flatMap(([at, part]) =>
        part['type'] === 'object' && part['properties'] && part['additionalProperties'] !== false ? [at] : [],
      ),
    );
    expect(open).toEqual([]);
  });

  it('says what every read answers', () => {
    const reads = operations.filter(({ method }) => method === 'get');
    const silent = reads.filter(({ operation }) => operation.responses['200']?.content === undefined);
    expect(silent.map(({ line }) => line).filter((line) => !line.includes('/media/'))).toEqual([]);
  });
});

function resolve(reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
}
