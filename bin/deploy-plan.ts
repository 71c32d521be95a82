import { fixedCostsOf, type PricedTemplate, sumOf } from '../capacity/fixed-costs.ts';

export interface Plan {
  readonly stage: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** By the names of stacks, in the order in which they are deployed. */
  readonly templates: ReadonlyMap<string, PricedTemplate>;
}

/** What a deployment will be, for whoever says yes to it: its settings, its stacks, and what it costs by the month though nobody uses it. */
export function describePlan({ stage, settings, templates }: Plan): string {
  const costs = fixedCostsOf([...templates.values()]);
  const chosen = Object.entries(settings).filter(([key]) => key !== 'stage');
  return [
    `Stage ${stage}`,
    ...chosen.map(([key, value]) => `  ${key}: ${Array.isArray(value) ? value.join(', ') : String(value)}`),
    '',
    'Stacks:',
    ...[...templates].map(
      ([name, { Resources: resources = {} }]) => `  ${name}: ${Object.keys(resources).length} resources`,
    ),
    '',
    `Fixed cost: $${sumOf(costs).toFixed(2)} a month (us-east-1, in an account that has nothing else), beside what is paid by use`,
    ...costs.map(({ what, dollars }) => `  ${what}: $${dollars.toFixed(2)}`),
  ].join('\n');
}

/** As the CDK's command line takes them. */
export function settingFlags(settings: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => [
    '-c',
    `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`,
  ]);
}

/** Stacks that hold what nobody can make again. */
const HOLDING = /-(Storage|Identity)$/;

/** What is removed when a deployment goes, users of something before it. Stacks with data are never among them. */
export function stacksWithoutData(names: readonly string[]): readonly string[] {
  return names.filter((name) => !HOLDING.test(name)).toReversed();
}

/** How somebody who wants that removes the data as well. Nothing here does it: each step is one that cannot be taken back. */
export function dataRemovalSteps(stage: string): string {
  const stacks = ['Storage', 'Identity'].map((name) => `Syncline-${stage}-${name}`);
  return [
    'The data is still there: tables, bucket, key secret and user pool. Nothing of it can be brought back once it is gone. To remove it, with the AWS CLI:',
    ...stacks.flatMap((name) => [
      `  aws cloudformation describe-stack-resources --stack-name ${name}     # keep this list: the stack forgets what it held`,
      `  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`,
      `  aws cloudformation delete-stack --stack-name ${name}`,
    ]),
    '  aws dynamodb update-table --no-deletion-protection-enabled --table-name TABLE && aws dynamodb delete-table --table-name TABLE   # each of the five',
    '  aws s3api delete-bucket-policy --bucket BUCKET, then empty it of all versions and delete it (the console does: "Empty", "Delete")',
    '  aws cognito-idp update-user-pool --user-pool-id POOL --deletion-protection INACTIVE && aws cognito-idp delete-user-pool --user-pool-id POOL',
    '  aws secretsmanager delete-secret --secret-id SECRET',
  ].join('\n');
}
