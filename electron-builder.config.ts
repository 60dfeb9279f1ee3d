/**
 * How the desktop application is packed (npm run package).
 *
 * Of what lies in node_modules electron-builder only listens to exclusions. better-sqlite3 brings a library for each of eight
 * systems: all but the target's are left out.
 */
export default {
  appId: 'org.metarouter.studio',
  productName: 'Meta-Router Studio',
  copyright: 'MIT licence',
  directories: { output: 'release', buildResources: 'resources/icons' },
  npmRebuild: false,
  files: [
    'out/**',
    '!out/.built',
    'dist/runtime/**',
    'package.json',
    '!**/*.map',
    '!node_modules/better-sqlite3/{deps,src}/**',
    '!node_modules/node-addon-api/**',
    // Of TensorFlow.js, what Node loads.
    '!node_modules/@tensorflow/*/{src,wasm-out}/**',
    '!node_modules/@tensorflow/*/dist/!(*.node.js|*.wasm)',
    '!node_modules/@tensorflow/*/dist/*/**',
    '!node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}).node',
  ],
  asar: true,
  // A library is loaded by the system, which does not look into archives.
  asarUnpack: ['**/*.node'],
  fileAssociations: [
    {
      ext: 'mrproj',
      name: 'Meta-Router project',
      description: 'Meta-Router Studio project',
      role: 'Editor',
      mimeType: 'application/x-metarouter-project',
    },
    // What a rater got for grading: opens like a project.
    {
      ext: 'mrpack',
      name: 'Meta-Router pack',
      description: 'Items to grade in Meta-Router Studio',
      role: 'Editor',
      mimeType: 'application/x-metarouter-pack',
    },
  ],
  linux: { target: ['AppImage', 'tar.gz'], category: 'Science', executableName: 'meta-router-studio' },
  mac: { target: ['dmg', 'zip'], category: 'public.app-category.developer-tools', hardenedRuntime: true },
  win: { target: ['nsis', 'zip'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  // What the packed program can no longer be made to do, whoever starts it.
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
};
