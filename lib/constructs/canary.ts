import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { ApiFunction } from './api-function.ts';

export interface CanaryProps {
  readonly config: DeploymentConfig;
  /** What clients are given. */
  readonly apiUrl: string;
}

/** Two failures in a row are told within a quarter of an hour (canary-alarm.ts), and a month is some 9,000 runs. */
const RUN_PERIOD = Duration.minutes(5);
/** Nobody reads mail that is sent there: its domain is reserved. */
const EMAIL = 'canary@syncline.invalid';

/** A function that stores, hears of, reads and removes a file every few minutes, with an account of its own. */
export class Canary extends Construct {
  /** Of the secret with the address and the password of its account, which the operator makes (docs/OPERATING.md). */
  readonly secretName: string;

  constructor(scope: Construct, id: string, { config, apiUrl }: CanaryProps) {
    super(scope, id);
    const secret = new Secret(this, 'Account', {
      description: 'Account of the canary',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ email: EMAIL }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
        requireEachIncludedType: true,
      },
      // It is nothing but a password that can be set again.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // `Ref` is the ARN in AWS and the name in the emulator; `Id` is the ARN in both.
    const { attrId: secretArn } = secret.node.defaultChild as CfnSecret;
    this.secretName = secretArn;
    const canary = new ApiFunction(this, 'Canary', { functionName: 'canary', config });
    canary.allow(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }));
    canary.lambda.addEnvironment('CANARY_SECRET_ID', secretArn).addEnvironment('API_URL', apiUrl);
    const rule = new Rule(this, 'Often', {
      // A local stack is asked by its tests.
      enabled: config.stage !== 'local',
      schedule: Schedule.rate(RUN_PERIOD),
      targets: [{ bind: () => ({ arn: canary.lambda.functionArn, id: '' }) }],
    });
    new CfnPermission(this, 'Call', {
      action: 'lambda:InvokeFunction',
      functionName: canary.lambda.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.ruleArn,
    });
  }
}
