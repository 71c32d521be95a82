import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from '../config.ts';
import { functionMetric, METRIC_PERIOD } from '../function-metric.ts';
import type { StageAlarms } from './stage-alarms.ts';
import type { TaskQueue } from './task-queue.ts';

export interface WatchedSearch {
  readonly queue: TaskQueue;
  readonly contentQueue: TaskQueue;
}

/** What is changed is found within seconds; so long after it nobody thinks of a coincidence any more. */
const LAG_MAX = Duration.minutes(10);
/** Periods in a row: one large folder may take longer. */
const PERIODS = 3;

/** Tells when the search index does not follow. */
export function addIndexAlarms(alarms: StageAlarms, stage: Stage, { queue: tasks, contentQueue }: WatchedSearch): void {
  alarms.watch('SearchIndexLag', {
    what: 'The search index is minutes behind',
    metric: functionMetric(stage, 'index', { metricName: 'lag', statistic: Stats.MAXIMUM }),
    threshold: LAG_MAX.toMilliseconds(),
    periods: PERIODS,
  });
  const longest = { period: METRIC_PERIOD, statistic: Stats.MAXIMUM };
  // Nobody who does not run tells how late it is.
  alarms.watch('SearchIndexStopped', {
    what: 'Nobody takes tasks out of the queue of the search index',
    metric: tasks.queue.metricApproximateAgeOfOldestMessage(longest),
    threshold: LAG_MAX.toSeconds(),
    periods: PERIODS,
  });
  alarms.watch('SearchDeadLetters', {
    what: 'Tasks of the search index were put aside',
    metric: tasks.deadLetters.metricApproximateNumberOfMessagesVisible(longest),
    threshold: 0,
  });
  alarms.watch('SearchContentsDeadLetters', {
    what: 'Contents that were to be read for search were put aside',
    metric: contentQueue.deadLetters.metricApproximateNumberOfMessagesVisible(longest),
    threshold: 0,
  });
}
