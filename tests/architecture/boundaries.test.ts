import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLANTED = fileURLToPath(new URL('./planted', import.meta.url));
const CRUISER = fileURLToPath(
  new URL('../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url),
);
const CONFIG = fileURLToPath(new URL('../../config/tooling/depcruise.cjs', import.meta.url));

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { rule: { name: string }; from: string; to: string }[];
  };
}

async function cruise(cwd: string, folders: readonly string[]): Promise<Cruise> {
  return new Promise((done, failed) => {
    const args = [CRUISER, '--config', CONFIG, '--output-type', 'json', ...folders];
    execFile(process.execPath, args, { cwd, maxBuffer: 64 << 20 }, (error, stdout) => {
      if (stdout === '') failed(error ?? new Error('dependency-cruiser said nothing'));
      else done(JSON.parse(stdout) as Cruise);
    });
  });
}

/** Every violation in tests/architecture/planted: rule, file → what it imports. All other imports there are allowed. */
const EXPECTED = `
articles-knows-only-lower-features: src/articles/order.ts → src/complaints/index.ts
audit-knows-only-lower-features: src/audit/order.ts → src/staff/index.ts
briefings-knows-only-lower-features: src/briefings/order.ts → src/conversation/index.ts
complaints-knows-only-lower-features: src/complaints/order.ts → src/tipoffs/index.ts
console-sees-only-contracts: src/console/main.ts → src/complaints/index.ts
conversation-knows-only-lower-features: src/conversation/order.ts → src/pages/index.ts
days-are-counted-in-deadlines: src/pages/days.ts → src/platform/working-days/index.ts
deadlines-know-only-the-ground: src/deadlines/up.ts → src/audit/index.ts
demo-uses-public-interfaces: scripts/demo.ts → src/articles/index.ts
demo-uses-public-interfaces: scripts/demo/play.ts → src/app/index.ts
e2e-uses-public-interfaces: tests/e2e/day.ts → src/articles/index.ts
enter-by-the-door: src/pages/side-door.ts → src/complaints/inner.ts
enter-platform-by-the-door: src/pages/platform-side-door.ts → src/platform/redis/inner.ts
feature-knows-no-feature: src/feature/up.ts → src/audit/index.ts
features-do-not-look-up: src/articles/to-app.ts → src/app/index.ts
features-do-not-look-up: src/articles/to-sandbox.ts → src/sandbox/index.ts
http-knows-only-kernel: src/http/to-app.ts → src/app/index.ts
http-knows-only-kernel: src/http/up.ts → src/audit/index.ts
inbox-knows-no-feature: src/inbox/up.ts → src/subscribers/index.ts
kernel-stands-alone: src/kernel/up.ts → src/platform/redis/index.ts
koa-stays-at-the-edge: src/pages/koa.ts → node_modules/koa
main-imports-only-app: src/main.ts → src/articles/index.ts
menu-knows-only-lower-features: src/menu/order.ts → src/notices/index.ts
mongodb-stays-in-stores: src/pages/mongodb.ts → node_modules/mongodb
mongodb-stays-in-stores: src/pages/mongoose.ts → node_modules/mongoose
no-cycles: src/pages/circle-a.ts → src/pages/circle-b.ts
no-feature-knows-inbox: src/articles/to-inbox.ts → src/inbox/index.ts
no-unresolvable-import: src/pages/lost.ts → ./absent.ts
nobody-needs-the-sandbox: src/app/to-sandbox.ts → src/sandbox/index.ts
nobody-needs-the-sandbox: src/articles/to-sandbox.ts → src/sandbox/index.ts
notices-knows-only-lower-features: src/notices/order.ts → src/articles/index.ts
only-main-imports-app: src/articles/to-app.ts → src/app/index.ts
only-main-imports-app: src/http/to-app.ts → src/app/index.ts
only-wechat-touches-the-sdk: src/pages/sdk.ts → node_modules/wechat-api
pages-knows-only-lower-features: src/pages/order.ts → src/conversation/index.ts
platform-knows-only-kernel: src/platform/redis/up.ts → src/http/index.ts
privacy-knows-only-lower-features: src/privacy/order.ts → src/conversation/index.ts
production-needs-no-dev-dependency: src/pages/dev.ts → node_modules/fast-check
pushes-knows-only-lower-features: src/pushes/order.ts → src/briefings/index.ts
sandbox-is-another-party: src/sandbox/to-wechat.ts → src/wechat/index.ts
scripts-stand-without-tests: scripts/other.ts → tests/support/help.ts
src-stands-without-scripts-and-tests: src/pages/to-scripts.ts → scripts/stores/index.ts
staff-knows-only-lower-features: src/staff/order.ts → src/subscribers/index.ts
stores-stand-alone: scripts/stores/inner.ts → src/kernel/index.ts
subscribers-knows-only-lower-features: src/subscribers/order.ts → src/notices/index.ts
tipoffs-knows-only-lower-features: src/tipoffs/order.ts → src/complaints/index.ts
wechat-knows-only-kernel: src/wechat/up.ts → src/platform/redis/index.ts
`;

describe('the boundary rules', { timeout: 120_000 }, () => {
  it('report exactly the planted violations, and every rule has one', async () => {
    const { summary } = await cruise(PLANTED, ['src', 'scripts', 'tests']);
    const found = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${withoutFile(to)}`);
    expect(found.sort()).toEqual(EXPECTED.trim().split('\n'));
    const config = createRequire(import.meta.url)(CONFIG) as { forbidden: { name: string; severity: string }[] };
    expect(new Set(config.forbidden.map(({ severity }) => severity))).toEqual(new Set(['error']));
    const rules = config.forbidden.map(({ name }) => name).sort();
    expect([...new Set(summary.violations.map(({ rule }) => rule.name))].sort()).toEqual(rules);
  });

  it('see the modules of src and what they import', async () => {
    const { modules } = await cruise(ROOT, ['src']);
    const sources = modules.map(({ source }) => source);
    expect(sources).toContain('src/kernel/errors.ts');
    expect(sources.filter((source) => source.startsWith('src/')).length).toBeGreaterThan(50);
    expect(sources.some((source) => source.startsWith('node_modules/koa/'))).toBe(true);
    expect(sources.filter((source) => source.includes('planted'))).toEqual([]);
  });
});

/** Of a package only its name: which of its files is its door is not ours to say. */
function withoutFile(path: string): string {
  return path.replace(/^.*(node_modules\/(?:@[^/]+\/)?[^/]+)\/.*$/, '$1');
}
