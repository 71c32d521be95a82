import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { OBJECTIVES } from '@syncline/protocol';
import { lineTelemetry } from '../../lambdas/runtime/line-telemetry.ts';
import { functions } from '../../lib/functions.ts';
import { savedQueries } from '../../lib/saved-queries.ts';
import { deployedFunctions } from './deployed-functions.ts';
import {
  at,
  listOf,
  onlyResourceOf,
  projectRoot,
  resourcesOf,
  stackOf,
  synthesise,
  type Template,
} from './synthesised.ts';

const everything = synthesise('prod', {
  search: 'domain',
  alarmEmail: 'ops@example.com',
  canary: 'on',
  rollout: 'gradual',
  contents: 'cloudfront',
});
const operations = stackOf(everything, 'Operations');
const ALARM_TYPES = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];

interface Alarm {
  readonly name: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

function alarmsOf(template: Template): readonly Alarm[] {
  return ALARM_TYPES.flatMap((type) => resourcesOf(template, type)).map(({ Properties: properties }) => ({
    name: String(properties['AlarmName']).replace(/^syncline-\w+-/, ''),
    description: String(properties['AlarmDescription']),
    properties,
  }));
}

describe('the runbook', () => {
  const runbook = readFileSync(join(projectRoot, 'docs', 'runbook.md'), 'utf8');
  const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, name]) => String(name));
  const named = Object.values(everything.stacks)
    .flatMap(alarmsOf)
    .map(({ description }) => /docs\/runbook\.md, "(\w+)"/.exec(description)?.[1] ?? 'nothing');

  test('has a section for every alarm that there can be, and every section an alarm', () => {
    expect([...new Set(named)].toSorted()).toEqual(sections.toSorted());
  });

  test('says in each section what has happened, where to look and what to do, and calls the alarm by its name', () => {
    for (const [index, section] of sections.entries()) {
      const text = runbook.split(/^## .+$/m)[index + 1] ?? '';
      for (const part of ['**Description.**', '**Investigation.**', '**Resolution.**']) {
        expect([section, text.includes(part)]).toEqual([section, true]);
      }
      expect([section, text.includes(section)]).toEqual([section, true]);
    }
  });
});

test('every alarm tells the topic, but those that are half of another one', () => {
  const topic = { Ref: onlyResourceOf(operations, 'AWS::SNS::Topic').id };
  const silent = alarmsOf(operations).filter(({ properties }) => properties['AlarmActions'] === undefined);
  expect(silent.map(({ name }) => name).filter((name) => !/(Fast|Slow)(Long|Short)$/.test(name))).toEqual([]);
  const loud = alarmsOf(operations).filter(({ name }) => !/(Fast|Slow)(Long|Short)$/.test(name));
  for (const { properties } of loud) expect(properties['AlarmActions']).toEqual([topic]);
  expect(onlyResourceOf(operations, 'AWS::SNS::Subscription').Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'ops@example.com',
    TopicArn: topic,
  });
});

test('only alarms of this account speak to the topic, and everybody by TLS', () => {
  const { Properties } = onlyResourceOf(operations, 'AWS::SNS::TopicPolicy');
  const statements = listOf(at(Properties, 'PolicyDocument', 'Statement'));
  expect(statements).toHaveLength(2);
  expect(statements).toContainEqual(
    expect.objectContaining({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }),
  );
  const denied = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
  expect(statements).toContainEqual(expect.objectContaining(denied));
});

test('alarms of every stack stand in one, so that all of them tell, but the one that stops a rollout', () => {
  const others = Object.entries(everything.stacks).filter(([name]) => name !== 'Operations');
  expect(others.flatMap(([, template]) => alarmsOf(template)).map(({ name }) => name)).toEqual(['RolloutFails']);
});

test.each(Object.entries(OBJECTIVES))(
  '%s is promised, and told when it is used up too fast, in two windows each',
  (name, { share }) => {
    const section = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const of = (part: string) => alarmsOf(operations).find((alarm) => alarm.name === `${section}${part}`)?.properties;
    for (const [speed, factor, windows] of [
      ['Fast', 14.4, [3600, 300]],
      ['Slow', 6, [21_600, 1800]],
    ] as const) {
      const parts = ['Long', 'Short'].map((window) => of(`${speed}${window}`));
      expect(parts.map((part) => at(part, 'Threshold'))).toEqual(
        [0, 0].map(() => expect.closeTo(factor * (1 - share), 9)),
      );
      const periods = parts.map((part) =>
        listOf(at(part, 'Metrics')).flatMap((metric) => at(metric, 'MetricStat', 'Period') ?? []),
      );
      expect(periods.map((each) => [...new Set(each)])).toEqual(windows.map((window) => [window]));
      const rule = JSON.stringify(at(of(speed), 'AlarmRule'));
      for (const window of ['Long', 'Short']) expect(rule).toContain(`${section}${speed}${window}`);
      expect(rule).toContain('AND');
    }
    const measured = listOf(at(of('FastLong'), 'Metrics')).flatMap(
      (metric) => at(metric, 'MetricStat', 'Metric', 'MetricName') ?? [],
    );
    const [expected] = name === 'availability' ? ['5xx'] : [`missed.${name}`];
    expect(measured).toContain(expected);
  },
);

