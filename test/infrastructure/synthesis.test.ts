import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectRoot, readDeployment } from './synthesised.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-synthesis-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a program with no credentials in its environment, no home to find some in, and no way to the network. */
function run(program: string, parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const nowhere = join(directory, 'no-home');
  const offline = { HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' };
  return spawnSync(process.execPath, [program, ...parameters], {
    cwd: projectRoot,
    encoding: 'utf8',
    timeout: 120_000,
    env: { HOME: nowhere, USERPROFILE: nowhere, ...offline, ...environment },
  });
}

test('the production templates pass the rules of CloudFormation, without credentials or network', () => {
  const output = join(directory, 'prod');
  const { status, stdout, stderr } = run('bin/synth.ts', ['--stage', 'prod', '-o', output]);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Syncline-prod-Storage');
  const report = JSON.parse(readFileSync(join(output, 'validation-report.json'), 'utf8')) as Record<string, unknown>;
  expect(report).toMatchObject({ pluginReports: [] });
});

test('the CDK CLI makes the same templates as npm run synth', () => {
  const output = join(directory, 'cli');
  // How the CLI hands over the context and the place for the output.
  const handedOver = { CDK_CONTEXT_JSON: JSON.stringify({ stage: 'prod' }), CDK_OUTDIR: output };
  const { status, stderr } = run('bin/syncline.ts', [], { ...handedOver, CDK_VALIDATION: 'false' });
  expect([status, stderr]).toEqual([0, '']);
  expect(readDeployment(output)).toEqual(readDeployment(join(directory, 'prod')));
});

test('the CLI finds the app and its Node wherever it is started from a shell', () => {
  const { app } = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8')) as { readonly app: string };
  expect(app).toBe('npx node bin/syncline.ts');
});

test('a mistake in a setting ends in one sentence and exit code 2, and nothing is written', () => {
  const output = join(directory, 'mistake');
  const { status, stdout, stderr } = run('bin/synth.ts', [
    '--stage',
    'production',
    '-c',
    'quotaBytes=lots',
    '-o',
    output,
  ]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    'cannot deploy:\n' +
      '- stage must be one of local, dev, prod, not "production"\n' +
      '- quotaBytes must be a whole number of bytes above 0, not "lots"\n',
  );
});
