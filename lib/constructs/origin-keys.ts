import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';

export interface OriginKeysProps {
  readonly config: DeploymentConfig;
  /** Of the function `origin-key`. */
  readonly makerArn: string;
}

/**
 * The keys by which the API knows CloudFront. They are derived from the deployment's secret when a stack is deployed, and cost nothing. Each
 * stack that needs them asks for itself: what one stack exports cannot change while another one uses it.
 */
export class OriginKeys extends Construct {
  /** What CloudFront sends. */
  readonly current: string;
  /** What the API takes, separated by a comma: that, and the one before. */
  readonly accepted: string;

  constructor(scope: Construct, id: string, { config, makerArn }: OriginKeysProps) {
    super(scope, id);
    const keys = new CustomResource(this, 'Keys', {
      resourceType: 'Custom::OriginKeys',
      serviceToken: makerArn,
      serviceTimeout: Duration.minutes(2),
      properties: { generation: config.originKey },
    });
    this.current = keys.getAttString('current');
    this.accepted = `${this.current},${keys.getAttString('previous')}`;
  }
}
