import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { Stage } from './config.ts';
import type { FunctionName } from './functions.ts';

/** Namespace of what functions tell of themselves (lambdas/runtime/line-telemetry.ts). */
const NAMESPACE = 'Syncline';
export const METRIC_PERIOD = Duration.minutes(5);

/** A metric that one function tells; its sum unless another statistic is named. */
export function functionMetric(
  stage: Stage,
  service: FunctionName,
  told: Pick<MetricProps, 'metricName' | 'statistic' | 'label' | 'period'>,
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    period: METRIC_PERIOD,
    statistic: 'Sum',
    ...told,
    dimensionsMap: { service, stage },
  });
}

/** A metric that is told by stage alone, by whatever function. */
export function stageMetric(
  stage: Stage,
  told: Pick<MetricProps, 'metricName' | 'statistic' | 'label' | 'period'>,
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    period: METRIC_PERIOD,
    statistic: 'Sum',
    ...told,
    dimensionsMap: { stage },
  });
}
