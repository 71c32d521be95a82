import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { userPoolEndpoint } from '../addresses.ts';
import type { DeploymentConfig } from '../config.ts';
import { ApiFunction } from '../constructs/api-function.ts';
import type { Identity } from '../resources.ts';
import { stackSettings } from '../stack-settings.ts';

export interface IdentityStackProps {
  readonly config: DeploymentConfig;
}

/** The accounts of this deployment: an e-mail address and a password each. Not made when an issuer is configured. */
export class IdentityStack extends Stack {
  readonly identity: Identity;

  constructor(scope: Construct, id: string, { config }: IdentityStackProps) {
    const durable = config.stage !== 'local';
    super(scope, id, { ...stackSettings(config, 'accounts and sign-in'), terminationProtection: durable });
    const userPool = new UserPool(this, 'UserPool', {
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 10,
        requireLowercase: true,
        requireUppercase: false,
        requireDigits: true,
        requireSymbols: false,
      },
      deletionProtection: durable,
      removalPolicy: durable ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (config.stage === 'local') {
      const signUp = new ApiFunction(this, 'SignUp', { functionName: 'sign-up', config });
      userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, signUp.lambda);
    }
    const claims = new ApiFunction(this, 'TokenClaims', { functionName: 'token-claims', config });
    userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims.lambda, LambdaVersion.V2_0);
    const client = addClient(userPool);
    this.identity = {
      issuer: `https://${userPool.userPoolProviderName}`,
      audience: client.userPoolClientId,
      userPool: {
        userPoolId: userPool.userPoolId,
        clientId: client.userPoolClientId,
        endpoint: userPoolEndpoint(config),
      },
    };
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: client.userPoolClientId });
  }
}

/** One client for all our apps. It is public: whoever has an app could read a secret in it. */
function addClient(userPool: UserPool): UserPoolClient {
  return userPool.addClient('Client', {
    generateSecret: false,
    authFlows: { userPassword: true, userSrp: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: Duration.minutes(60),
    idTokenValidity: Duration.minutes(60),
    // A folder is kept in sync for months: a device that is lost is unlinked, which ends it at once.
    refreshTokenValidity: Duration.days(365),
  });
}
