import { accountRoutes } from '@syncline/protocol';
import { getConfiguration } from './accounts/get-configuration.ts';
import { createApiHandler } from './runtime/create-api-handler.ts';
import { readEnvironment, readOptional } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock } from './runtime/system-clock.ts';

const { AUDIENCE, AWS_REGION, ISSUER, STAGE } = readEnvironment(['AUDIENCE', 'AWS_REGION', 'ISSUER', 'STAGE']);

/** Only a deployment with a user pool of its own has these. */
function readUserPool() {
  if (readOptional('USER_POOL_ID') === undefined) return {};
  const variables = readEnvironment(['USER_POOL_CLIENT_ID', 'USER_POOL_ENDPOINT', 'USER_POOL_ID']);
  const { USER_POOL_CLIENT_ID: clientId, USER_POOL_ENDPOINT: endpoint, USER_POOL_ID: userPoolId } = variables;
  return { userPool: { endpoint, userPoolId, clientId } };
}

const configuration = { stage: STAGE, region: AWS_REGION, issuer: ISSUER, audience: AUDIENCE, ...readUserPool() };

export const handler = createApiHandler<'getConfiguration'>(
  { clock: systemClock, telemetry: lineTelemetry({ stage: STAGE }) },
  accountRoutes,
  { getConfiguration: () => getConfiguration(configuration) },
);
