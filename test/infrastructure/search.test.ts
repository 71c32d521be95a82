import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MiB, SECOND_MS } from '@syncline/protocol';
import {
  CONTENTS_IN_FLIGHT_MAX,
  READ_MS_MAX,
  READER_RESIDENT_BYTES_MAX,
  WHOLE_BYTES_MAX,
} from '../../lambdas/extraction/limits.ts';
import { deployedFunctions } from './deployed-functions.ts';
import { at, onlyResourceOf, projectRoot, resourcesOf, stackOf, synthesise, withSearch } from './synthesised.ts';

test('a deployment has no search index, and nothing that belongs to one, unless it is asked for', () => {
  for (const stage of ['local', 'dev', 'prod'] as const) {
    const deployment = synthesise(stage);
    expect(Object.keys(deployment.stacks)).not.toContain('Search');
    const deployed = deployedFunctions(deployment);
    expect(deployed.has('index')).toBe(false);
    expect(deployed.has('extract')).toBe(false);
    for (const name of ['search', 'project']) {
      const { environment, allowed } = deployed.get(name) ?? {};
      expect(Object.keys(environment ?? {}).filter((key) => /SEARCH|INDEX/.test(key))).toEqual([]);
      expect((allowed ?? []).filter((line) => /^es:|^sqs:.*Index/.test(line))).toEqual([]);
    }
  }
});

describe.each(['dev', 'prod'] as const)('with an index in stage %s', (stage) => {
  const deployment = synthesise(stage, withSearch(stage));
  const { Properties: domain } = onlyResourceOf(stackOf(deployment, 'Search'), 'AWS::OpenSearchService::Domain');
  const deployed = deployedFunctions(deployment);

  test('the domain is encrypted at rest and on every way', () => {
    expect(domain).toMatchObject({
      EncryptionAtRestOptions: { Enabled: true },
      NodeToNodeEncryptionOptions: { Enabled: true },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
    });
  });

  test('its size is small, but in production it stands in three zones', () => {
    expect(at(domain, 'ClusterConfig', 'InstanceCount')).toBe(stage === 'prod' ? 3 : 1);
    expect(at(domain, 'ClusterConfig', 'ZoneAwarenessConfig', 'AvailabilityZoneCount')).toBe(
      stage === 'prod' ? 3 : undefined,
    );
  });

  test('search may ask the index, the extractor may write documents, the indexer may change it, and nobody else reaches it', () => {
    const reach = [...deployed.values()].flatMap(({ name, allowed }) =>
      allowed.filter((line) => line.startsWith('es:')).map((line) => `${name}: ${line}`),
    );
    expect(reach.toSorted()).toEqual([
      'extract: es:ESHttpPost SearchDomain.Arn/syncline-nodes-write/_bulk',
      'extract: es:ESHttpPost SearchDomain.Arn/syncline-nodes/*',
      'index: es:ESHttpHead SearchDomain.Arn/_alias/syncline-nodes',
      'index: es:ESHttpHead SearchDomain.Arn/syncline-nodes-*',
      'index: es:ESHttpPost SearchDomain.Arn/_alias/syncline-nodes',
      'index: es:ESHttpPost SearchDomain.Arn/syncline-nodes-*',
      'index: es:ESHttpPost SearchDomain.Arn/syncline-nodes/*',
      'index: es:ESHttpPut SearchDomain.Arn/_alias/syncline-nodes',
      'index: es:ESHttpPut SearchDomain.Arn/syncline-nodes-*',
      'search: es:ESHttpPost SearchDomain.Arn/syncline-nodes/*',
    ]);
  });

  test('an index that does not follow, or tasks that were put aside, are told by alarms, and nothing else is', () => {
    const alarms = resourcesOf(stackOf(deployment, 'Search'), 'AWS::CloudWatch::Alarm').map(
      ({ Properties }) => Properties,
    );
    const told = alarms.map((alarm) => [
      at(alarm, 'AlarmName'),
      at(alarm, 'MetricName'),
      at(alarm, 'Statistic'),
      at(alarm, 'Threshold'),
      at(alarm, 'EvaluationPeriods'),
    ]);
    expect(told.toSorted((one, other) => String(one[0]).localeCompare(String(other[0])))).toEqual([
      [`syncline-${stage}-SearchDeadLetters`, 'ApproximateNumberOfMessagesVisible', 'Maximum', 0, 1],
      [`syncline-${stage}-SearchIndexLag`, 'lag', 'Maximum', 600_000, 3],
      [`syncline-${stage}-SearchIndexStopped`, 'ApproximateAgeOfOldestMessage', 'Maximum', 600, 3],
    ]);
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({ ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching' });
    }
    const lag = alarms.find((alarm) => at(alarm, 'MetricName') === 'lag');
    const dimensions = [
      { Name: 'service', Value: 'index' },
      { Name: 'stage', Value: stage },
    ];
    expect(lag).toMatchObject({ Namespace: 'Syncline', Period: 300, Dimensions: dimensions });
    const operating = readFileSync(join(projectRoot, 'docs', 'OPERATING.md'), 'utf8');
    for (const alarm of alarms) {
      const [, section = 'nothing'] = /"(\w+)"/.exec(String(at(alarm, 'AlarmDescription'))) ?? [];
      expect(operating).toContain(`### ${section}\n`);
    }
  });

  test('a task that fails comes again for hours, and is then put aside for two weeks', () => {
    const queues = resourcesOf(stackOf(deployment, 'Search'), 'AWS::SQS::Queue');
    expect(queues.map(({ Properties: queue }) => at(queue, 'MessageRetentionPeriod'))).toEqual(
      queues.map(() => 1_209_600),
    );
    const consumed = queues.filter(({ Properties: queue }) => at(queue, 'RedrivePolicy') !== undefined);
    const [tasks, contents] = consumed.map(({ Properties: queue }) => queue);
    expect(consumed.map(({ Properties: queue }) => at(queue, 'RedrivePolicy', 'maxReceiveCount'))).toEqual([100, 60]);
    const timeout = (name: string) => Number(deployed.get(name)?.properties['Timeout']);
    expect(Number(at(tasks, 'VisibilityTimeout'))).toBeGreaterThan(timeout('index'));
    expect(Number(at(contents, 'VisibilityTimeout'))).toBeGreaterThan(timeout('extract'));
  });

  test('a batch of contents is done within the time of its function, and what reads leaves it memory', () => {
    const mapping = resourcesOf(stackOf(deployment, 'Realtime'), 'AWS::Lambda::EventSourceMapping').find(({ id }) =>
      id.startsWith('Extract'),
    );
    expect(at(mapping?.Properties, 'FunctionResponseTypes')).toEqual(['ReportBatchItemFailures']);
    const { Timeout: timeoutSeconds, MemorySize: memoryMiB } = deployed.get('extract')?.properties ?? {};
    const readSeconds = (Number(at(mapping?.Properties, 'BatchSize')) * READ_MS_MAX) / SECOND_MS;
    expect(Number(timeoutSeconds)).toBeGreaterThan(1.5 * readSeconds);
    const leftBytes = Number(memoryMiB) * MiB - READER_RESIDENT_BYTES_MAX;
    expect(leftBytes).toBeGreaterThan(3 * CONTENTS_IN_FLIGHT_MAX * WHOLE_BYTES_MAX);
  });
});
