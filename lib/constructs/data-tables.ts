import { assert } from '@syncline/protocol';
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  CfnGlobalTable,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  type TablePropsV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { TableName } from '../function-spec.ts';

export interface DataTablesProps {
  /** Whether the tables refuse to be deleted, outlive their stack and can be restored to any second of 35 days. */
  readonly durable: boolean;
  /** With which they are encrypted. @default a key of DynamoDB */
  readonly encryptionKey: IKey | undefined;
}

const partitionKey = { name: 'pk', type: AttributeType.STRING } as const;
const sortKey = { name: 'sk', type: AttributeType.STRING } as const;

/** The five tables of the data model, split as the access to them is split. */
export class DataTables extends Construct {
  readonly tables: { readonly [table in TableName]: TableV2 };

  constructor(scope: Construct, id: string, props: DataTablesProps) {
    super(scope, id);
    const table = (tableId: string, shape: Partial<TablePropsV2> = {}) => {
      const made = new TableV2(this, tableId, {
        partitionKey,
        sortKey,
        billing: Billing.onDemand(),
        encryption: TableEncryptionV2.dynamoOwnedKey(),
        timeToLiveAttribute: 'expiresAt',
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.durable },
        deletionProtection: props.durable,
        removalPolicy: props.durable ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        ...shape,
      });
      if (props.encryptionKey !== undefined) encrypt(made, props.encryptionKey);
      return made;
    };
    this.tables = {
      files: table('Files'),
      chunks: table('Chunks'),
      // The journal: sk is the sequence. Its stream is where pushes come from.
      changes: table('Changes', {
        sortKey: { name: 'sk', type: AttributeType.NUMBER },
        dynamoStream: StreamViewType.NEW_IMAGE,
      }),
      accounts: table('Accounts'),
      sessions: table('Sessions', {
        globalSecondaryIndexes: [
          {
            indexName: 'byAccount',
            partitionKey: { name: 'accountId', type: AttributeType.STRING },
            sortKey: partitionKey,
            projectionType: ProjectionType.ALL,
          },
        ],
      }),
    };
  }
}

/** CDK says so of a table with a region alone, which our stacks have not before they are deployed. */
function encrypt(table: TableV2, { keyArn }: IKey): void {
  const { defaultChild } = table.node;
  assert(defaultChild instanceof CfnGlobalTable, 'a table is made of one');
  defaultChild.addPropertyOverride('SSESpecification', { SSEEnabled: true, SSEType: 'KMS' });
  defaultChild.addPropertyOverride('Replicas.0.SSESpecification.KMSMasterKeyId', keyArn);
}
