import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { dataRemovalSteps, describePlan, settingFlags, stacksWithoutData } from '../../bin/deploy-plan.ts';
import { stageSchemaText } from '../../bin/stage-schema.ts';
import { parseSettings, settingsOfStage, withStageFile } from '../../bin/stage-settings.ts';
import { ConfigError, readConfig } from '../../lib/config.ts';
import { readStageFile, StageFile } from '../../lib/stage-file.ts';
import { synthesiseTemplates } from '../../lib/synthesise-templates.ts';
import { projectRoot } from './synthesised.ts';

const directory = mkdtempSync(join(tmpdir(), 'syncline-stages-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function read(text: string) {
  writeFileSync(join(directory, 'prod.json'), text);
  return readStageFile('prod', directory);
}

test('a file of a stage is taken as it is, without what only editors read', () => {
  expect(read('{ "$schema": "./stage.schema.json", "scrubDays": 7 }')).toEqual({ scrubDays: 7 });
});

test.each([
  ['a key that there is not', '{ "serach": "off" }', 'serach: there is no such setting'],
  ['a value that is not to be chosen', '{ "search": "on" }', 'search: choose one of off, domain, serverless'],
  ['another type', '{ "scrubDays": "7" }', 'scrubDays: write a'],
  ['no JSON', '{', 'stages/prod.json is no JSON'],
])('%s is refused by its name, with what to do', (_, text, message) => {
  expect(() => read(text)).toThrow(ConfigError);
  expect(() => read(text)).toThrow(message);
});

test('a stage without a file is told which ones there are', () => {
  expect(() => readStageFile('staging')).toThrow(
    'there is no stages/staging.json. Stages that can be deployed: dev, prod',
  );
});

test('the schema for editors is what is read; "npm run generate" writes it', () => {
  expect(readFileSync(join(projectRoot, 'stages', 'stage.schema.json'), 'utf8')).toBe(stageSchemaText());
});

test('a file may say every setting that a configuration reads, and no other', () => {
  const asked = new Set<string>();
  readConfig({ tryGetContext: (key) => void asked.add(key) });
  const ofLocal = new Set(['stage', 'endpoint', 'searchEndpoint', 'webhookTargets']);
  const expected = [...asked].filter((key) => !ofLocal.has(key));
  expect(
    Object.keys(StageFile.def.shape)
      .filter((key) => key !== '$schema')
      .toSorted(),
  ).toEqual(expected.toSorted());
});

test('what a command says goes over what the file says', () => {
  const given = parseSettings(['watch=alarms', 'issuer=https://a.example.com/?x=y']);
  expect(settingsOfStage('prod', given)).toEqual({
    stage: 'prod',
    watch: 'alarms',
    issuer: 'https://a.example.com/?x=y',
  });
  const context = withStageFile({ tryGetContext: (key) => ({ stage: 'prod' })[key] });
  expect(context.tryGetContext('watch')).toBe('full');
  expect(settingFlags({ stage: 'prod', allowedOrigins: ['https://a', 'https://b'] })).toEqual([
    '-c',
    'stage=prod',
    '-c',
    'allowedOrigins=https://a,https://b',
  ]);
});

test('the plan says the settings, the stacks and the fixed cost', () => {
  const settings = settingsOfStage('prod', {});
  const plan = describePlan({ stage: 'prod', settings, templates: synthesiseTemplates(settings) });
  for (const part of [
    'Stage prod',
    'watch: full',
    'Syncline-prod-Storage: ',
    'Fixed cost: $7.40 a month',
    'secrets: $0.40',
  ]) {
    expect(plan).toContain(part);
  }
});

test('what holds data is never among what is removed, and users of something go before it', () => {
  const names = [...synthesiseTemplates({ stage: 'prod' }).keys()];
  const removed = stacksWithoutData(names);
  expect(removed.toSorted()).toEqual(['Api', 'Operations', 'Realtime', 'Web'].map((name) => `Syncline-prod-${name}`));
  expect(removed.indexOf('Syncline-prod-Operations')).toBeLessThan(removed.indexOf('Syncline-prod-Realtime'));
  for (const name of ['Syncline-prod-Storage', 'Syncline-prod-Identity'])
    expect(dataRemovalSteps('prod')).toContain(name);
});
