/** `npm run destroy -- --stage prod`: removes all that can be made again, and keeps the data. `--with-data` says how to remove that too. */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ConfigError } from '../lib/config.ts';
import { synthesiseTemplates } from '../lib/synthesise-templates.ts';
import { cdk, endWith } from './cdk-command.ts';
import { dataRemovalSteps, settingFlags, stacksWithoutData } from './deploy-plan.ts';
import { parseSettings, settingsOfStage } from './stage-settings.ts';

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
      'with-data': { type: 'boolean', default: false },
    },
  });
  const { stage } = values;
  if (stage === undefined) throw new ConfigError('which stage? npm run destroy -- --stage dev');
  const settings = settingsOfStage(stage, parseSettings(values.context));
  const stacks = stacksWithoutData([...synthesiseTemplates(settings).keys()]);
  console.log(
    `To be removed:\n${stacks.map((name) => `  ${name}`).join('\n')}\nTables, bucket, key secret and user pool are kept.`,
  );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Write the name of the stage to remove these: `);
  terminal.close();
  if (answer !== stage) return 0;
  const status = cdk(['destroy', ...stacks, '--exclusively', '--force', ...settingFlags(settings)]);
  if (status === 0 && values['with-data']) console.log(dataRemovalSteps(stage));
  return status;
}

await endWith(run);
