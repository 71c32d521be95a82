import { Aws } from 'aws-cdk-lib';
import type { DeploymentConfig } from './config.ts';

/** Name of the WebSocket API's stage: the last part of its URL. */
export const socketStageName = 'v1';

type Endpoint = Pick<DeploymentConfig, 'endpoint'>;

/** Base URL of the HTTP API, without a trailing slash. An emulator serves every API below one port. */
export function httpApiUrl({ endpoint }: Endpoint, apiId: string): string {
  if (endpoint !== undefined) return `${endpoint}/_aws/execute-api/${apiId}/$default`;
  return `https://${apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
}

/** What clients open: `wss://…`. */
export function socketUrl(config: Endpoint, apiId: string): string {
  return socketEndpoint(config, apiId).replace(/^http/, 'ws');
}

/** Where functions send to connections: the parent of `/@connections/<id>`. */
export function socketEndpoint({ endpoint }: Endpoint, apiId: string): string {
  if (endpoint !== undefined) return `${endpoint}/_aws/execute-api/${apiId}/${socketStageName}`;
  return `https://${apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${socketStageName}`;
}

/** The user pool's own API, where clients sign up and in. */
export function userPoolEndpoint({ endpoint }: Endpoint): string {
  return endpoint ?? `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}`;
}
