/**
 * Behaviours of the CDK that are chosen here once for every way to synthesise, so that the CLI, `npm run synth` and the
 * tests make the same templates.
 */
export const featureFlags: Readonly<Record<string, unknown>> = {
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/core:target-partitions': ['aws'],
  '@aws-cdk/aws-s3:publicAccessBlockedByDefault': true,
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  // Exports and imports: an exporting stack cannot be changed under its readers, and every emulator knows them.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};
