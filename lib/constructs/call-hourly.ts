import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ApiFunction } from './api-function.ts';

/** Often enough that the clocks of what removes things, which a run takes on by two hours at most, go with the wall's. */
const RUN_HOURS = 1;

/** Has a function called once an hour, and by nothing else. */
export function callHourly(
  scope: Construct,
  { lambda }: Pick<ApiFunction, 'lambda'>,
  { enabled }: { readonly enabled: boolean },
): void {
  const rule = new Rule(scope, 'Hourly', {
    enabled,
    schedule: Schedule.rate(Duration.hours(RUN_HOURS)),
    targets: [{ bind: () => ({ arn: lambda.functionArn, id: '' }) }],
  });
  new CfnPermission(scope, 'Call', {
    action: 'lambda:InvokeFunction',
    functionName: lambda.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.ruleArn,
  });
}
