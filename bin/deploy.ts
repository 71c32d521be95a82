/**
 * `npm run deploy -- --stage prod`: says what will be there, what of it is new or changes, and what it costs by the month, asks, and deploys. `--plan` only
 * says it, and needs no credentials then; `--yes` does not ask.
 */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ConfigError } from '../lib/config.ts';
import { synthesiseTemplates } from '../lib/synthesise-templates.ts';
import { cdk, endWith } from './cdk-command.ts';
import { describePlan, settingFlags } from './deploy-plan.ts';
import { parseSettings, settingsOfStage } from './stage-settings.ts';

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  const { stage } = values;
  if (stage === undefined) throw new ConfigError('which stage? npm run deploy -- --stage prod');
  const settings = settingsOfStage(stage, parseSettings(values.context));
  console.log(describePlan({ stage, settings, templates: synthesiseTemplates(settings) }));
  if (values.plan) return 0;
  console.log('\nWhat is new, and what changes:');
  const compared = cdk(['diff', '--all', ...settingFlags(settings)]);
  if (compared !== 0) {
    console.error('\nNothing is deployed: it cannot be compared with what is there. The message above says why.');
    return compared;
  }
  if (!values.yes && !(await ask(`\nDeploy this to stage ${stage}? [y/N] `))) return 0;
  return cdk(['deploy', '--all', '--require-approval=never', ...settingFlags(settings)]);
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test(await terminal.question(question));
  } finally {
    terminal.close();
  }
}

await endWith(run);
