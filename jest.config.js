/** Jest runs the TypeScript sources as ES modules through swc; suites that need the compiled program read dist/, built once by the set-up. */
const shared = {
  testEnvironment: 'node',
  // The prefilter is compiled from its own sources; tests of the TypeScript sources read it from dist/.
  globalSetup: '<rootDir>/detectors/scan/prefilter/build.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
};

/** `unit`: no server beside the test itself, part of `npm run check`. `whole`: real PostgreSQL, child processes, compiled program. */
export default {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/**/*.test.ts'], testPathIgnorePatterns: ['\\.whole\\.test\\.ts$'] },
    { ...shared, displayName: 'whole', testMatch: ['<rootDir>/test/**/*.whole.test.ts'] },
  ],
  // Temporary folders come and go, and may be in memory.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testSequencer: '<rootDir>/test/kit/longest-first.mjs',
  // For tests and for what sets them up. A machine may be slow or busy; what hangs is still told of.
  testTimeout: 600_000,
};
