// The layers of ARCHITECTURE.md: a folder may import itself and those before it.
const layers = ['runtime', 'core', 'stats', 'tensorflow', 'features', 'learners', 'causal', 'routing'];

const layerRules = layers.map((layer, i) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may only import ${layers.slice(0, i + 1).join(', ')}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|db|main|renderer)/', pathNot: `^src/(${layers.slice(0, i + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-encoders',
      comment: 'encoders of texts serve projects and servers alike, and know neither',
      severity: 'error',
      from: { path: '^src/encoders/' },
      to: { path: '^(src|db|main|renderer)/', pathNot: '^src/(encoders/|runtime/|core/|contract/zod\\.ts$)' },
    },
    {
      name: 'layer-serve',
      comment: 'a server of bundles knows the runtime and nothing of projects',
      severity: 'error',
      from: { path: '^src/serve/' },
      to: {
        path: '^(src|db|main|renderer)/',
        pathNot: '^src/(serve/|encoders/|runtime/|core/|contract/zod\\.ts$|dataset/normalise\\.ts$)',
      },
    },
    {
      name: 'runtime-imports-nothing',
      comment: 'the runtime ships alone',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { pathNot: '^src/runtime/' },
    },
    {
      name: 'pure-core',
      comment: 'the statistics know neither files nor packages',
      severity: 'error',
      from: { path: '^src/(stats|features|learners|causal|routing)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'one-tensorflow-import-site',
      comment: 'TensorFlow.js is imported by src/tensorflow/backend.ts only',
      severity: 'error',
      from: { pathNot: '^src/tensorflow/backend\\.ts$' },
      to: { path: 'node_modules/@tensorflow/' },
    },
    {
      name: 'one-sqlite-import-site',
      comment: 'better-sqlite3 is imported by db/sqlite.ts only',
      severity: 'error',
      from: { pathNot: '^db/sqlite\\.ts$' },
      to: { path: 'node_modules/better-sqlite3' },
    },
    {
      name: 'one-protobuf-import-site',
      comment: 'protobufjs is imported by src/export/onnx/protobuf.ts only',
      severity: 'error',
      from: { pathNot: '^src/export/onnx/protobuf\\.ts$' },
      to: { path: 'node_modules/protobufjs' },
    },
    {
      name: 'db-below-engine',
      comment: 'the project file does not know the engine or its hosts',
      severity: 'error',
      from: { path: '^db/' },
      to: { path: '^(main|renderer|src/(engine|cli|contract|export))/' },
    },
    {
      name: 'one-electron-import-site',
      comment: 'electron is imported by the desktop host only',
      severity: 'error',
      from: { pathNot: '^main/(index\\.ts$|electron/|preload/)' },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'engine-below-hosts',
      comment: 'the engine knows neither its windows nor its hosts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(main|renderer)/' },
    },
    {
      name: 'page-behind-the-contract',
      comment:
        'the page reaches the engine and its host through the contract; what is pure and runs anywhere is shared',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { path: '^(main|db|src)/', pathNot: '^src/(contract|core|runtime)/' },
    },
    {
      name: 'page-without-node',
      comment: 'the page runs in a browser',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: '^renderer/' },
      to: { circular: true },
    },
    {
      name: 'no-circular-page',
      comment: 'types may name each other, and a component may hold itself',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '\\.svelte$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^src/cli/main\\.ts$'] },
      to: {},
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^(src|db|main)/' },
      // Electron is what the packaged application runs in.
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/electron/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
