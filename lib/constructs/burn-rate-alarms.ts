import { missedMetric, OBJECTIVES, type ObjectiveName } from '@syncline/protocol';
import { Duration } from 'aws-cdk-lib';
import { AlarmRule, AlarmState, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from '../config.ts';
import { stageMetric } from '../function-metric.ts';
import type { StageAlarms } from './stage-alarms.ts';

export interface WatchedRequests {
  readonly stage: Stage;
  readonly httpApiId: string;
}

/**
 * How fast a promise of 30 days may be used up: `factor` times as fast as would use all of it by their end. Whoever misses it over the long window
 * and still over the short one misses it now. Source: Google, "The Site Reliability Workbook", chapter 5, "Alerting on SLOs".
 */
const SPEEDS = {
  Fast: { factor: 14.4, long: Duration.hours(1), short: Duration.minutes(5) },
  Slow: { factor: 6, long: Duration.hours(6), short: Duration.minutes(30) },
} as const;
/** In the long window: of fewer, one bad request would be an incident. */
const REQUESTS_MIN = 50;

/** What each promise says to people, and the section of the runbook. */
const PROMISES = {
  availability: ['Availability', 'Requests fail'],
  commitLatency: ['CommitLatency', 'Commits take long'],
  deltaLatency: ['DeltaLatency', 'Devices wait for changes that they ask for'],
  pushLag: ['PushLag', 'Devices hear late of changes'],
} as const satisfies Readonly<Record<ObjectiveName, readonly [section: string, what: string]>>;

/** Tells when so much is missed of what was promised (protocol/src/objectives.ts) that it will not be kept. */
export function addBurnRateAlarms(alarms: StageAlarms, requests: WatchedRequests): void {
  for (const [name, [section, what]] of Object.entries(PROMISES) as [ObjectiveName, readonly [string, string]][]) {
    for (const [speed, { factor, long, short }] of Object.entries(SPEEDS)) {
      const threshold = factor * (1 - OBJECTIVES[name].share);
      const part = (window: string, period: Duration, requestsMin: number) =>
        alarms.watch(`${section}${speed}${window}`, {
          what: `${what}, in ${period.toHumanString()}`,
          section,
          metric: missedShare(name, requests, { period, requestsMin }),
          threshold,
          isPart: true,
        });
      const windows = [part('Long', long, REQUESTS_MIN), part('Short', short, 1)];
      const held = windows.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM));
      alarms.combine(`${section}${speed}`, { what, section, rule: AlarmRule.allOf(...held) });
    }
  }
}

/** The share that missed an objective in a period; nothing is missed where there were fewer than `requestsMin`. */
export function missedShare(
  name: ObjectiveName,
  requests: WatchedRequests,
  { period, requestsMin }: { readonly period: Duration; readonly requestsMin: number },
): IMetric {
  const share = (expression: string, usingMetrics: Record<string, IMetric>) =>
    new MathExpression({ expression, usingMetrics, period, label: name });
  // Several may stand in one graph, where every id is one metric.
  const [all, bad] = [`${name}All`, `${name}Bad`];
  if (name === 'availability') {
    const of = (metricName: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiId: requests.httpApiId },
        statistic: Stats.SUM,
        period,
      });
    return share(`IF(${all} >= ${requestsMin}, FILL(${bad}, 0) / ${all}, 0)`, { [all]: of('Count'), [bad]: of('5xx') });
  }
  const told = (statistic: string) =>
    stageMetric(requests.stage, { metricName: missedMetric(name), statistic, period });
  return share(`IF(${all} >= ${requestsMin}, ${bad}, 0)`, {
    [all]: told(Stats.SAMPLE_COUNT),
    [bad]: told(Stats.AVERAGE),
  });
}