test('outside prod there are the alarms that tell of loss and of work that nobody does, and nothing that costs more', () => {
  const template = stackOf(synthesise('dev'), 'Operations');
  expect(
    alarmsOf(template)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([
    'MemberPageDeadLetters',
    'ProjectionDeadLetters',
    'ProjectionStopped',
    'PushDeadLetters',
    'PushesStopped',
    'ScrubDefects',
    'SweepStopped',
    'WebhookDeadLetters',
  ]);
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  for (const type of ['AWS::CloudWatch::Dashboard', 'AWS::CloudWatch::CompositeAlarm', 'AWS::Logs::QueryDefinition']) {
    expect(types.has(type)).toBe(false);
  }
  expect(synthesise('prod', { watch: 'none' }).stacks).not.toHaveProperty('Operations');
});

test('where nothing is removed by itself nobody is told that nothing is swept', () => {
  const names = alarmsOf(stackOf(synthesise('prod', { removal: 'by-hand' }), 'Operations')).map(({ name }) => name);
  expect(names).not.toContain('SweepStopped');
});

/** The body of the dashboard, with what CloudFormation fills in as a word. */
const dashboard = JSON.stringify(onlyResourceOf(operations, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody']);

test.each([
  ['requests', '\\"Count\\"'],
  ['errors', '\\"5xx\\"'],
  ['latency by route', 'pct(latencyMs, 99)'],
  ['commits', 'operationsCommitted'],
  ['conflicts', 'operationsConflicted'],
  ['deduplication', 'chunksHeld'],
  ['chunks of files without upload sessions', '\\"pack-upload\\"'],
  ['patched chunks', 'chunksPatched'],
  ['the age of the stream', 'IteratorAge'],
  ['the lag of pushes', '\\"notify\\"'],
  ['the lag of the index', '\\"index\\"'],
  ['dead letters', 'ApproximateNumberOfMessagesVisible'],
  ['the sweep', 'chunksSwept'],
  ['the scrub', 'scrubDefects'],
  ['connections', 'ConnectCount'],
  ['throttles', 'WriteThrottleEvents'],
  ['failures of S3', 'failedTries.s3'],
  ['cost', 'EstimatedCharges'],
])('the dashboard shows %s', (_, told) => {
  const quoted = JSON.stringify(told).slice(1, -1);
  expect(dashboard.includes(told) || dashboard.includes(quoted)).toBe(true);
});

describe('saved queries', () => {
  /** Every field that a line of a function can have, as Logs Insights names it. */
  const functionFields = (() => {
    const lines: string[] = [];
    const telemetry = lineTelemetry({ stage: 'prod', write: (line) => lines.push(line) });
    telemetry.trace('sync-42');
    telemetry.count('chunksHeld');
    telemetry.report({
      route: 'commit',
      requestId: 'r',
      clientRequestId: 'sync-42',
      status: 503,
      durationMs: 1,
      lagMs: 1,
      code: 'unavailable',
      accountId: 'a',
      deviceId: 'd',
      error: { name: 'UnavailableError', message: 'm', frames: ['at'], causes: ['Error'] },
    });
    return fieldsOf(JSON.parse(lines[0] ?? ''));
  })();
  const requestFields = (() => {
    const stage = onlyResourceOf(stackOf(everything, 'Api'), 'AWS::ApiGatewayV2::Stage').Properties;
    return fieldsOf(JSON.parse(String(at(stage, 'AccessLogSettings', 'Format'))));
  })();
  const deployed = new Set(deployedFunctions(everything).keys());
  const definitions = resourcesOf(operations, 'AWS::Logs::QueryDefinition').map(({ Properties }) => Properties);

  test.each(savedQueries.map((query) => [query.name, query] as const))(
    '"%s" names fields that lines have',
    (_, { logs, query }) => {
      const known = new Set([...(logs === 'requests' ? requestFields : functionFields), ...namedIn(query)]);
      const asked = wordsOf(query);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((field) => !known.has(field))).toEqual([]);
    },
  );

  test('ask logs of functions that are deployed, no more than one query may, and each of them can be asked', () => {
    expect(definitions.map((definition) => at(definition, 'Name'))).toEqual(
      savedQueries.map(({ name }) => `syncline-prod/${name}`),
    );
    for (const definition of definitions) {
      const groups = listOf(at(definition, 'LogGroupNames')).map((name) => String(name).replace('/syncline/prod/', ''));
      expect(groups.length).toBeLessThanOrEqual(50);
      expect(groups.filter((name) => name !== 'requests' && !deployed.has(name))).toEqual([]);
    }
    const asked = listOf(
      at(
        definitions.find((each) => String(at(each, 'Name')).endsWith('/defects')),
        'LogGroupNames',
      ),
    );
    expect(asked).toHaveLength(deployed.size);
    expect(Object.keys(functions).filter((name) => !deployed.has(name))).toEqual(['sign-up']);
  });
});

/** Paths to all values. */
function fieldsOf(value: unknown, prefix = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [prefix.slice(0, -1)];
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, `${prefix}${key}.`));
}

