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

/**
 * Origins whose pages may use the bucket and the socket. The name that CloudFront gives the web app is not known when these are made, so without
 * a domain it is a pattern: what opens the bucket and the socket are signed URLs and tickets, which other pages do not have.
 */
export function browserOrigins(
  config: Pick<DeploymentConfig, 'allowedOrigins' | 'web' | 'webDomain'>,
): readonly string[] {
  if (config.web === 'off') return config.allowedOrigins;
  const own = config.webDomain === undefined ? 'https://*.cloudfront.net' : `https://${config.webDomain.name}`;
  return [...config.allowedOrigins, own];
}
