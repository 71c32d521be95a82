import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { powertoolsTelemetry } from './powertools-telemetry.ts';
import type { Invocation } from './telemetry.ts';

/** What a process writes is all that Powertools does; so it is looked at where it leaves. */
let written: string[] = [];

beforeEach(() => {
  written = [];
  // Writes by the console that is looked at here, and metrics nevertheless.
  process.env['POWERTOOLS_DEV'] = 'true';
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation((line: unknown) => {
      written.push(String(line));
    });
  }
});

afterEach(() => {
  delete process.env['POWERTOOLS_DEV'];
  delete process.env['POWERTOOLS_METRICS_DISABLED'];
  jest.restoreAllMocks();
});

const REQUEST: Invocation = { route: 'GET /v1/account', requestId: 'r', status: 200, durationMs: 12 };

function parsed(): Record<string, unknown>[] {
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('an invocation writes one line and one document of metrics, with all that was counted', () => {
  const telemetry = powertoolsTelemetry('local');
  telemetry.count('chunksHeld', 2);
  telemetry.count('chunksHeld');
  telemetry.report(REQUEST);
  const [line, metrics, ...rest] = parsed();
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ level: 'INFO', stage: 'local', ...REQUEST, coldStart: true, counts: { chunksHeld: 3 } });
  expect(metrics).toMatchObject({ stage: 'local', requests: 1, latency: 12, chunksHeld: 3, coldStarts: 1 });
});

test('nothing is carried over into the next invocation', () => {
  const telemetry = powertoolsTelemetry('local');
  telemetry.count('proofsWrong');
  telemetry.report(REQUEST);
  written = [];
  telemetry.report(REQUEST);
  const [line, metrics] = parsed();
  expect(line).toMatchObject({ coldStart: false, counts: {} });
  expect(metrics).not.toHaveProperty('proofsWrong');
  expect(metrics).not.toHaveProperty('coldStarts');
});

test('a refusal counts under its code; a defect is an error and a busy dependency a warning', () => {
  const telemetry = powertoolsTelemetry('local');
  const error = { name: 'Error', frames: [] };
  telemetry.report({ ...REQUEST, status: 404, code: 'not_found' });
  telemetry.report({ ...REQUEST, status: 500, code: 'internal', error });
  telemetry.report({ ...REQUEST, status: 503, code: 'unavailable', error });
  const lines = parsed();
  expect(lines.filter((line) => 'level' in line).map((line) => line['level'])).toEqual(['INFO', 'ERROR', 'WARN']);
  expect(lines.some((line) => line['refused.not_found'] === 1)).toBe(true);
});
