import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Canary, type CanaryProps } from '../constructs/canary.ts';
import { stackSettings } from '../stack-settings.ts';

/** Who uses the service all the time, to see that it serves. It has no rights in it but those of its account. */
export class CanaryStack extends Stack {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id, stackSettings(props.config, 'canary'));
    const { secretName } = new Canary(this, 'Canary', props);
    new CfnOutput(this, 'CanarySecret', { value: secretName });
  }
}
