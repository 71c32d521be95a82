import { Aws } from 'aws-cdk-lib';
import type { DeploymentConfig } from './config.ts';

/**
 * The one role that may remove objects. It has a name, because the policy of the bucket names it, and the bucket is there before it.
 */
export function sweepRoleName({ stage }: Pick<DeploymentConfig, 'stage'>): string {
  return `syncline-${stage}-sweep-${Aws.REGION}`;
}

export function sweepRoleArn(config: Pick<DeploymentConfig, 'stage'>): string {
  return `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${sweepRoleName(config)}`;
}
