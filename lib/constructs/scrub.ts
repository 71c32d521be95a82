import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Resources } from '../resources.ts';
import { ApiFunction } from './api-function.ts';
import { callHourly } from './call-hourly.ts';

export interface ScrubProps {
  readonly resources: Resources;
}

/** A pass is spread over its days by as many runs (lambdas/scrub/limits.ts). */
const RUN_HOURS = 1;

/** Looks all the time whether what is recorded is in the bucket, and is what its name says. */
export class Scrub extends Construct {
  constructor(scope: Construct, id: string, { resources }: ScrubProps) {
    super(scope, id);
    const { config, storage } = resources;
    const scrub = new ApiFunction(this, 'Scrub', { functionName: 'scrub', config, resources });
    const isLocal = config.stage === 'local';
    scrub.allow(
      new PolicyStatement({
        actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'],
        resources: [storage.tables.chunks.tableArn],
        // How far it has come and what it has found stands in one partition, and it can write no other. The emulator does not know the condition.
        ...(isLocal ? {} : { conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['scrub'] } } }),
      }),
    );
    callHourly(this, scrub, { enabled: true });
    if (!isLocal) this.addAlarm(config.stage);
  }

  /** docs/OPERATING.md, "ScrubDefects". */
  private addAlarm(stage: string): void {
    new Alarm(this, 'Defects', {
      alarmName: `syncline-${stage}-ScrubDefects`,
      alarmDescription: 'Stored bytes are gone or wrong. docs/OPERATING.md, "ScrubDefects", says what to do.',
      metric: new Metric({
        namespace: 'Syncline',
        metricName: 'scrubDefects',
        dimensionsMap: { service: 'scrub', stage },
        statistic: Stats.MAXIMUM,
        period: Duration.hours(RUN_HOURS),
      }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.IGNORE,
    });
  }
}
