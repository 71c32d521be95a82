import { beforeEach, expect, test } from '@jest/globals';
import { journalRoutes, OBJECTIVES } from '@syncline/protocol';
import { countAwsFailure, takeAwsFailures } from './aws-failures.ts';
import { TRACES_MAX } from './limits.ts';
import { lineTelemetry } from './line-telemetry.ts';
import type { Invocation } from './telemetry.ts';

const REQUEST: Invocation = { route: 'GET /v1/account', requestId: 'r', status: 200, durationMs: 12 };
const AT = Date.UTC(2026, 0, 1);

beforeEach(() => void takeAwsFailures());

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

/** What a document tells by stage alone. */
function byStage(document: unknown): object {
  const { _aws, ...values } = document as { readonly _aws: { readonly CloudWatchMetrics: readonly Directive[] } };
  const [, told, ...rest] = _aws.CloudWatchMetrics;
  expect(rest).toEqual([]);
  if (told === undefined) return {};
  expect(told.Dimensions).toEqual([['stage']]);
  return Object.fromEntries(told.Metrics.map(({ Name }) => [Name, (values as Record<string, unknown>)[Name]]));
}

interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

test('a commit and a delta tell by stage whether they were in time, and what failed tells nothing of its time', () => {
  const { telemetry, take } = open();
  const routeOf = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;
  const told = (route: string, durationMs: number, status = 200) => {
    telemetry.report({ ...REQUEST, route, durationMs, status });
    return byStage(take()[1]);
  };
  const commit = routeOf(journalRoutes.commit);
  expect(told(commit, OBJECTIVES.commitLatency.msMax)).toEqual({ 'missed.commitLatency': 0 });
  expect(told(commit, OBJECTIVES.commitLatency.msMax + 1)).toEqual({ 'missed.commitLatency': 1 });
  expect(told(routeOf(journalRoutes.listChanges), OBJECTIVES.deltaLatency.msMax + 1)).toEqual({
    'missed.deltaLatency': 1,
  });
  expect(told(commit, 9999, 503)).toEqual({});
  expect(told(routeOf(journalRoutes.waitForChanges), 25_000)).toEqual({});
});

test('pushes tell by stage whether they were in time', () => {
  const { telemetry, take } = open();
  const told = (lagMs?: number) => {
    telemetry.report({ ...REQUEST, route: 'notify', ...(lagMs === undefined ? {} : { lagMs }) });
    return byStage(take()[1]);
  };
  expect([told(0), told(OBJECTIVES.pushLag.msMax + 1)]).toEqual([{ 'missed.pushLag': 0 }, { 'missed.pushLag': 1 }]);
  expect(told()).toEqual({});
});

test('tries at services of AWS that failed are counted by service, once, and names that nobody knows make no metric', () => {
  const { telemetry, take } = open();
  for (const service of ['s3', 's3', 'dynamodb', 'of-somebody']) countAwsFailure(service);
  telemetry.report(REQUEST);
  const [, metrics] = take();
  expect(metrics).toMatchObject({ 'failedTries.s3': 2, 'failedTries.dynamodb': 1 });
  expect(JSON.stringify(metrics)).not.toContain('somebody');
  telemetry.report(REQUEST);
  expect(take()[1]).not.toHaveProperty(['failedTries.s3']);
});

test('a line names the requests that it follows from, each once, no more than TRACES_MAX, and none of the line before', () => {
  const { telemetry, take } = open();
  for (const id of ['a', 'b', 'a']) telemetry.trace(id);
  telemetry.report(REQUEST);
  expect(take()[0]).toMatchObject({ traces: 'a b' });
  for (let index = 0; index < TRACES_MAX + 5; index++) telemetry.trace(`r${index}`);
  telemetry.report(REQUEST);
  expect(String(take()[0]?.['traces']).split(' ')).toHaveLength(TRACES_MAX);
  telemetry.report(REQUEST);
  expect(take()[0]).not.toHaveProperty('traces');
});
