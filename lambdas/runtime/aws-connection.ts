import { assert } from '@syncline/protocol';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where a service of AWS is, and as whom to speak to it. */
export interface AwsConnection {
  readonly region: string;
  /** The address that stands in for the service's own, as emulators have it: scheme, host and port. */
  readonly endpoint?: string;
  readonly credentials: () => Promise<AwsCredentials>;
}

/** The services that are called, by the names that AWS_ENDPOINT_URL_… has for them. */
export type AwsServiceName = 'DYNAMODB' | 'S3' | 'SQS' | 'SECRETS_MANAGER' | 'APIGATEWAYMANAGEMENTAPI' | 'OPENSEARCH';

/**
 * The connection that the process's environment describes, by the same variables as the SDK's. Credentials are read anew
 * for each signature. Source: AWS SDKs and Tools Reference Guide, "Environment variables list".
 */
export function processConnection(service: AwsServiceName): AwsConnection {
  const endpoint = process.env[`AWS_ENDPOINT_URL_${service}`] ?? process.env['AWS_ENDPOINT_URL'];
  return {
    region: requireVariable('AWS_REGION'),
    ...(endpoint === undefined || endpoint === '' ? {} : { endpoint }),
    credentials: async () => {
      const sessionToken = process.env['AWS_SESSION_TOKEN'];
      return {
        accessKeyId: requireVariable('AWS_ACCESS_KEY_ID'),
        secretAccessKey: requireVariable('AWS_SECRET_ACCESS_KEY'),
        ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }),
      };
    },
  };
}

function requireVariable(name: string): string {
  const value = process.env[name];
  assert(value !== undefined && value !== '', `the environment has ${name}`);
  return value;
}
