import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, type App } from '../../src/app/build-app.ts';
import { allCollections } from '../../src/app/collections.ts';
import { gather } from '../../src/app/gather.ts';
import { NOTHING_PERSONAL } from '../../src/feature/index.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { environment, temporaryFolder } from '../support/office.ts';
import { ROOT } from '../support/project-files.ts';
import { SILENT } from '../support/town.ts';

/** No MongoDB answers at this address: everything here is known without one. */
const built = (env: Readonly<Record<string, string>> = {}): Promise<App> =>
  buildApp({
    config: loadConfig(environment({ DATA_DIR: temporaryFolder(), ...env })),
    log: SILENT,
    consoleDir: '/nowhere',
  });

let app: App;
let web: App;
let worker: App;
beforeAll(async () => {
  app = await built();
  web = await built({ ROLE: 'web' });
  worker = await built({ ROLE: 'worker' });
});
afterAll(() => Promise.all([app.close(), web.close(), worker.close()]));

/** Folders under src/ that make a feature. */
const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['app', 'feature'].includes(entry.name))
  .map(({ name }) => name)
  .filter((name) =>
    readdirSync(join(ROOT, 'src', name)).some(
      (file) =>
        file.endsWith('.ts') && /\): Feature[<\s]|= Feature</.test(readFileSync(join(ROOT, 'src', name, file), 'utf8')),
    ),
  );

const names = (of: App): string[] => of.features.map(({ name }) => name);
const routesOf = (of: App): string[] => of.routes.map(({ method, path }) => `${method} ${path}`);
const sweepsOf = (of: App): string[] => of.sweeps.state().map(({ name }) => name);

describe('every feature', () => {
  it('stands once in the list of the service, after the ones it needs', () => {
    expect(folders.length).toBeGreaterThan(10);
    expect(names(app).toSorted()).toEqual(folders.toSorted());
    expect(names(app)[0]).toBe('audit');
  });

  it('has its routes and sweeps in the service', () => {
    for (const { name, routes, sweeps } of app.features) {
      for (const { method, path } of routes) expect(routesOf(app), name).toContain(`${method} ${path}`);
      for (const sweep of sweeps) expect(sweepsOf(app), name).toContain(sweep.name);
    }
  });

  it('has its collections among those that `migrate` makes without building anything', () => {
    const all = app.features.flatMap(({ collections }) => collections.map(({ name }) => name));
    expect(allCollections.map(({ name }) => name).toSorted()).toEqual(all.toSorted());
    for (const { name, collections } of app.features) {
      expect(allCollections, name).toEqual(expect.arrayContaining([...collections]));
    }
  });

  it('is asked what it holds of a resident', () => {
    const holding = app.features.filter(({ personal }) => personal !== NOTHING_PERSONAL).map(({ name }) => name);
    expect(holding.length).toBeGreaterThan(5);
    expect(app.people.asked).toEqual(expect.arrayContaining(holding));
  });

  it('is heard in health and figures', async () => {
    const telling = app.features.map((feature) => ({
      ...feature,
      health: async () => [feature.name],
      figures: async () => ({ [feature.name]: { one: 1 } }),
    }));
    const { health, figures } = gather(telling);
    expect(await health()).toEqual(names(app));
    expect(Object.keys(await figures())).toEqual(names(app));
  });
});

describe('a process builds what its role needs', () => {
  it('web: all routes, and of the sweeps only what lies on its own host', () => {
    expect(routesOf(web)).toEqual(routesOf(app));
    expect(sweepsOf(web)).toEqual(['inbox.abandoned', 'inbox.late', 'inbox.spool']);
  });

  it('worker: all sweeps, and no route but for machines', () => {
    expect(sweepsOf(worker)).toEqual(sweepsOf(app));
    expect(routesOf(worker)).toEqual([]);
    expect(names(worker)).toEqual(names(app).filter((name) => name !== 'pages'));
  });
});
