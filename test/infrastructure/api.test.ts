import { describe, expect, test } from '@jest/globals';
import { type Route, type RouteName, routes } from '@syncline/protocol';
import { apiFunctionNames, functions } from '../../lib/functions.ts';
import { deployedFunctions, outputsOf, showValue } from './deployed-functions.ts';
import { at, onlyResourceOf, resourcesOf, stackOf, stages, synthesise } from './synthesised.ts';

const contract: readonly (readonly [RouteName, Route])[] = Object.entries(routes) as [RouteName, Route][];

test('every route of the protocol is served by exactly one function', () => {
  const served = apiFunctionNames.flatMap((name): readonly RouteName[] => functions[name].routes);
  expect(served.toSorted()).toEqual(contract.map(([name]) => name).toSorted());
});

describe.each(stages)('in stage %s', (stage) => {
  const deployment = synthesise(stage);
  const template = stackOf(deployment, 'Api');
  const show = (value: unknown) => showValue(value, deployment);
  const deployedRoutes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').filter(
    ({ Properties }) => Properties['RouteKey'] !== '$default',
  );

  test('the API has the routes of the protocol and no others', () => {
    const keys = deployedRoutes.map(({ Properties }) => String(Properties['RouteKey']));
    expect(keys.toSorted()).toEqual(contract.map(([, { method, path }]) => `${method} ${path}`).toSorted());
  });

  test.each(contract)(
    '%s needs an access token unless it is public or of a link, and reaches its function',
    (name, route) => {
      const found = deployedRoutes.find(({ Properties }) => Properties['RouteKey'] === `${route.method} ${route.path}`);
      const isOpen = route.access === 'public' || route.access === 'link';
      expect(found?.Properties['AuthorizationType']).toBe(isOpen ? 'NONE' : 'JWT');
      expect(found?.Properties['AuthorizerId'] === undefined).toBe(isOpen);
      const integrationId = String(at(found?.Properties['Target'], 'Fn::Join', '1', '1', 'Ref'));
      const integration = template.Resources[integrationId]?.Properties;
      const [functionId] = at(integration, 'IntegrationUri', 'Fn::GetAtt') as [string];
      const serving = template.Resources[functionId]?.Properties;
      const servedBy = at(serving, 'Environment', 'Variables', 'FUNCTION_NAME');
      expect(
        apiFunctionNames.filter((each) => (functions[each].routes as readonly RouteName[]).includes(name)),
      ).toEqual([servedBy]);
      expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
    },
  );

  test('a token is of our user pool and made for our client', () => {
    const authorizer = onlyResourceOf(template, 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer.Properties).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
    });
    expect(show(at(authorizer.Properties, 'JwtConfiguration', 'Issuer'))).toBe('https://UserPool.ProviderName');
    expect(show(at(authorizer.Properties, 'JwtConfiguration', 'Audience', '0'))).toBe('UserPoolClient');
  });

  test('requests are throttled and logged, without anything that a client wrote', () => {
    const { Properties } = onlyResourceOf(template, 'AWS::ApiGatewayV2::Stage');
    expect(Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 5000, ThrottlingBurstLimit: 2500 },
    });
    const format = String(at(Properties, 'AccessLogSettings', 'Format'));
    expect(Object.keys(JSON.parse(format) as object)).toContain('route');
    expect(format).not.toMatch(
      /\$context\.(path|rawPath|requestOverride|identity\.(?!sourceIp)|authorizer\.(?!error))/,
    );
    expect(format).not.toMatch(/querystring|header/i);
  });

  test('routes that need no account are throttled by themselves, to less than half of what all may ask for', () => {
    const { Properties } = onlyResourceOf(template, 'AWS::ApiGatewayV2::Stage');
    const limits = at(Properties, 'RouteSettings') as Readonly<Record<string, { ThrottlingRateLimit: number }>>;
    const open = contract.filter(([, { access }]) => access === 'public' || access === 'link');
    expect(Object.keys(limits).toSorted()).toEqual(open.map(([, { method, path }]) => `${method} ${path}`).toSorted());
    const together = Object.values(limits).reduce((sum, limit) => sum + limit.ThrottlingRateLimit, 0);
    expect(together).toBeLessThan(2500);
    expect(together).toBeGreaterThan(1000);
  });

  test('every function runs our bundle on Node 24 and arm64, with bounded time and JSON logs that expire', () => {
    for (const [name, { stack, properties }] of deployedFunctions(deployment)) {
      expect([name, properties]).toEqual([
        name,
        expect.objectContaining({
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Architectures: ['arm64'],
          MemorySize: functions[name as keyof typeof functions].memoryMiB,
          Timeout: functions[name as keyof typeof functions].timeoutSeconds,
          LoggingConfig: expect.objectContaining({ LogFormat: 'JSON' }),
        }),
      ]);
      expect(properties).not.toHaveProperty('FunctionName');
      const logId = String(at(properties, 'LoggingConfig', 'LogGroup', 'Ref'));
      expect(stackOf(deployment, stack).Resources[logId]?.Properties).toEqual({
        LogGroupName: `/syncline/${stage}/${name}`,
        RetentionInDays: stage === 'local' ? 1 : 30,
      });
    }
  });

  test('what streams does so by a URL of its own, which the function that sends people there is told', () => {
    const urls = resourcesOf(template, 'AWS::Lambda::Url').map(({ Properties }) => [
      show(at(Properties['TargetFunctionArn'])),
      Properties['AuthType'],
      Properties['InvokeMode'],
    ]);
    const sent = deployedFunctions(deployment).get('link-read')?.environment['STREAM_URL'];
    const isLocal = stage === 'local';
    expect(urls).toEqual(isLocal ? [] : [['LinkStreamFunction.Arn', 'NONE', 'RESPONSE_STREAM']]);
    expect(sent).toBe(isLocal ? undefined : 'LinkStreamFunctionFunctionUrl.FunctionUrl');
  });

  test('no function outlives the 30 s after which the API gives up', () => {
    for (const name of apiFunctionNames) expect(functions[name].timeoutSeconds).toBeLessThan(30);
  });
});

