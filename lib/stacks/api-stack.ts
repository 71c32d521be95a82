import { assert, type Route, type RouteName, routes } from '@syncline/protocol';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { httpApiUrl } from '../addresses.ts';
import type { DeploymentConfig } from '../config.ts';
import { ApiFunction } from '../constructs/api-function.ts';
import { GradualRollout } from '../constructs/gradual-rollout.ts';
import { OriginKeys } from '../constructs/origin-keys.ts';
import { apiFunctionNames, functions } from '../functions.ts';
import { logGroupName, REQUEST_LOG } from '../log-group-name.ts';
import type { Identity, Resources } from '../resources.ts';
import { stackSettings } from '../stack-settings.ts';
import type { HttpApiOrigin } from './web-stack.ts';

export type ApiStackProps = Omit<Resources, 'streamUrl' | 'originKeys'>;

/** Requests of all clients together, in a second and at once: half of what AWS grants an account. */
const REQUESTS_PER_SECOND_MAX = 5000;
const REQUESTS_BURST_MAX = 2500;
/**
 * Of these, what one route lets through that needs no account: together less than half, so that a link that everybody opens does not keep
 * devices from their sync. Source: docs/scale.md, "A link that everybody opens".
 */
const OPEN_ROUTE_REQUESTS_PER_SECOND_MAX = 300;

/** The HTTP API: every route of the protocol, each served by the function that lib/functions.ts names. */
export class ApiStack extends Stack {
  /** How CloudFront reaches it; undefined where it answers everybody. */
  readonly origin: HttpApiOrigin | undefined;
  readonly httpApiId: string;
  /** Its own address. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    const { config, identity } = props;
    super(scope, id, stackSettings(config, 'HTTP API'));
    const streamUrl = this.addStream(props);
    const makerArn = config.web === 'off' ? undefined : this.addKeyMaker(props);
    const resources: Resources = {
      ...props,
      ...(streamUrl === undefined ? {} : { streamUrl }),
      ...(makerArn === undefined
        ? {}
        : { originKeys: new OriginKeys(this, 'OriginKeys', { config, makerArn }).accepted }),
    };
    const api = new HttpApi(this, 'Http', {
      description: 'Syncline',
      createDefaultStage: false,
      defaultAuthorizer: tokenAuthorizer(identity),
      ...(config.allowedOrigins.length > 0 ? { corsPreflight: corsPreflight(config.allowedOrigins) } : {}),
    });
    const { stage, operations } = config;
    const rollout =
      operations.rollout === 'gradual'
        ? new GradualRollout(this, 'Rollout', { stage, httpApiId: api.apiId })
        : undefined;
    for (const functionName of apiFunctionNames) {
      const served = new ApiFunction(this, pascalCase(functionName), { functionName, config, resources });
      const integration = new HttpLambdaIntegration(pascalCase(functionName), rollout?.add(served) ?? served.lambda);
      for (const name of functions[functionName].routes) addRoute(api, name, integration);
    }
    this.addStage(api, config);
    this.httpApiId = api.apiId;
    const url = httpApiUrl(config, api.apiId);
    this.url = url;
    // Where there is a web app, clients are given its address, and this one answers nobody.
    if (makerArn === undefined) new CfnOutput(this, 'ApiUrl', { value: url });
    else this.origin = { domainName: url.replace('https://', ''), keyMakerArn: makerArn };
  }

  private addKeyMaker(resources: ApiStackProps): string {
    const { config } = resources;
    return new ApiFunction(this, 'OriginKeyMaker', { functionName: 'origin-key', config, resources }).lambda
      .functionArn;
  }

  /** The HTTP API cannot stream, and a function's own URL can. The emulator does not emulate it. */
  private addStream(resources: ApiStackProps): string | undefined {
    const { config } = resources;
    if (config.stage === 'local') return undefined;
    const { lambda } = new ApiFunction(this, 'LinkStream', { functionName: 'link-stream', config, resources });
    // Its path is a signed ticket: nothing else is asked of whoever comes.
    const { url } = lambda.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    return url;
  }

  private addStage(httpApi: HttpApi, config: DeploymentConfig): void {
    const accessLog = new LogGroup(this, 'AccessLog', {
      logGroupName: logGroupName(config.stage, REQUEST_LOG),
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND_MAX, burstLimit: REQUESTS_BURST_MAX },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat() },
    });
    const { defaultChild } = stage.node;
    assert(defaultChild instanceof CfnStage, 'a stage is made of one');
    defaultChild.routeSettings = openRouteSettings();
  }
}

/** Names are CloudFormation's own, in its own case: CDK passes a map on as it is. */
function openRouteSettings(): Readonly<Record<string, object>> {
  const limit = {
    ThrottlingRateLimit: OPEN_ROUTE_REQUESTS_PER_SECOND_MAX,
    ThrottlingBurstLimit: OPEN_ROUTE_REQUESTS_PER_SECOND_MAX,
  };
  const open = (Object.values(routes) as readonly Route[]).filter(isOpen);
  assert(
    open.length * OPEN_ROUTE_REQUESTS_PER_SECOND_MAX * 2 <= REQUESTS_PER_SECOND_MAX,
    'devices have more than half',
  );
  return Object.fromEntries(open.map(({ method, path }) => [`${method} ${path}`, limit]));
}

/** Whoever asks has no account, or shows none. */
function isOpen({ access }: Route): boolean {
  return access === 'public' || access === 'link';
}

function addRoute(api: HttpApi, name: RouteName, integration: HttpLambdaIntegration): void {
  const route: Route = routes[name];
  api.addRoutes({
    path: route.path,
    methods: [HttpMethod[route.method]],
    integration,
    ...(isOpen(route) ? { authorizer: new HttpNoneAuthorizer() } : {}),
  });
}

/** Signature, issuer, audience and times of the access token; what its bearer may do is the handlers' to decide. */
function tokenAuthorizer(identity: Identity): HttpJwtAuthorizer {
  return new HttpJwtAuthorizer('AccessToken', identity.issuer, { jwtAudience: [identity.audience] });
}

function corsPreflight(origins: readonly string[]): CorsPreflightOptions {
  return {
    allowOrigins: [...origins],
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PATCH, CorsHttpMethod.DELETE],
    allowHeaders: ['authorization', 'content-type', 'x-device-id', 'x-link-password'],
    exposeHeaders: ['retry-after'],
    maxAge: Duration.hours(1),
  };
}

/** The route, never the path or the query: those hold ids, paths and cursors. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      time: '$context.requestTimeEpoch',
      requestId: '$context.requestId',
      route: '$context.routeKey',
      status: '$context.status',
      sourceIp: '$context.identity.sourceIp',
      latencyMs: '$context.responseLatency',
      functionLatencyMs: '$context.integrationLatency',
      responseBytes: '$context.responseLength',
      authorizerError: '$context.authorizer.error',
      functionError: '$context.integrationErrorMessage',
    }),
  );
}

/** `chunk-check` → `ChunkCheck`. */
function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
