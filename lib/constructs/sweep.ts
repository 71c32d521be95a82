import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Resources } from '../resources.ts';
import { sweepRoleName } from '../sweep-role.ts';
import { ApiFunction } from './api-function.ts';
import { callHourly } from './call-hourly.ts';

export interface SweepProps {
  readonly resources: Resources;
  /** What the projection of references could not handle: while something is in it, nothing is swept. */
  readonly deadLetters: Queue;
}

/** Removes from the bucket what nothing needs. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { resources, deadLetters }: SweepProps) {
    super(scope, id);
    const { config } = resources;
    const roleName = sweepRoleName(config);
    const sweep = new ApiFunction(this, 'Sweep', { functionName: 'sweep', config, resources, roleName });
    sweep.allow(new PolicyStatement({ actions: ['sqs:GetQueueAttributes'], resources: [deadLetters.queueArn] }));
    sweep.lambda.addEnvironment('DEAD_LETTERS_URL', deadLetters.queueUrl);
    callHourly(this, sweep, { enabled: config.removal === 'hourly' });
  }
}
