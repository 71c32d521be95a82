/** `npm run bugs` runs tests with a programming error in the product: SYNCLINE_BUG names it. It is in no process that a test starts. */
const isSound = process.env.SYNCLINE_BUG === undefined;
const transformer = isSound ? '@swc/jest' : '<rootDir>/test/bug-bank/planting-transformer.ts';

/**
 * Tests that need nothing but this folder: units, properties, infrastructure, the house.
 * They run as native ES modules on the project's Node; swc only strips the types.
 */
export const base = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/test/support/plain-globals-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
  transform: {
    '\\.ts$': [transformer, { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
  },
  // No test is about time: this only ends one that hangs.
  testTimeout: 120_000,
  // Modules of tests that have ended stay in memory, and the collector goes through all of it again and again.
  workerIdleMemoryLimit: '1GB',
  modulePathIgnorePatterns: ['/cdk.out/', '/.local/', '/dist/'],
  setupFiles: ['<rootDir>/test/support/property-runs.ts'],
};

export default {
  ...base,
  ...(isSound ? { globalSetup: '<rootDir>/test/support/global-client.ts' } : {}),
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.(aws|e2e)\\.test\\.ts$'],
};
