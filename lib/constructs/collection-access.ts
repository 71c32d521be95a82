import { Stack } from 'aws-cdk-lib';
import { CfnAccessPolicy } from 'aws-cdk-lib/aws-opensearchserverless';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import type { Access } from '../function-spec.ts';

export interface CollectionAccessProps {
  readonly config: DeploymentConfig;
  readonly collectionName: string;
  readonly access: NonNullable<Access['searchIndex']>;
  /** Names the policy. */
  readonly functionName: string;
  readonly roleArn: string;
}

/** What a function may do in our indices of a collection. Source: Amazon OpenSearch Service Developer Guide, "Supported operations and plugins in Amazon OpenSearch Serverless". */
const PERMISSIONS = {
  read: ['aoss:ReadDocument'],
  fill: ['aoss:ReadDocument', 'aoss:WriteDocument'],
  write: ['aoss:ReadDocument', 'aoss:WriteDocument', 'aoss:DescribeIndex', 'aoss:CreateIndex', 'aoss:UpdateIndex'],
} as const;

/** Aliases belong to the collection. */
const ALIAS_PERMISSIONS = ['aoss:DescribeCollectionItems', 'aoss:CreateCollectionItems'];

/** Lets the role of one function do in a collection what its entry in lib/functions.ts says, and nothing beside it. */
export class CollectionAccess extends Construct {
  constructor(scope: Construct, id: string, props: CollectionAccessProps) {
    super(scope, id);
    const { config, collectionName, access, functionName, roleArn } = props;
    const indices = {
      ResourceType: 'index',
      Resource: [`index/${collectionName}/syncline-nodes*`],
      Permission: PERMISSIONS[access],
    };
    const aliases = {
      ResourceType: 'collection',
      Resource: [`collection/${collectionName}`],
      Permission: ALIAS_PERMISSIONS,
    };
    const policy = [{ Rules: access === 'write' ? [indices, aliases] : [indices], Principal: [roleArn] }];
    new CfnAccessPolicy(this, 'Policy', {
      name: `syncline-${config.stage}-${functionName}`,
      type: 'data',
      policy: Stack.of(this).toJsonString(policy),
    });
  }
}
