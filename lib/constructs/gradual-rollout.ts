import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, type IFunction, type IVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Stage } from '../config.ts';
import type { ApiFunction } from './api-function.ts';

export interface GradualRolloutProps {
  readonly stage: Stage;
  readonly httpApiId: string;
}

/** What requests go to. It names the version that answers them, or two of them while one takes over from the other. */
const ALIAS_NAME = 'live';
/** Share of requests that may fail while new code takes over, of at least so many in a minute. */
const FAILED_SHARE_MAX = 0.05;
const REQUESTS_MIN = 20;

/**
 * Lets new code of functions answer a tenth of their requests for five minutes, and then all of them. If too many requests of the API fail meanwhile, the code
 * before answers all of them again, at once, and the deployment ends as one that failed.
 *
 * Both versions answer at once for that time: each reads what the other writes (docs/decisions/0171-older-versions-are-kept-and-played.md).
 */
export class GradualRollout extends Construct {
  readonly #application: LambdaApplication;
  readonly #alarm: Alarm;
  readonly #role: Role;
  readonly #policy = new PolicyDocument();

  constructor(scope: Construct, id: string, { stage, httpApiId }: GradualRolloutProps) {
    super(scope, id);
    this.#application = new LambdaApplication(this, 'Application');
    this.#alarm = new Alarm(this, 'Alarm', {
      alarmName: `syncline-${stage}-RolloutFails`,
      alarmDescription: 'Of all requests more than a twentieth fail. docs/runbook.md, "RolloutFails", says what to do.',
      metric: failedShare(httpApiId),
      threshold: FAILED_SHARE_MAX,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.#policy.addStatements(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }));
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: { Access: this.#policy },
    });
  }

  /** Answers the alias by which a function is to be called. Its first deployment has nothing to take over from. */
  add({ node, lambda }: ApiFunction): IFunction {
    const alias = new Alias(this, node.id, { aliasName: ALIAS_NAME, version: lambda.currentVersion as IVersion });
    this.#policy.addStatements(
      new PolicyStatement({
        actions: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
        resources: [lambda.functionArn, `${lambda.functionArn}:${ALIAS_NAME}`],
      }),
    );
    new LambdaDeploymentGroup(this, `${node.id}Group`, {
      application: this.#application,
      alias,
      alarms: [this.#alarm],
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      // Without policy updates nothing widens the role by the way: AWS's own policy for it is one over all functions.
      role: this.#role.withoutPolicyUpdates(),
    });
    return alias as IFunction;
  }
}

function failedShare(httpApiId: string): MathExpression {
  const period = Duration.minutes(1);
  const of = (metricName: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: httpApiId },
      statistic: Stats.SUM,
      period,
    });
  return new MathExpression({
    expression: `IF(all >= ${REQUESTS_MIN}, FILL(bad, 0) / all, 0)`,
    usingMetrics: { all: of('Count'), bad: of('5xx') },
    period,
    label: 'requests that failed',
  });
}
