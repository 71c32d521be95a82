import { describe, expect, test } from '@jest/globals';
import { MiB, SECOND_MS } from '@syncline/protocol';
import {
  CONTENTS_IN_FLIGHT_MAX,
  READ_MS_MAX,
  READER_RESIDENT_BYTES_MAX,
  WHOLE_BYTES_MAX,
} from '../../lambdas/extraction/limits.ts';
import { deployedFunctions, showValue } from './deployed-functions.ts';
import { at, listOf, onlyResourceOf, resourcesOf, stackOf, synthesise, withSearch } from './synthesised.ts';

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

describe.each(['dev', 'prod'] as const)('with a collection in stage %s', (stage) => {
  const deployment = synthesise(stage, { search: 'serverless' });
  const template = stackOf(deployment, 'Search');
  const name = `syncline-${stage}`;
  const deployed = deployedFunctions(deployment);
  const policies = (type: string): unknown =>
    resourcesOf(template, 'AWS::OpenSearchServerless::SecurityPolicy')
      .filter(({ Properties }) => at(Properties, 'Type') === type)
      .map(({ Properties }): unknown => JSON.parse(String(at(Properties, 'Policy'))));

  test('it is one for search, with copies in production alone, and there is no domain', () => {
    const collection = onlyResourceOf(template, 'AWS::OpenSearchServerless::Collection');
    const standbyReplicas = stage === 'prod' ? 'ENABLED' : 'DISABLED';
    expect(collection.Properties).toEqual({ Name: name, Type: 'SEARCH', StandbyReplicas: standbyReplicas });
    expect(resourcesOf(template, 'AWS::OpenSearchService::Domain')).toEqual([]);
    expect(deployed.get('search')?.environment['SEARCH_ENDPOINT']).toBe('SearchCollection.CollectionEndpoint');
  });

  test('it is encrypted, is reached from anywhere by those who may, has no dashboard, and is made after its policies', () => {
    const Rules = [{ ResourceType: 'collection', Resource: [`collection/${name}`] }];
    expect(policies('encryption')).toEqual([{ Rules, AWSOwnedKey: true }]);
    expect(policies('network')).toEqual([[{ Rules, AllowFromPublic: true }]]);
    const before = at(onlyResourceOf(template, 'AWS::OpenSearchServerless::Collection'), 'DependsOn');
    const made = resourcesOf(template, 'AWS::OpenSearchServerless::SecurityPolicy').map(({ id }) => id);
    expect(listOf(before).map(String).toSorted()).toEqual(made.toSorted());
  });

  test('search may read documents, the extractor also write them, the indexer also change indices and aliases, and nobody else reaches it', () => {
    const reach = [...deployed.values()].flatMap(({ name: who, allowed }) =>
      allowed.filter((line) => /^(?:aoss|es):/.test(line)).map((line) => `${who}: ${line}`),
    );
    const may = 'aoss:APIAccessAll SearchCollection.Arn';
    expect(reach.toSorted()).toEqual([`extract: ${may}`, `index: ${may}`, `search: ${may}`]);
    const granted = Object.values(deployment.stacks).flatMap((stack) =>
      resourcesOf(stack, 'AWS::OpenSearchServerless::AccessPolicy').map(({ Properties }) => {
        expect(at(Properties, 'Type')).toBe('data');
        const policy = showValue(at(Properties, 'Policy'), deployment);
        const [{ Rules, Principal }, ...others] = JSON.parse(policy) as readonly [DataPolicy, ...DataPolicy[]];
        expect([others, Principal]).toEqual([[], [expect.stringMatching(/^\w*Role\.Arn$/)]]);
        const rules = Rules.map(({ Resource, Permission }) => `${Resource.join()}: ${Permission.join(' ')}`);
        return [at(Properties, 'Name'), Principal[0]?.replace(/Role\.Arn$/, ''), ...rules];
      }),
    );
    const indices = `index/${name}/syncline-nodes*: aoss:ReadDocument`;
    expect(granted.toSorted((one, other) => String(one[0]).localeCompare(String(other[0])))).toEqual([
      [`${name}-extract`, 'Extract', `${indices} aoss:WriteDocument`],
      [
        `${name}-index`,
        'Index',
        `${indices} aoss:WriteDocument aoss:DescribeIndex aoss:CreateIndex aoss:UpdateIndex`,
        `collection/${name}: aoss:DescribeCollectionItems aoss:CreateCollectionItems`,
      ],
      [`${name}-search`, 'Search', indices],
    ]);
  });
});

