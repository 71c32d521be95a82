import { Construct } from 'constructs';
import type { Resources } from '../resources.ts';
import { ApiFunction } from './api-function.ts';
import { callHourly } from './call-hourly.ts';

export interface ExpiryProps {
  readonly resources: Resources;
}

/** Lets go what the retention of each namespace does not keep. What a run has no time for is left to the next one. */
export class Expiry extends Construct {
  constructor(scope: Construct, id: string, { resources }: ExpiryProps) {
    super(scope, id);
    const { config } = resources;
    const expiry = new ApiFunction(this, 'Expire', { functionName: 'expiry', config, resources });
    callHourly(this, expiry, { enabled: config.removal === 'hourly' });
  }
}
