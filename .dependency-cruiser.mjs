const workspaces = ['protocols', 'gateway', 'backend', 'device-sim', 'dashboard'];
const others = (me, allowed) => workspaces.filter((w) => w !== me && !allowed.includes(w)).join('|');

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
