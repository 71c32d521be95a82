import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import type { AwsConnection, AwsCredentials } from '../lambdas/runtime/aws-connection.ts';
import type { Clock } from '../lambdas/runtime/clock.ts';
import { AdminProblem } from './admin-problem.ts';

const run = promisify(execFile);

/** Credentials that end sooner are fetched anew. */
const CREDENTIALS_LEFT_MS_MIN = 5 * MINUTE_MS;
const EXPORT_MS_MAX = 60 * SECOND_MS;

export interface AccountOptions {
  readonly region: string;
  readonly profile?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * A person's own access to an AWS account: the keys of the environment, and otherwise those that the AWS CLI has for the profile, which
 * knows every way to sign in. Source: AWS CLI Command Reference, "configure export-credentials".
 */
export function awsAccount({ region, profile, environment, clock }: AccountOptions): AwsConnection {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (profile === undefined && accessKeyId !== undefined && secretAccessKey !== undefined) {
    const own = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    return { region, credentials: async () => own };
  }
  let known: Promise<ExportedCredentials> | undefined;
  let endsAt = Number.POSITIVE_INFINITY;
  const credentials = async (): Promise<AwsCredentials> => {
    if (known === undefined || endsAt - clock.now() < CREDENTIALS_LEFT_MS_MIN) {
      known = exportCredentials(profile);
      const { Expiration: end } = await known;
      endsAt = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
    }
    const { AccessKeyId: keyId, SecretAccessKey: secret, SessionToken: token } = await known;
    return { accessKeyId: keyId, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) };
  };
  return { region, credentials };
}

interface ExportedCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
  readonly Expiration?: string;
}

async function exportCredentials(profile: string | undefined): Promise<ExportedCredentials> {
  const choice = profile === undefined ? [] : ['--profile', profile];
  try {
    const { stdout } = await run('aws', ['configure', 'export-credentials', '--format', 'process', ...choice], {
      timeout: EXPORT_MS_MAX,
    });
    return JSON.parse(stdout) as ExportedCredentials;
  } catch (error) {
    throw new AdminProblem({
      what: `There are no AWS credentials: ${error instanceof Error ? error.message : String(error)}`,
      remedy:
        'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install the AWS CLI and sign in with it ("aws sso login"), and name its profile by --profile.',
    });
  }
}
