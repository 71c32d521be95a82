import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Resources } from '../resources.ts';
import { ApiFunction } from './api-function.ts';

export interface ExpiryProps {
  readonly resources: Resources;
}

/** What a run has no time for is left to the next one. */
const RUN_HOURS = 1;

/** Lets go what the retention of each namespace does not keep. */
export class Expiry extends Construct {
  constructor(scope: Construct, id: string, { resources }: ExpiryProps) {
    super(scope, id);
    const { config } = resources;
    const { lambda } = new ApiFunction(this, 'Expire', { functionName: 'expiry', config, resources });
    const rule = new Rule(this, 'Hourly', {
      // Called by hand, a dry run first, until references are known to be complete in every case: docs/OPERATING.md.
      enabled: false,
      schedule: Schedule.rate(Duration.hours(RUN_HOURS)),
      targets: [{ bind: () => ({ arn: lambda.functionArn, id: '' }) }],
    });
    new CfnPermission(this, 'Call', {
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.ruleArn,
    });
  }
}
