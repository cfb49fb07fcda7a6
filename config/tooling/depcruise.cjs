/** The directions of ARCHITECTURE.md. Each rule has a planted violation in tests/architecture/planted. */
const path = require('node:path');

/** Highest first; features of one rank do not know each other. inbox gets its handler from app and stands outside. */
const RANKS = [
  ['pages', 'conversation'],
  ['privacy'],
  ['briefings'],
  ['pushes'],
  ['complaints', 'tipoffs'],
  ['articles'],
  ['notices'],
  ['subscribers', 'menu'],
  ['staff'],
  ['audit'],
];
const FEATURES = RANKS.flat();
const any = (names) => `(${names.join('|')})`;
const inside = (names) => `^src/${any(names)}/`;
const npm = (names) => `(^|/)node_modules/${any(names)}/`;
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

const featureOrder = RANKS.flatMap((rank, index) =>
  rank.map((feature) => {
    const notBelow = RANKS.slice(0, index + 1).flat();
    const others = notBelow.filter((name) => name !== feature);
    return others.length === 0
      ? []
      : forbid(`${feature}-knows-only-lower-features`, { path: `^src/${feature}/` }, { path: inside(others) });
  }),
).flat();

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }),
    forbid('no-unresolvable-import', {}, { couldNotResolve: true }),

    forbid('kernel-stands-alone', { path: '^src/kernel/' }, { path: '^src/(?!kernel/)' }),
    forbid('platform-knows-only-kernel', { path: '^src/platform/' }, { path: '^src/(?!platform/|kernel/)' }),
    forbid('wechat-knows-only-kernel', { path: '^src/wechat/' }, { path: '^src/(?!wechat/|kernel/)' }),
    forbid('http-knows-only-kernel', { path: '^src/http/' }, { path: '^src/(?!http/|kernel/)' }),
    forbid(
      'deadlines-know-only-the-ground',
      { path: '^src/deadlines/' },
      { path: '^src/(?!deadlines/|platform/|kernel/)' },
    ),
    forbid(
      'days-are-counted-in-deadlines',
      { path: '^src/(?!deadlines/|platform/)' },
      { path: '^src/platform/working-days/' },
    ),
    forbid(
      'feature-knows-no-feature',
      { path: '^src/feature/' },
      { path: '^src/(?!feature/|http/|platform/|kernel/)' },
    ),
    forbid(
      'features-do-not-look-up',
      { path: inside([...FEATURES, 'inbox']) },
      { path: '^src/(app|sandbox|console)/|^src/main\\.ts$' },
    ),
    forbid('inbox-knows-no-feature', { path: '^src/inbox/' }, { path: inside(FEATURES) }),
    forbid('no-feature-knows-inbox', { path: inside(FEATURES) }, { path: '^src/inbox/' }),
    ...featureOrder,
    forbid(
      'only-main-imports-app',
      { path: '^src/', pathNot: '^src/(app/|console/|main\\.ts$)' },
      { path: '^src/app/' },
    ),
    forbid(
      'main-imports-only-app',
      { path: '^src/main\\.ts$' },
      { path: inside([...FEATURES, 'inbox', 'http', 'wechat', 'sandbox', 'console']) },
    ),

    forbid(
      'enter-by-the-door',
      { path: '^(?:src|scripts)/([^/]+)/', pathNot: '^src/console/' },
      {
        path: inside([...FEATURES, 'feature', 'deadlines', 'inbox', 'wechat', 'http', 'kernel']),
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'],
      },
    ),
    forbid(
      'enter-platform-by-the-door',
      { path: '^src/(?:platform/)?([^/]+)/' },
      { path: '^src/platform/', pathNot: ['^src/platform/$1/', '^src/platform/[^/]+/index\\.ts$'] },
    ),

    forbid('only-wechat-touches-the-sdk', { pathNot: '^src/wechat/' }, { path: npm(['wechat-api']) }),
    forbid(
      'koa-stays-at-the-edge',
      { path: '^src/', pathNot: ['^src/(http|app|sandbox)/', '\\.routes\\.ts$'] },
      { path: npm(['koa', 'koa-[^/]+', '@koa/[^/]+', '@types/koa']) },
    ),
    forbid(
      'mongodb-stays-in-stores',
      { path: '^src/', pathNot: ['\\.store\\.ts$', '^src/platform/mongo[^/]*/'] },
      { path: npm(['mongoose', 'mongodb']) },
    ),
    forbid(
      'production-needs-no-dev-dependency',
      { path: '^src/(?!console/|sandbox/)' },
      { dependencyTypes: ['npm-dev'] },
    ),

    forbid(
      'console-sees-only-contracts',
      { path: '^src/console/' },
      { path: '^src/(?!console/|kernel/)', pathNot: '\\.contract\\.ts$' },
    ),
    forbid('sandbox-is-another-party', { path: '^src/sandbox/' }, { path: '^src/(?!sandbox/|kernel/)' }),
    forbid('nobody-needs-the-sandbox', { path: '^src/(?!sandbox/)' }, { path: '^src/sandbox/' }),
    forbid('src-stands-without-scripts-and-tests', { path: '^src/' }, { path: '^(scripts|tests)/' }),
    forbid('scripts-stand-without-tests', { path: '^scripts/' }, { path: '^tests/' }),

    forbid(
      'demo-uses-public-interfaces',
      { path: '^scripts/demo' },
      { path: ['^src/(?!kernel/)', '^scripts/(?!demo|stores/)'] },
    ),
    forbid(
      'e2e-uses-public-interfaces',
      { path: '^tests/e2e/' },
      { path: `${inside([...FEATURES, 'inbox', 'app'])}|^src/main\\.ts$` },
    ),
    forbid('stores-stand-alone', { path: '^scripts/stores/' }, { path: '^(src|scripts/(?!stores/))' }),
  ],
  options: {
    tsConfig: { fileName: path.join(__dirname, '../../tsconfig.json') },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|tests/architecture/planted)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
