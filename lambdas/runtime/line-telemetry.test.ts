import { expect, test } from '@jest/globals';
import { lineTelemetry } from './line-telemetry.ts';
import type { Invocation } from './telemetry.ts';

const REQUEST: Invocation = { route: 'GET /v1/account', requestId: 'r', status: 200, durationMs: 12 };
const AT = Date.UTC(2026, 0, 1);

function open() {
  const written: string[] = [];
  const telemetry = lineTelemetry({ stage: 'local', write: (line) => written.push(line), now: () => AT });
  return { telemetry, take: () => written.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('an invocation writes one line and one document of metrics, with all that was counted', () => {
  const { telemetry, take } = open();
  telemetry.count('chunksHeld', 2);
  telemetry.count('chunksHeld');
  telemetry.report(REQUEST);
  const [line, metrics, ...rest] = take();
  expect(rest).toEqual([]);
  expect(line).toEqual({
    level: 'INFO',
    message: 'request',
    timestamp: '2026-01-01T00:00:00.000Z',
    service: 'unknown',
    stage: 'local',
    ...REQUEST,
    coldStart: true,
    counts: { chunksHeld: 3 },
  });
  expect(metrics).toEqual({
    _aws: {
      Timestamp: AT,
      CloudWatchMetrics: [
        {
          Namespace: 'Syncline',
          Dimensions: [['service', 'stage']],
          Metrics: [
            { Name: 'requests', Unit: 'Count' },
            { Name: 'latency', Unit: 'Milliseconds' },
            { Name: 'coldStarts', Unit: 'Count' },
            { Name: 'chunksHeld', Unit: 'Count' },
          ],
        },
      ],
    },
    service: 'unknown',
    stage: 'local',
    requests: 1,
    latency: 12,
    coldStarts: 1,
    chunksHeld: 3,
  });
});

test('every line ends, so that no two are read as one', () => {
  const written: string[] = [];
  lineTelemetry({ stage: 'local', write: (line) => written.push(line) }).report(REQUEST);
  expect(written.map((line) => line.split('\n').length)).toEqual([2, 2]);
});

test('nothing is carried over into the next invocation', () => {
  const { telemetry, take } = open();
  telemetry.count('proofsWrong');
  telemetry.report(REQUEST);
  take();
  telemetry.report(REQUEST);
  const [line, metrics] = take();
  expect(line).toMatchObject({ coldStart: false, counts: {} });
  expect(metrics).not.toHaveProperty('proofsWrong');
  expect(metrics).not.toHaveProperty('coldStarts');
});

test('a refusal counts under its code; a defect is an error and a busy dependency a warning', () => {
  const { telemetry, take } = open();
  const error = { name: 'Error', frames: [] };
  telemetry.report({ ...REQUEST, status: 404, code: 'not_found' });
  telemetry.report({ ...REQUEST, status: 500, code: 'internal', error });
  telemetry.report({ ...REQUEST, status: 503, code: 'unavailable', error });
  const lines = take();
  expect(lines.filter((line) => 'level' in line).map((line) => line['level'])).toEqual(['INFO', 'ERROR', 'WARN']);
  expect(lines.some((line) => line['refused.not_found'] === 1)).toBe(true);
});

test('how long the oldest of what was worked at had waited is a metric of its own, where somebody tells it', () => {
  const { telemetry, take } = open();
  const namesOf = (document: unknown) => JSON.stringify(document).match(/"Name":"\w+"/g);
  telemetry.report({ ...REQUEST, lagMs: 600_001 });
  const [, late] = take();
  expect(late).toMatchObject({ lag: 600_001 });
  expect(namesOf(late)).toContain('"Name":"lag"');
  telemetry.report(REQUEST);
  expect(namesOf(take()[1])).not.toContain('"Name":"lag"');
});
