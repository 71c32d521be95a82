import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readConfig } from './config.ts';
import { addStacks } from './deployment.ts';
import { featureFlags } from './feature-flags.ts';

/**
 * The templates of a deployment by the names of its stacks, without the code of its functions, which takes seconds. Needs no credentials.
 * @throws ConfigError when a setting cannot be deployed.
 */
export function synthesiseTemplates(settings: Readonly<Record<string, unknown>>): ReadonlyMap<string, object> {
  const outdir = mkdtempSync(join(tmpdir(), 'syncline-templates-'));
  try {
    const context = { ...featureFlags, ...settings, 'aws:cdk:bundling-stacks': [] };
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false, context });
    addStacks(app, readConfig(app.node));
    return new Map(app.synth().stacks.map(({ stackName, template }) => [stackName, template as object]));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
