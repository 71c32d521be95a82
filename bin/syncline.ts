import { App } from 'aws-cdk-lib';
import { readConfig } from '../lib/config.ts';
import { addStacks } from '../lib/deployment.ts';
import { featureFlags } from '../lib/feature-flags.ts';
import { withStageFile } from './stage-settings.ts';

const app = new App({ context: featureFlags });
addStacks(app, readConfig(withStageFile(app.node)));
app.synth();
