import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from '../config.ts';
import { functionMetric } from '../function-metric.ts';
import type { StageAlarms } from './stage-alarms.ts';

/** Three runs (canary.ts). */
const PERIOD = Duration.minutes(15);
/** One that fails by itself is no incident. */
const FAILED_MAX = 1;

/** Tells that the canary fails, or does not run any more. */
export function addCanaryAlarm(alarms: StageAlarms, stage: Stage): void {
  alarms.watch('CanaryFailed', {
    what: 'Of three files that the canary stored, two or more did not come back',
    metric: functionMetric(stage, 'canary', { metricName: 'canariesFailed', period: PERIOD }),
    threshold: FAILED_MAX,
    // Who does not run says nothing, and that is wrong too.
    treatMissingData: TreatMissingData.BREACHING,
  });
}
