import { CliCredentialsStackSynthesizer, type IStackSynthesizer, type StackProps } from 'aws-cdk-lib';
import type { DeploymentConfig } from './config.ts';

/** What every stack says of itself. */
export function stackSettings(config: DeploymentConfig, description: string): StackProps {
  if (config.stage !== 'local') return { description: `Syncline: ${description}` };
  // The roles that `cdk bootstrap` makes accept only TLS, which an emulator on the same machine does not speak.
  const synthesizer = new CliCredentialsStackSynthesizer() as IStackSynthesizer;
  return { description: `Syncline: ${description}`, synthesizer };
}
