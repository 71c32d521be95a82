import type { CountName } from './meter.ts';
import type { Invocation, Telemetry } from './telemetry.ts';

/** Telemetry that keeps what it is told, for tests. Counts add up over all invocations. */
export class MemoryTelemetry implements Telemetry {
  readonly invocations: Invocation[] = [];
  readonly counts = new Map<CountName, number>();
  /** Of all invocations. */
  readonly traces = new Set<string>();

  count(name: CountName, value = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + value);
  }

  trace(requestId: string): void {
    this.traces.add(requestId);
  }

  report(invocation: Invocation): void {
    this.invocations.push(invocation);
  }
}
