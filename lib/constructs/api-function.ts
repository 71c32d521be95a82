import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessStatements } from '../access-statements.ts';
import { withCode } from '../bundles.ts';
import type { DeploymentConfig } from '../config.ts';
import { functionEnvironment } from '../function-environment.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { type FunctionName, functions } from '../functions.ts';
import { logGroupName } from '../log-group-name.ts';
import type { Resources } from '../resources.ts';
import { CollectionAccess } from './collection-access.ts';

export interface ApiFunctionProps {
  readonly functionName: FunctionName;
  readonly config: DeploymentConfig;
  /** What it may be given of, by its entry in lib/functions.ts. @default nothing, for a function that needs nothing */
  readonly resources?: Resources;
  /** Of the function's role, where a policy elsewhere has to name it. @default one that CloudFormation makes */
  readonly roleName?: string;
}

/**
 * The one way to make a Lambda function: a bundled ES module on arm64, with a log group of its own, and a role of its own
 * whose whole permission stands in one inline policy.
 */
export class ApiFunction extends Construct {
  readonly lambda: LambdaFunction;
  private readonly policy = new PolicyDocument();

  constructor(scope: Construct, id: string, props: ApiFunctionProps) {
    super(scope, id);
    const { config, functionName, resources, roleName } = props;
    const spec: FunctionSpec = functions[functionName];
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: logGroupName(config.stage, functionName),
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.policy.addStatements(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      ...(resources ? accessStatements(spec.access, resources) : []),
    );
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Access: this.policy },
      ...(roleName === undefined ? {} : { roleName }),
    });
    const { searchIndex: access } = spec.access;
    const collection = resources?.search?.collection;
    if (access !== undefined && collection !== undefined) {
      const { name: collectionName } = collection;
      new CollectionAccess(this, 'Found', { config, collectionName, access, functionName, roleArn: role.roleArn });
    }
    this.lambda = withCode(
      this,
      functionName,
      (directory) =>
        new LambdaFunction(this, 'Function', {
          description: `Syncline: ${functionName}`,
          code: Code.fromAsset(directory),
          handler: 'index.handler',
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.ARM_64,
          memorySize: spec.memoryMiB,
          timeout: Duration.seconds(spec.timeoutSeconds),
          // Without policy updates no construct of the CDK can widen the role by the way.
          role: role.withoutPolicyUpdates(),
          logGroup,
          loggingFormat: LoggingFormat.JSON,
          applicationLogLevelV2: ApplicationLogLevel.INFO,
          systemLogLevelV2: SystemLogLevel.INFO,
          environment: {
            STAGE: config.stage,
            FUNCTION_NAME: functionName,
            ...(resources ? functionEnvironment(spec, resources) : {}),
          },
        }),
    );
  }

  /** Allows more than the table of functions says: for what an event source needs, where it is set up. */
  allow(...statements: readonly PolicyStatement[]): void {
    this.policy.addStatements(...statements);
  }
}
