const workspaces = ['protocols', 'gateway', 'backend', 'device-sim', 'dashboard'];
const others = (me, allowed) => workspaces.filter((w) => w !== me && !allowed.includes(w)).join('|');

const app = '^dashboard/src/app/';
const tests = '\\.spec\\.ts$|/testing/';

/** The dashboard's layers: domain < api < core, ui < features; one place for addresses, one for the stream. */
const dashboardRules = [
  {
    name: 'dashboard-domain-is-pure',
    comment: 'Rules of the screen run without Angular: they import each other and protocols.',
    severity: 'error',
    from: { path: `${app}domain/`, pathNot: tests },
    to: { pathNot: `${app}domain/|^protocols/src/` },
  },
  {
    name: 'dashboard-ui-only-draws',
    comment: 'Of core only the language and the clock: no API, no live data, no pages.',
    severity: 'error',
    from: { path: `${app}ui/`, pathNot: tests },
    to: { path: app, pathNot: `${app}(ui/|domain/|core/i18n/|core/clock\\.ts)` },
  },
  {
    name: 'dashboard-api-below-core',
    severity: 'error',
    from: { path: `${app}api/`, pathNot: tests },
    to: { path: app, pathNot: `${app}(api|domain)/` },
  },
  {
    name: 'dashboard-core-below-features',
    severity: 'error',
    from: { path: `${app}(core|ui|api|domain)/` },
    to: { path: `${app}features/` },
  },
  {
    name: 'dashboard-features-apart',
    severity: 'error',
    from: { path: `${app}features/([^/]+)/` },
    to: { path: `${app}features/`, pathNot: `${app}features/$1/` },
  },
  {
    name: 'dashboard-one-place-for-addresses',
    comment: 'core/live reads the feed by its address; everything else calls Api.',
    severity: 'error',
    from: { path: app, pathNot: `${app}(api|core/live)/` },
    to: { path: `${app}api/urls\\.ts$` },
  },
  {
    name: 'dashboard-one-place-for-requests',
    severity: 'error',
    from: { path: app, pathNot: `${app}(api/|app\\.config\\.ts)|${tests}` },
    to: { path: 'node_modules/@angular/common/.*http' },
  },
  {
    name: 'dashboard-one-stream',
    comment: 'Pages listen to core/live/live.ts; who opens a stream of their own opens a second connection.',
    severity: 'error',
    from: { path: app, pathNot: `${app}core/live/|${tests}` },
    to: { path: `${app}core/live/(feed-stream|shared-feed|sse-parser)\\.ts$` },
  },
];

/** gateway, backend, device-sim and dashboard import protocols and never each other; tools and e2e put the parts together. */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'protocols-is-pure',
      comment: 'No I/O in protocols: it also runs in the browser.',
      severity: 'error',
      from: { path: '^protocols/src', pathNot: '\\.test\\.ts$|^protocols/src/testing/' },
      to: { dependencyTypes: ['core'] },
    },
    ...workspaces.map((w) => ({
      name: `${w}-stands-alone`,
      severity: 'error',
      from: { path: `^${w}/` },
      to: { path: `^(${others(w, w === 'protocols' ? [] : ['protocols'])}|e2e|tools)/` },
    })),
    {
      name: 'one-file-imports-noble',
      severity: 'error',
      from: { path: '^gateway/src', pathNot: '^gateway/src/(ble/noble-|hci/)|\\.test\\.ts$' },
      to: { path: 'node_modules/@stoprocent/' },
    },
    {
      name: 'one-file-imports-mqtt',
      severity: 'error',
      from: { path: '^(gateway|backend)/src', pathNot: 'mqtt-[a-z-]+\\.ts$|\\.test\\.ts$' },
      to: { path: 'node_modules/mqtt/' },
    },
    {
      name: 'one-file-imports-pg',
      severity: 'error',
      from: { path: '^backend/src', pathNot: 'postgres-sql\\.ts$' },
      to: { path: 'node_modules/(@types/)?pg/' },
    },
    ...dashboardRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.cache|\\.angular|coverage)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