interface DataPolicy {
  readonly Rules: readonly { readonly Resource: readonly string[]; readonly Permission: readonly string[] }[];
  readonly Principal: readonly string[];
}

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
      'extract: es:ESHttpPost SearchDomain.Arn/syncline-nodes/_mget',
      'extract: es:ESHttpPost SearchDomain.Arn/syncline-nodes/_search',
      'index: es:ESHttpHead SearchDomain.Arn/_alias/syncline-nodes',
      'index: es:ESHttpHead SearchDomain.Arn/syncline-nodes-*',
      'index: es:ESHttpPost SearchDomain.Arn/_alias/syncline-nodes',
      'index: es:ESHttpPost SearchDomain.Arn/syncline-nodes-*',
      'index: es:ESHttpPost SearchDomain.Arn/syncline-nodes/_mget',
      'index: es:ESHttpPost SearchDomain.Arn/syncline-nodes/_refresh',
      'index: es:ESHttpPost SearchDomain.Arn/syncline-nodes/_search',
      'index: es:ESHttpPut SearchDomain.Arn/_alias/syncline-nodes',
      'index: es:ESHttpPut SearchDomain.Arn/syncline-nodes-*',
      'search: es:ESHttpPost SearchDomain.Arn/syncline-nodes/_search',
    ]);
  });

  test('an index that does not follow, or tasks that were put aside, are told by alarms, and nothing else is', () => {
    const alarms = resourcesOf(stackOf(deployment, 'Operations'), 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => Properties)
      .filter((alarm) => /-(Search|Contents)/.test(String(at(alarm, 'AlarmName'))));
    const told = alarms.map((alarm) => [
      at(alarm, 'AlarmName'),
      at(alarm, 'MetricName'),
      at(alarm, 'Statistic'),
      at(alarm, 'Threshold'),
      at(alarm, 'EvaluationPeriods'),
    ]);
    expect(told.toSorted((one, other) => String(one[0]).localeCompare(String(other[0])))).toEqual([
      [`syncline-${stage}-SearchContentsDeadLetters`, 'ApproximateNumberOfMessagesVisible', 'Maximum', 0, 1],
      [`syncline-${stage}-SearchDeadLetters`, 'ApproximateNumberOfMessagesVisible', 'Maximum', 0, 1],
      [`syncline-${stage}-SearchIndexLag`, 'lag', 'Maximum', 600_000, 3],
      [`syncline-${stage}-SearchIndexStopped`, 'ApproximateAgeOfOldestMessage', 'Maximum', 600, 3],
    ]);
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({ ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching' });
    }
    const asideOf = (name: string) =>
      JSON.stringify(alarms.find((alarm) => at(alarm, 'AlarmName') === `syncline-${stage}-Search${name}`));
    expect(asideOf('DeadLetters')).toContain('IndexDeadLetters');
    expect(asideOf('ContentsDeadLetters')).toContain('ContentsDeadLetters');
    const lag = alarms.find((alarm) => at(alarm, 'MetricName') === 'lag');
    const dimensions = [
      { Name: 'service', Value: 'index' },
      { Name: 'stage', Value: stage },
    ];
    expect(lag).toMatchObject({ Namespace: 'Syncline', Period: 300, Dimensions: dimensions });
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
