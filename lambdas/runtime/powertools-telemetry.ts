import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { CountName } from './meter.ts';
import type { Invocation, Telemetry } from './telemetry.ts';

/**
 * Telemetry as one JSON log line and one CloudWatch embedded-metric document per invocation. Metrics stand in the
 * namespace `Syncline` by stage and by function (POWERTOOLS_SERVICE_NAME); a refusal also counts under its own code.
 */
export function powertoolsTelemetry(stage: string): Telemetry {
  const logger = new Logger({ persistentKeys: { stage } });
  const metrics = new Metrics({ namespace: 'Syncline', defaultDimensions: { stage } });
  const counts = new Map<CountName, number>();
  let isColdStart = true;
  return {
    count(name, value = 1) {
      counts.set(name, (counts.get(name) ?? 0) + value);
    },
    report(invocation) {
      writeLine(logger, { ...invocation, coldStart: isColdStart, counts: Object.fromEntries(counts) });
      metrics.addMetric('requests', MetricUnit.Count, 1);
      metrics.addMetric('latency', MetricUnit.Milliseconds, invocation.durationMs);
      if (isColdStart) metrics.addMetric('coldStarts', MetricUnit.Count, 1);
      if (invocation.code !== undefined) metrics.addMetric(`refused.${invocation.code}`, MetricUnit.Count, 1);
      for (const [name, value] of counts) metrics.addMetric(name, MetricUnit.Count, value);
      metrics.publishStoredMetrics();
      counts.clear();
      isColdStart = false;
    },
  };
}

function writeLine(logger: Logger, line: Invocation & Readonly<Record<string, unknown>>): void {
  if (line.error === undefined) logger.info('request', line);
  else if (line.code === 'unavailable') logger.warn('a dependency did not answer', line);
  else logger.error('a defect', line);
}
