import { createCanaryHandler } from './canary/create-canary-handler.ts';
import { readCanaryCredentials } from './canary/secrets-manager-credentials.ts';
import { canaryNetwork } from './runtime/canary-network.ts';
import { readEnvironment } from './runtime/environment.ts';
import { lineTelemetry } from './runtime/line-telemetry.ts';
import { systemClock, systemRandom } from './runtime/system-clock.ts';

const environment = readEnvironment(['API_URL', 'CANARY_SECRET_ID', 'STAGE']);

export const handler = createCanaryHandler({
  readCredentials: () => readCanaryCredentials(environment.CANARY_SECRET_ID),
  wire: canaryNetwork,
  apiUrl: environment.API_URL,
  clock: systemClock,
  random: systemRandom,
  telemetry: lineTelemetry({ stage: environment.STAGE }),
  write: (line) => void process.stdout.write(line),
});
