import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnCollection, CfnSecurityPolicy } from 'aws-cdk-lib/aws-opensearchserverless';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';

export interface SearchCollectionProps {
  readonly config: DeploymentConfig;
}

/**
 * An OpenSearch Serverless collection, encrypted with a key of AWS's and reached by TLS alone. Whoever asks it needs a right in their role and a policy
 * of data (collection-access.ts); there is none for people, and no dashboard.
 * Everything in it can be made anew from the tables.
 */
export class SearchCollection extends Construct {
  readonly collection: CfnCollection;

  constructor(scope: Construct, id: string, { config }: SearchCollectionProps) {
    super(scope, id);
    const name = `syncline-${config.stage}`;
    const rules = [{ ResourceType: 'collection', Resource: [`collection/${name}`] }];
    const encryption = new CfnSecurityPolicy(this, 'Encryption', {
      name,
      type: 'encryption',
      policy: JSON.stringify({ Rules: rules, AWSOwnedKey: true }),
    });
    const network = new CfnSecurityPolicy(this, 'Network', {
      name,
      type: 'network',
      policy: JSON.stringify([{ Rules: rules, AllowFromPublic: true }]),
    });
    this.collection = new CfnCollection(this, 'Collection', {
      name,
      type: 'SEARCH',
      standbyReplicas: config.stage === 'prod' ? 'ENABLED' : 'DISABLED',
    });
    // A collection is made with the policies that there are for its name.
    this.collection.addResourceDependency(encryption);
    this.collection.addResourceDependency(network);
    this.collection.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }
}
