import { Duration } from 'aws-cdk-lib';
import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { DeploymentConfig } from '../config.ts';
import { functionMetric, METRIC_PERIOD } from '../function-metric.ts';
import type { WatchedRealtime } from '../stacks/realtime-stack.ts';
import type { StageAlarms } from './stage-alarms.ts';

/** How often the hourly functions run (call-hourly.ts). */
const RUN_PERIOD = Duration.hours(1);
/** Runs that may stop in a row: what stops the sweep is mended by itself within hours. */
const STOPPED_RUNS = 12;
/** Clients without a push look by themselves within minutes. */
const PUSH_AGE_MAX = Duration.minutes(2);
/** After it the sweep finds namespaces behind, and stops. */
const PROJECTION_AGE_MAX = Duration.hours(1);
const PERIODS = 3;

/** Tells of loss, and of work in the background that nobody does. */
export function addUpkeepAlarms(
  alarms: StageAlarms,
  { stage, removal }: Pick<DeploymentConfig, 'stage' | 'removal'>,
  { readers, deadLetters }: WatchedRealtime,
): void {
  alarms.watch('ScrubDefects', {
    what: 'Stored bytes are gone or wrong',
    metric: functionMetric(stage, 'scrub', {
      metricName: 'scrubDefects',
      statistic: Stats.MAXIMUM,
      period: RUN_PERIOD,
    }),
    threshold: 0,
    // A defect stays one until the next run has looked again.
    treatMissingData: TreatMissingData.IGNORE,
  });
  if (removal === 'hourly') {
    alarms.watch('SweepStopped', {
      what: 'For half a day nothing was swept, so bytes only grow',
      metric: functionMetric(stage, 'sweep', { metricName: 'sweepsStopped', period: RUN_PERIOD }),
      threshold: 0,
      periods: STOPPED_RUNS,
    });
  }
  const longest = { period: METRIC_PERIOD, statistic: Stats.MAXIMUM };
  const ages = { notify: ['PushesStopped', PUSH_AGE_MAX], project: ['ProjectionStopped', PROJECTION_AGE_MAX] } as const;
  for (const [reader, [name, ageMax]] of Object.entries(ages) as ['notify' | 'project', (typeof ages)['notify']][]) {
    alarms.watch(name, {
      what: `Entries of the journal wait for the function ${reader}`,
      metric: readers[reader].metric('IteratorAge', longest),
      threshold: ageMax.toMilliseconds(),
      periods: PERIODS,
    });
  }
  const aside = {
    changeFeed: 'PushDeadLetters',
    pushes: 'MemberPageDeadLetters',
    projectionFeed: 'ProjectionDeadLetters',
    deliveries: 'WebhookDeadLetters',
  };
  for (const [queue, name] of Object.entries(aside) as [keyof typeof aside, string][]) {
    alarms.watch(name, {
      what: 'Something was put aside that could not be handled',
      metric: deadLetters[queue].metricApproximateNumberOfMessagesVisible(longest),
      threshold: 0,
    });
  }
}
