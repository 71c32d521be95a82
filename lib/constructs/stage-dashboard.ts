import { OBJECTIVES, type ObjectiveName } from '@syncline/protocol';
import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  Metric,
  PeriodOverride,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { functionMetric, METRIC_PERIOD } from '../function-metric.ts';
import { logGroupName, REQUEST_LOG } from '../log-group-name.ts';
import type { Storage } from '../resources.ts';
import { latencyByRoute } from '../saved-queries.ts';
import type { WatchedRealtime } from '../stacks/realtime-stack.ts';
import { missedShare } from './burn-rate-alarms.ts';
import type { WatchedSearch } from './index-alarms.ts';

export interface StageDashboardProps {
  readonly config: DeploymentConfig;
  readonly storage: Storage;
  readonly realtime: WatchedRealtime;
  readonly httpApiId: string;
  /** Absent where search is off. */
  readonly search: WatchedSearch | undefined;
}

/** Of the dashboard's grid, which is 24 wide. */
const WIDTH = 8;
const HEIGHT = 6;

/** One page that answers three questions of people: is it healthy, is it keeping up, what does it cost. */
export class StageDashboard extends Construct {
  private readonly props: StageDashboardProps;

  constructor(scope: Construct, id: string, props: StageDashboardProps) {
    super(scope, id);
    this.props = props;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `syncline-${props.config.stage}`,
      defaultInterval: Duration.hours(12),
      periodOverride: PeriodOverride.INHERIT,
    });
    dashboard.addWidgets(
      title(
        'Is it healthy?',
        'Above 1 what was promised is being used up faster than it comes back. Each alarm has its section in docs/runbook.md.',
      ),
    );
    dashboard.addWidgets(...this.promises(), ...this.requests(), ...this.dependencies());
    dashboard.addWidgets(this.latencies());
    dashboard.addWidgets(title('Is it keeping up?', 'What follows the journal, and what is done every hour.'));
    dashboard.addWidgets(...this.journal(), ...this.followers(), ...this.upkeep());
    dashboard.addWidgets(
      title(
        'What does it cost?',
        'The bill is that of the whole AWS account, and is there once billing alerts are switched on in it ("Billing preferences").',
      ),
    );
    dashboard.addWidgets(...this.costs());
  }

  private promises(): readonly IWidget[] {
    const window = { period: Duration.hours(1), requestsMin: 1 };
    const speeds = (Object.keys(OBJECTIVES) as ObjectiveName[]).map(
      (name) =>
        new MathExpression({
          expression: `${name}Missed / ${(1 - OBJECTIVES[name].share).toFixed(6)}`,
          usingMetrics: {
            [`${name}Missed`]: missedShare(name, { stage: this.stage, httpApiId: this.props.httpApiId }, window),
          },
          period: window.period,
          label: name,
        }),
    );
    return [graph('How fast the promises are used up', speeds)];
  }

  private requests(): readonly IWidget[] {
    const api = (metricName: string, statistic: string, label: string) => this.api(metricName, { statistic, label });
    return [
      graph('Requests', [
        api('Count', Stats.SUM, 'all'),
        api('4xx', Stats.SUM, 'refused'),
        api('5xx', Stats.SUM, 'failed'),
      ]),
      graph(
        'Latency of all requests (ms)',
        ['p50', 'p95', 'p99'].map((share) => api('Latency', share, share)),
      ),
    ];
  }

  private dependencies(): readonly IWidget[] {
    const tables = Object.entries(this.props.storage.tables);
    const throttles = tables.flatMap(([label, { tableName }]) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
        (metricName) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName,
            dimensionsMap: { TableName: tableName },
            statistic: Stats.SUM,
            period: METRIC_PERIOD,
            label: `${label} ${metricName === 'ReadThrottleEvents' ? 'reads' : 'writes'}`,
          }),
      ),
    );
    const failed = (service: string) =>
      new MathExpression({
        expression: `SUM(SEARCH('{Syncline,service,stage} MetricName="failedTries.${service}" stage="${this.stage}"', 'Sum', ${METRIC_PERIOD.toSeconds()}))`,
        label: service,
        period: METRIC_PERIOD,
      });
    return [
      graph('Throttles of DynamoDB', throttles),
      graph('Failed tries', ['s3', 'dynamodb', 'sqs', 'execute-api', 'es'].map(failed)),
      graph('Connections opened, and messages', [
        this.socket('ConnectCount'),
        this.socket('MessageCount'),
        this.socket('ExecutionError'),
      ]),
    ];
  }

  private latencies(): IWidget {
    return new LogQueryWidget({
      title: 'Latency by route (ms)',
      logGroupNames: [logGroupName(this.stage, REQUEST_LOG)],
      queryString: latencyByRoute,
      width: 3 * WIDTH,
      height: 2 * HEIGHT,
    });
  }

  private journal(): readonly IWidget[] {
    const commit = (metricName: string) => functionMetric(this.stage, 'commit', { metricName });
    const uploads = (metricName: string) => functionMetric(this.stage, 'upload-initiate', { metricName });
    // Small files that come in packs have no upload session.
    const packed = functionMetric(this.stage, 'pack-upload', { metricName: 'chunksMissing' });
    const patched = functionMetric(this.stage, 'chunk-check', { metricName: 'chunksPatched' });
    const chunks = { held: uploads('chunksHeld'), missing: uploads('chunksMissing'), packed };
    // Where one of them was not told, the others are.
    const all = '(FILL(held, 0) + FILL(missing, 0) + FILL(packed, 0))';
    return [
      graph('Operations committed in a second', [
        ratio('committed / PERIOD(committed)', { committed: commit('operationsCommitted') }, 'committed'),
      ]),
      graph('Share of operations that met another change', [
        ratio(
          'conflicted / (committed + conflicted)',
          { committed: commit('operationsCommitted'), conflicted: commit('operationsConflicted') },
          'conflicts',
        ),
      ]),
      graph('Share of chunks that were there already, or of which only differences came', [
        ratio(`FILL(held, 0) / ${all}`, chunks, 'deduplicated'),
        ratio(`FILL(patched, 0) / ${all}`, { ...chunks, patched }, 'patched'),
      ]),
    ];
  }

  private followers(): readonly IWidget[] {
    const { realtime, search } = this.props;
    const longest = { period: METRIC_PERIOD, statistic: Stats.MAXIMUM };
    const lag = (service: 'notify' | 'project' | 'index', label: string) =>
      ['p50', 'p99'].map((statistic) =>
        functionMetric(this.stage, service, { metricName: 'lag', statistic, label: `${label} ${statistic}` }),
      );
    const age = (reader: 'notify' | 'project') =>
      realtime.readers[reader].metric('IteratorAge', { ...longest, label: reader });
    const aside = [
      ...Object.entries(realtime.deadLetters),
      ...(search === undefined
        ? []
        : ([
            ['index', search.queue.deadLetters],
            ['contents', search.contentQueue.deadLetters],
          ] as const)),
    ];
    return [
      graph('Lag of pushes, references and the index (ms)', [
        ...lag('notify', 'push'),
        ...lag('project', 'references'),
        ...(search === undefined ? [] : lag('index', 'index')),
      ]),
      graph('Age of what waits in the stream (ms)', [age('notify'), age('project')]),
      graph(
        'Put aside',
        aside.map(([label, queue]) => queue.metricApproximateNumberOfMessagesVisible({ ...longest, label })),
      ),
    ];
  }

  private upkeep(): readonly IWidget[] {
    const hourly = (service: 'sweep' | 'scrub' | 'expiry', metricName: string) =>
      functionMetric(this.stage, service, { metricName, period: Duration.hours(1) });
    return [
      graph('Sweep', [
        hourly('sweep', 'chunksSwept'),
        hourly('sweep', 'objectsSwept'),
        hourly('sweep', 'sweepsStopped'),
      ]),
      graph('Scrub: defects', [hourly('scrub', 'scrubDefects')]),
      graph('Expiry', [hourly('expiry', 'revisionsExpired'), hourly('expiry', 'nodesPurged')]),
    ];
  }

  private costs(): readonly IWidget[] {
    const { storage } = this.props;
    const billed = new Metric({
      namespace: 'AWS/Billing',
      metricName: 'EstimatedCharges',
      dimensionsMap: { Currency: 'USD' },
      // Where AWS keeps it, whatever the region of the deployment.
      region: 'us-east-1',
      statistic: Stats.MAXIMUM,
      period: Duration.days(1),
      label: 'this month so far',
    });
    // It begins at nothing each month.
    const daily = new MathExpression({
      expression: 'IF(DIFF(bill) >= 0, DIFF(bill), bill)',
      usingMetrics: { bill: billed },
      period: Duration.days(1),
      label: 'in a day',
    });
    const stored = new Metric({
      namespace: 'AWS/S3',
      metricName: 'BucketSizeBytes',
      dimensionsMap: { BucketName: storage.bucket.bucketName, StorageType: 'StandardStorage' },
      statistic: Stats.AVERAGE,
      period: Duration.days(1),
      label: 'bytes stored',
    });
    const units = Object.entries(storage.tables).map(
      ([label, { tableName }]) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: 'ConsumedWriteCapacityUnits',
          dimensionsMap: { TableName: tableName },
          statistic: Stats.SUM,
          period: Duration.days(1),
          label,
        }),
    );
    return [
      graph('Cost (US dollars)', [daily]),
      new SingleValueWidget({ title: 'Cost (US dollars)', metrics: [billed], width: WIDTH, height: HEIGHT }),
      graph('Bytes in the bucket', [stored]),
      graph('Write units of the tables in a day', units),
    ];
  }

  private get stage() {
    return this.props.config.stage;
  }

  private api(metricName: string, told: { readonly statistic: string; readonly label: string }): Metric {
    const dimensionsMap = { ApiId: this.props.httpApiId };
    return new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap, period: METRIC_PERIOD, ...told });
  }

  private socket(metricName: string): Metric {
    const dimensionsMap = { ApiId: this.props.realtime.socketApiId };
    return new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap,
      period: METRIC_PERIOD,
      statistic: Stats.SUM,
    });
  }
}

function title(question: string, what: string): IWidget {
  return new TextWidget({ markdown: `# ${question}\n${what}`, width: 3 * WIDTH, height: 2 });
}

function graph(name: string, left: readonly IMetric[]): IWidget {
  return new GraphWidget({ title: name, left: [...left], width: WIDTH, height: HEIGHT, leftYAxis: { min: 0 } });
}

function ratio(expression: string, usingMetrics: Record<string, IMetric>, label: string): IMetric {
  return new MathExpression({ expression, usingMetrics, label, period: METRIC_PERIOD });
}
