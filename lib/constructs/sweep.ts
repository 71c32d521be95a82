import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Resources } from '../resources.ts';
import { sweepRoleName } from '../sweep-role.ts';
import { ApiFunction } from './api-function.ts';

export interface SweepProps {
  readonly resources: Resources;
  /** What the projection of references could not handle: while something is in it, nothing is swept. */
  readonly deadLetters: Queue;
}

/** Often enough that its clock, which a run takes on by two hours at most, goes with the wall's. */
const RUN_HOURS = 1;

/** Removes from the bucket what nothing needs. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { resources, deadLetters }: SweepProps) {
    super(scope, id);
    const { config } = resources;
    const roleName = sweepRoleName(config);
    const sweep = new ApiFunction(this, 'Sweep', { functionName: 'sweep', config, resources, roleName });
    sweep.allow(new PolicyStatement({ actions: ['sqs:GetQueueAttributes'], resources: [deadLetters.queueArn] }));
    sweep.lambda.addEnvironment('DEAD_LETTERS_URL', deadLetters.queueUrl);
    const rule = new Rule(this, 'Hourly', {
      // Called by hand, a dry run first, until references are known to be complete in every case: docs/OPERATING.md.
      enabled: false,
      schedule: Schedule.rate(Duration.hours(RUN_HOURS)),
      targets: [{ bind: () => ({ arn: sweep.lambda.functionArn, id: '' }) }],
    });
    new CfnPermission(this, 'Call', {
      action: 'lambda:InvokeFunction',
      functionName: sweep.lambda.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.ruleArn,
    });
  }
}