const KEYWORDS =
  /\b(filter|fields|stats|sort|limit|by|as|and|or|like|desc|asc|not|in|ispresent|count|sum|max|min|avg|pct|bin|\d+m)\b/g;

/** What a query makes itself. */
function namedIn(query: string): readonly string[] {
  return [...query.matchAll(/\bas (\w+)/g)].map(([, name]) => String(name));
}

/** What a query asks of lines, without what every line has. */
function wordsOf(query: string): readonly string[] {
  const bare = query
    .replaceAll(/"[^"]*"/g, ' ')
    .replaceAll(/@\w+/g, ' ')
    .replaceAll(KEYWORDS, ' ');
  return [...new Set(bare.match(/[A-Za-z][\w.]*/g) ?? [])];
}

describe('the canary', () => {
  const canary = deployedFunctions(everything).get('canary');

  test('is there where it is asked for, and outside stage local nowhere else', () => {
    expect(canary?.stack).toBe('Canary');
    for (const stage of ['dev', 'prod'] as const) expect(synthesise(stage).stacks).not.toHaveProperty('Canary');
    const elsewhere = { issuer: 'https://issuer.example.com', audience: 'syncline' };
    expect(synthesise('local', elsewhere).stacks).not.toHaveProperty('Canary');
  });

  test('may read the password of its own account, and nothing else of the deployment', () => {
    const rights = canary?.allowed.filter((line) => !line.startsWith('logs:'));
    expect(rights).toEqual(['secretsmanager:GetSecretValue CanaryAccount.Id']);
    const { Properties } = onlyResourceOf(stackOf(everything, 'Canary'), 'AWS::SecretsManager::Secret');
    expect(Properties['GenerateSecretString']).toMatchObject({
      SecretStringTemplate: '{"email":"canary@syncline.invalid"}',
      GenerateStringKey: 'password',
    });
  });

  test('asks at the address that clients are given', () => {
    expect(canary?.environment['API_URL']).toMatch(/^https:\/\/.*Distribution/);
    const alone = deployedFunctions(synthesise('prod', { web: 'off', canary: 'on' })).get('canary');
    expect(alone?.environment['API_URL']).toMatch(/^https:\/\/.*execute-api/);
  });

  test('runs every five minutes, called by its rule alone, and in stage local when a test asks', () => {
    const template = stackOf(everything, 'Canary');
    const rule = onlyResourceOf(template, 'AWS::Events::Rule');
    expect(rule.Properties).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
    expect(onlyResourceOf(template, 'AWS::Lambda::Permission').Properties).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [rule.id, 'Arn'] },
    });
    const local = onlyResourceOf(stackOf(synthesise('local'), 'Canary'), 'AWS::Events::Rule');
    expect(local.Properties['State']).toBe('DISABLED');
  });

  test('that fails twice of three times, or says nothing, is told', () => {
    const alarm = alarmsOf(operations).find(({ name }) => name === 'CanaryFailed');
    expect(alarm?.properties).toMatchObject({
      MetricName: 'canariesFailed',
      Statistic: 'Sum',
      Period: 900,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarmsOf(stackOf(synthesise('prod'), 'Operations')).map(({ name }) => name)).not.toContain('CanaryFailed');
  });
});
