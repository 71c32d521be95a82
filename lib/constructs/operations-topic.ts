import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface OperationsTopicProps {
  /** Who is told by mail; nobody when absent. AWS asks the address first. */
  readonly email: string | undefined;
}

/** Where alarms are told. Only alarms of this account may speak there, by TLS. */
export class OperationsTopic extends Construct {
  readonly topic: Topic;
  readonly action: IAlarmAction;

  constructor(scope: Construct, id: string, { email }: OperationsTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Syncline alarms', enforceSSL: true });
    const { topic } = this;
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        actions: ['sns:Publish'],
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': topic.stack.account } },
      }),
    );
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    this.action = new SnsAction(topic);
  }
}
