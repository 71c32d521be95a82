import { missedMetric } from '@syncline/protocol';
import { takeAwsFailures } from './aws-failures.ts';
import { TRACES_MAX } from './limits.ts';
import type { CountName } from './meter.ts';
import { missedObjectives } from './missed-objectives.ts';
import type { Invocation, Telemetry } from './telemetry.ts';

export interface LineTelemetryOptions {
  readonly stage: string;
  /** Where each line goes, its end included. @default the standard output, which Lambda keeps as it is */
  readonly write?: (line: string) => void;
  readonly now?: () => number;
}

/** Namespace of all metrics in CloudWatch. */
const NAMESPACE = 'Syncline';

type Unit = 'Count' | 'Milliseconds' | 'None';
type Metrics = readonly (readonly [name: string, value: number, unit: Unit])[];

/**
 * Telemetry as one JSON log line and one document in CloudWatch's embedded metric format per invocation. Metrics stand in the
 * namespace `Syncline` by stage and by function (FUNCTION_NAME); a refusal also counts under its own code. What misses an objective, or meets it, is
 * told by stage alone.
 * Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format"; AWS Lambda Developer Guide, "Log formats".
 */
export function lineTelemetry({ stage, write = writeOut, now = Date.now }: LineTelemetryOptions): Telemetry {
  const labels = { service: process.env['FUNCTION_NAME'] ?? 'unknown', stage };
  const counts = new Map<CountName, number>();
  const traces = new Set<string>();
  let isColdStart = true;
  return {
    count(name, value = 1) {
      counts.set(name, (counts.get(name) ?? 0) + value);
    },
    trace(requestId) {
      if (traces.size < TRACES_MAX) traces.add(requestId);
    },
    report(invocation) {
      const timestamp = now();
      const line = {
        ...invocation,
        coldStart: isColdStart,
        counts: Object.fromEntries(counts),
        ...(traces.size === 0 ? {} : { traces: [...traces].join(' ') }),
      };
      write(
        `${JSON.stringify({ ...describe(invocation), timestamp: new Date(timestamp).toISOString(), ...labels, ...line })}\n`,
      );
      const metrics: [name: string, value: number, unit: Unit][] = [
        ['requests', 1, 'Count'],
        ['latency', invocation.durationMs, 'Milliseconds'],
      ];
      if (invocation.lagMs !== undefined) metrics.push(['lag', invocation.lagMs, 'Milliseconds']);
      if (isColdStart) metrics.push(['coldStarts', 1, 'Count']);
      if (invocation.code !== undefined) metrics.push([`refused.${invocation.code}`, 1, 'Count']);
      for (const [name, value] of counts) metrics.push([name, value, 'Count']);
      for (const [name, value] of Object.entries(takeAwsFailures()))
        metrics.push([`failedTries.${name}`, value, 'Count']);
      const missed = missedObjectives(invocation).map(
        ([name, isMissed]) => [missedMetric(name), isMissed ? 1 : 0, 'None'] as const,
      );
      const values = { ...labels, ...valuesOf(metrics), ...valuesOf(missed) };
      write(`${JSON.stringify({ ...directive(timestamp, metrics, missed), ...values })}\n`);
      counts.clear();
      traces.clear();
      isColdStart = false;
    },
  };
}

function describe({ error, code }: Invocation): { readonly level: string; readonly message: string } {
  if (error === undefined) return { level: 'INFO', message: 'request' };
  if (code === 'unavailable') return { level: 'WARN', message: 'a dependency did not answer' };
  return { level: 'ERROR', message: 'a defect' };
}

/** Says which members of the document are metrics, and by what they are told apart. */
function directive(timestamp: number, metrics: Metrics, missed: Metrics): object {
  const byLabels = { Namespace: NAMESPACE, Dimensions: [['service', 'stage']], Metrics: metrics.map(definition) };
  const byStage = { Namespace: NAMESPACE, Dimensions: [['stage']], Metrics: missed.map(definition) };
  const CloudWatchMetrics = missed.length === 0 ? [byLabels] : [byLabels, byStage];
  return { _aws: { Timestamp: timestamp, CloudWatchMetrics } };
}

function definition([name, , unit]: Metrics[number]): object {
  return { Name: name, Unit: unit };
}

function valuesOf(metrics: Metrics): Readonly<Record<string, number>> {
  return Object.fromEntries(metrics.map(([name, value]) => [name, value]));
}

function writeOut(line: string): void {
  process.stdout.write(line);
}
