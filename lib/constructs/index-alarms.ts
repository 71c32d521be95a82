import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ContentQueue } from './content-queue.ts';
import type { IndexQueue } from './index-queue.ts';

export interface IndexAlarmsProps {
  readonly stage: string;
  readonly tasks: IndexQueue;
  readonly contents: ContentQueue;
}

const PERIOD = Duration.minutes(5);
/** What is changed is found within seconds; so long after it nobody thinks of a coincidence any more. */
const LAG_MAX = Duration.minutes(10);
/** Periods in a row: one large folder may take longer. */
const PERIODS = 3;

/** Tells when the search index does not follow. docs/OPERATING.md has a section for each. */
export class IndexAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage, tasks, contents }: IndexAlarmsProps) {
    super(scope, id);
    const alarm = (
      name: string,
      description: string,
      watched: { metric: IMetric; threshold: number; periods: number },
    ) =>
      new Alarm(this, name, {
        alarmName: `syncline-${stage}-Search${name}`,
        alarmDescription: description,
        metric: watched.metric,
        threshold: watched.threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: watched.periods,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    const dimensionsMap = { service: 'index', stage };
    alarm('IndexLag', 'The search index is minutes behind. docs/OPERATING.md, "SearchIndexLag", says what to do.', {
      metric: new Metric({
        namespace: 'Syncline',
        metricName: 'lag',
        dimensionsMap,
        statistic: Stats.MAXIMUM,
        period: PERIOD,
      }),
      threshold: LAG_MAX.toMilliseconds(),
      periods: PERIODS,
    });
    // Nobody who does not run tells how late it is.
    alarm(
      'IndexStopped',
      'Nobody takes tasks out of the queue of the search index. docs/OPERATING.md, "SearchIndexStopped", says what to do.',
      {
        metric: tasks.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: Stats.MAXIMUM }),
        threshold: LAG_MAX.toSeconds(),
        periods: PERIODS,
      },
    );
    const putAside = ({ deadLetters }: IndexQueue | ContentQueue) => ({
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: Stats.MAXIMUM }),
      threshold: 0,
      periods: 1,
    });
    alarm(
      'DeadLetters',
      'Tasks of the search index were put aside. docs/OPERATING.md, "SearchDeadLetters", says what to do.',
      putAside(tasks),
    );
    alarm(
      'ContentsDeadLetters',
      'Contents that were to be read for search were put aside. docs/OPERATING.md, "SearchContentsDeadLetters", says what to do.',
      putAside(contents),
    );
  }
}
