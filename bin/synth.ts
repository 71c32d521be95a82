/**
 * `npm run synth -- --stage prod`: writes the templates and bundles to `cdk.out`, without credentials, network or Docker.
 * Further settings as for the CDK CLI: `-c quotaBytes=1000000`.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { ConfigError, readConfig } from '../lib/config.ts';
import { addStacks } from '../lib/deployment.ts';
import { featureFlags } from '../lib/feature-flags.ts';
import { withStageFile } from './stage-settings.ts';

const { values } = parseArgs({
  options: {
    stage: { type: 'string' },
    context: { type: 'string', short: 'c', multiple: true, default: [] },
    output: { type: 'string', short: 'o', default: join(import.meta.dirname, '..', 'cdk.out') },
  },
});
const settings = values.context.map((setting): [string, string] => {
  const [key = '', ...value] = setting.split('=');
  return [key, value.join('=')];
});
if (values.stage !== undefined) settings.push(['stage', values.stage]);
const app = new App({
  outdir: values.output,
  analyticsReporting: false,
  context: { ...featureFlags, ...Object.fromEntries(settings) },
});
try {
  addStacks(app, readConfig(withStageFile(app.node)));
  const { stacks, directory } = app.synth();
  console.log(`${stacks.map(({ stackName }) => stackName).join('\n')}\nwritten to ${directory}`);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