function corsOf(settings: Readonly<Record<string, string>>): unknown {
  const template = stackOf(synthesise('dev', settings), 'Api');
  return onlyResourceOf(template, 'AWS::ApiGatewayV2::Api').Properties['CorsConfiguration'];
}

describe('browsers', () => {
  test('of no origin are let in unless the deployment names one', () => {
    expect(corsOf({})).toBeUndefined();
  });

  test('of a named origin may send tokens and device ids', () => {
    expect(corsOf({ allowedOrigins: 'https://app.example.com' })).toEqual({
      AllowOrigins: ['https://app.example.com'],
      AllowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
      AllowHeaders: ['authorization', 'content-type', 'x-device-id', 'x-link-password'],
      ExposeHeaders: ['retry-after'],
      MaxAge: 3600,
    });
  });
});

describe('settings reach the functions that need them', () => {
  const deployment = synthesise('prod', { dedupScope: 'account', quotaBytes: '5000000' });
  const environments = new Map(
    [...deployedFunctions(deployment)].map(([name, { environment }]) => [name, environment]),
  );
  const whoHas = (variable: string) =>
    [...environments].filter(([, environment]) => variable in environment).map(([name]) => name);

  test('the scope of deduplication', () => {
    expect(whoHas('DEDUP_SCOPE').toSorted()).toEqual(['commit', 'pack-upload', 'upload-initiate']);
    expect(environments.get('upload-initiate')).toMatchObject({ DEDUP_SCOPE: 'account' });
  });

  test('the quota of new accounts', () => {
    expect(whoHas('QUOTA_BYTES')).toEqual(['account']);
    expect(environments.get('account')).toMatchObject({ QUOTA_BYTES: '5000000' });
  });

  test('where to sign in', () => {
    expect(environments.get('configuration')).toEqual({
      STAGE: 'prod',
      FUNCTION_NAME: 'configuration',
      ISSUER: 'https://UserPool.ProviderName',
      AUDIENCE: 'UserPoolClient',
      ORIGIN_KEYS: 'OriginKeys.current,OriginKeys.previous',
      USER_POOL_ID: 'UserPool',
      USER_POOL_CLIENT_ID: 'UserPoolClient',
      USER_POOL_ENDPOINT: 'https://cognito-idp.AWS::Region.AWS::URLSuffix',
    });
  });
});

test('the outputs tell where everything is', () => {
  expect(outputsOf(synthesise('prod'))).toEqual({
    WebUrl: 'https://Distribution.DomainName',
    AlarmTopic: 'AlarmsTopic',
    SocketUrl: 'wss://Sockets.execute-api.AWS::Region.AWS::URLSuffix/v1',
    UserPoolId: 'UserPool',
    UserPoolClientId: 'UserPoolClient',
    BucketName: 'ChunksBucket',
    Region: 'AWS::Region',
    AccountsTable: 'DataAccounts',
    ChangesTable: 'DataChanges',
    ChunksTable: 'DataChunks',
    FilesTable: 'DataFiles',
    SessionsTable: 'DataSessions',
  });
});

test('in stage local everything is behind the one port of the emulator', () => {
  const deployment = synthesise('local', { endpoint: 'http://127.0.0.1:5123' });
  expect(outputsOf(deployment)).toMatchObject({
    ApiUrl: 'http://127.0.0.1:5123/_aws/execute-api/Http/$default',
    SocketUrl: 'ws://127.0.0.1:5123/_aws/execute-api/Sockets/v1',
  });
  const deployed = deployedFunctions(deployment);
  expect(deployed.get('notify')?.environment['SOCKET_ENDPOINT']).toBe(
    'http://127.0.0.1:5123/_aws/execute-api/Sockets/v1',
  );
  expect(deployed.get('configuration')?.environment['USER_POOL_ENDPOINT']).toBe('http://127.0.0.1:5123');
});
