import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { readConfig } from '../../lib/config.ts';
import { addStacks } from '../../lib/deployment.ts';
import { featureFlags } from '../../lib/feature-flags.ts';
import { ACKNOWLEDGEMENTS } from './nag-acknowledgements.ts';
import { CHOICES } from './option-ends.ts';

const outdir = mkdtempSync(join(tmpdir(), 'syncline-nag-'));
afterAll(() => {
  rmSync(outdir, { recursive: true, force: true });
});

/** What the packs say of a deployment: the rule, and the path of the resource without the stage. */
function findingsOf(settings: Readonly<Record<string, string>>): readonly (readonly [rule: string, where: string])[] {
  const context = { ...featureFlags, ...settings, 'aws:cdk:bundling-stacks': [] };
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false, context });
  addStacks(app, readConfig(app.node));
  const violations = [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap(
    (pack) => pack.validateScope(app).violations,
  );
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(
      ({ constructPath = '' }) => [ruleName, constructPath.replace(/^Syncline-\w+-/, '')] as const,
    ),
  );
}

const found = Object.entries(CHOICES).map(([what, settings]) => [what, findingsOf(settings)] as const);
const fits = ([rule, where]: readonly [string, string], acknowledged: (typeof ACKNOWLEDGEMENTS)[number]) =>
  acknowledged.rule.test(rule) && acknowledged.where.test(where);

test.each(found)(
  'cdk-nag finds nothing in a deployment with %s but what is acknowledged with its reason',
  (_, findings) => {
    expect(findings.length).toBeGreaterThan(20);
    expect(findings.filter((finding) => !ACKNOWLEDGEMENTS.some((one) => fits(finding, one)))).toEqual([]);
  },
);

test('nothing is acknowledged that is not found, and every reason is a sentence', () => {
  const all = found.flatMap(([, findings]) => findings);
  const unused = ACKNOWLEDGEMENTS.filter((one) => !all.some((finding) => fits(finding, one)));
  expect(unused).toEqual([]);
  for (const { reason } of ACKNOWLEDGEMENTS) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
});
