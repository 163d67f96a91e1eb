/**
 * Unit tests stand beside the code, tests that cross packages in `test/`. Everything is compiled to CommonJS from
 * source, so no build is needed first, except by tests that start real processes (those run the bundles).
 *
 * swc rewrites `import.meta.url`, `import.meta.filename` and `import.meta.dirname` to their CommonJS equivalents,
 * `using` to try/finally, and `import()` to `require`.
 */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/kernel-bridge/src', '<rootDir>/labextension/src', '<rootDir>/test'],
  testMatch: [
    '<rootDir>/packages/*/src/**/*.test.ts',
    '<rootDir>/kernel-bridge/src/**/*.test.ts',
    '<rootDir>/labextension/src/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/packages/[^/]+/(lib|bundle)/', '<rootDir>/test/\\.types/'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/(lib|bundle)/'],
  moduleNameMapper: {
    '^@covey/kernel/testing$': '<rootDir>/kernel-bridge/src/testing/index.ts',
    '^@covey/kernel$': '<rootDir>/kernel-bridge/src/index.ts',
    '^@covey/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@covey/([^/]+)/internal$': '<rootDir>/packages/$1/src/internal.ts',
    '^@covey/protocol/bridge$': '<rootDir>/packages/protocol/src/bridge/index.ts',
    '^covey$': '<rootDir>/packages/covey/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  extensionsToTreatAsEsm: [],
  // An ES module, and loaded by `require` here.
  transformIgnorePatterns: ['/node_modules/(?!oxc-transform/)'],
  transform: {
    '^.+\\.(?:ts|mts|js|mjs)$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: false } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  maxWorkers: 2,
  // Nothing is asserted about time: the bound only ends a test that hangs, also on a machine that is busy with other things.
  testTimeout: 60_000,
};
