import { describe, expect, test } from '@jest/globals';
import { ServerMessage } from '@syncline/protocol';
import { deployedFunctions, showValue } from './deployed-functions.ts';
import { at, onlyResourceOf, resourcesOf, stackOf, stages, synthesise } from './synthesised.ts';

describe.each(stages)('in stage %s', (stage) => {
  const deployment = synthesise(stage);
  const template = stackOf(deployment, 'Realtime');
  const show = (value: unknown) => showValue(value, deployment);

  test('connecting, pinging, disconnecting and everything else reach one function', () => {
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route');
    expect(routes.map(({ Properties }) => Properties['RouteKey'])).toEqual([
      '$connect',
      '$disconnect',
      'ping',
      '$default',
    ]);
    expect(new Set(routes.map(({ Properties }) => show(Properties['Target']))).size).toBe(1);
    const integration = onlyResourceOf(template, 'AWS::ApiGatewayV2::Integration');
    expect(show(integration.Properties['IntegrationUri'])).toContain('SocketFunction.Arn');
    expect(onlyResourceOf(template, 'AWS::ApiGatewayV2::Api').Properties).toMatchObject({
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  test('messages are throttled', () => {
    expect(onlyResourceOf(template, 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      StageName: 'v1',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
    });
  });

  test('a ping is answered with what the function returns', () => {
    const responses = resourcesOf(template, 'AWS::ApiGatewayV2::RouteResponse');
    const answered = responses.map(({ Properties }) => show(Properties['RouteId']));
    expect(answered).toEqual(stage === 'local' ? [] : ['SocketspingRoute']);
  });

  test.each([
    ['NotifyFunction', 300, 'ChangeFeedDeadLetters.Arn'],
    ['ProjectFunction', 21_600, 'ProjectionFeedDeadLetters.Arn'],
  ])('the journal feeds %s from the first entry, a failing entry never stops the others', (consumer, ageMax, queue) => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    const feeds = mappings.filter(({ Properties }) => 'StartingPosition' in Properties);
    expect(feeds).toHaveLength(2);
    const properties = feeds
      .map(({ Properties }) => Properties)
      .find((feed) => show(feed['FunctionName']) === consumer);
    expect(show(properties?.['EventSourceArn'])).toBe('DataChanges.StreamArn');
    expect(properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 4,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: ageMax,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    });
    expect(show(at(properties, 'DestinationConfig', 'OnFailure', 'Destination'))).toBe(queue);
  });

  test('dead letters are encrypted, travel by TLS alone where there is TLS, and are kept for two weeks', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue');
    const putAside = queues.filter(({ Properties }) => !('RedrivePolicy' in Properties));
    expect(putAside).toHaveLength(4);
    expect(putAside.map(({ Properties }) => Properties)).toEqual(
      putAside.map(() => ({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 })),
    );
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy').map(({ Properties }) => Properties);
    expect(policies.map((policy) => at(policy, 'PolicyDocument', 'Statement'))).toEqual(
      (stage === 'local' ? [] : queues).map(({ id }) => [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'sqs:*',
          Resource: { 'Fn::GetAtt': [id, 'Arn'] },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
    );
  });

  test('a page of members that cannot be told is tried three times, then put aside, and holds up no other', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue').map(({ Properties }) => Properties);
    const queue = queues.find((properties) => at(properties, 'RedrivePolicy', 'maxReceiveCount') === 3);
    expect(queue).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 900,
      VisibilityTimeout: 120,
      RedrivePolicy: { maxReceiveCount: 3 },
    });
    expect(show(at(queue, 'RedrivePolicy', 'deadLetterTargetArn'))).toBe('PushesDeadLetters.Arn');
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    const consumer = mappings.find((mapping) => show(mapping['FunctionName']) === 'FanOutFunction');
    expect(show(consumer?.['EventSourceArn'])).toBe('PushesQueue.Arn');
    expect(consumer).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });

  test.each([
    ['ExpiryExpire', 'ExpiryHourly.Arn'],
    ['Sweep', 'SweepHourly.Arn'],
    ['Scrub', 'ScrubHourly.Arn'],
  ])('%s is called by nothing but its own rule, once an hour', (called, source) => {
    const rules = resourcesOf(template, 'AWS::Events::Rule').filter(({ Properties }) =>
      JSON.stringify(Properties['Targets']).includes(`"${called}`),
    );
    expect(rules).toHaveLength(1);
    expect(rules[0]?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').filter(({ Properties }) =>
      show(Properties['FunctionName']).startsWith(called),
    );
    expect(permissions.map(({ Properties }) => Properties['Principal'])).toEqual(['events.amazonaws.com']);
    expect(permissions.map(({ Properties }) => show(Properties['SourceArn']))).toEqual([source]);
  });

  test('the socket lets in the origins that the deployment allows', () => {
    const { environment } = deployedFunctions(deployment).get('socket') ?? {};
    expect(environment?.['ALLOWED_ORIGINS']).toBe(stage === 'local' ? '*' : 'https://*.cloudfront.net');
  });
});

test('API Gateway answers pings by itself where the deployment says so, with what the function would say', () => {
  const deployment = synthesise('prod', { socketPings: 'gateway' });
  const template = stackOf(deployment, 'Realtime');
  const show = (value: unknown) => showValue(value, deployment);
  const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration');
  const pong = integrations.find(({ Properties }) => Properties['IntegrationType'] === 'MOCK');
  expect(integrations).toHaveLength(2);
  expect(pong?.Properties).toMatchObject({
    RequestTemplates: { $default: '{"statusCode":200}' },
    TemplateSelectionExpression: '\\$default',
  });
  const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route');
  const toPong = routes.filter(({ Properties }) => JSON.stringify(Properties['Target']).includes(`"${pong?.id}"`));
  expect(toPong.map(({ Properties }) => Properties['RouteKey'])).toEqual(['ping']);
  expect(toPong[0]?.Properties['RouteResponseSelectionExpression']).toBe('$default');
  const answer = onlyResourceOf(template, 'AWS::ApiGatewayV2::IntegrationResponse').Properties;
  expect(answer).toMatchObject({
    IntegrationId: { Ref: pong?.id },
    IntegrationResponseKey: '$default',
    TemplateSelectionExpression: '\\$default',
  });
  const body = ServerMessage.parse(JSON.parse(String(at(answer, 'ResponseTemplates', '$default'))));
  expect(body).toEqual({ type: 'pong' });
  const answered = onlyResourceOf(template, 'AWS::ApiGatewayV2::RouteResponse').Properties;
  expect(show(answered['RouteId'])).toBe('SocketspingRoute');
});

test('nothing is removed but by hand where the deployment says so', () => {
  const template = stackOf(synthesise('prod', { removal: 'by-hand' }), 'Realtime');
  const rules = resourcesOf(template, 'AWS::Events::Rule');
  const hourly = rules.filter(({ id }) => /^(Sweep|Expiry)Hourly/.test(id));
  expect(hourly.map(({ Properties }) => Properties['State'])).toEqual(['DISABLED', 'DISABLED']);
});

test('allowed origins reach the socket as a list with commas', () => {
  const deployment = synthesise('prod', { allowedOrigins: 'https://a.example.com,https://b.example.com' });
  expect(deployedFunctions(deployment).get('socket')?.environment['ALLOWED_ORIGINS']).toBe(
    'https://a.example.com,https://b.example.com,https://*.cloudfront.net',
  );
});
