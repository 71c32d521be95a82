import { base } from './jest.config.mjs';

/** Tests that need the deployed local stack: conformance of the AWS-backed stores, and end to end. One stack for all. */
export default {
  ...base,
  testMatch: ['**/*.aws.test.ts', '**/*.e2e.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 300_000,
};
