import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { ChunkBucket } from '../constructs/chunk-bucket.ts';
import { ContentEdge } from '../constructs/content-edge.ts';
import { dataKey } from '../constructs/data-key.ts';
import { DataTables } from '../constructs/data-tables.ts';
import type { Contents, Storage } from '../resources.ts';
import { stackSettings } from '../stack-settings.ts';

export interface StorageStackProps {
  readonly config: DeploymentConfig;
}

/** Everything that must outlive every other stack. Outside stage `local` it also outlives its own. */
export class StorageStack extends Stack implements Storage {
  readonly tables: Storage['tables'];
  readonly bucket: Storage['bucket'];
  readonly keySecretArn: string;
  readonly contents?: Contents;

  constructor(scope: Construct, id: string, { config }: StorageStackProps) {
    const durable = config.stage !== 'local';
    super(scope, id, { ...stackSettings(config, 'tables, chunks and keys'), terminationProtection: durable });
    const encryptionKey = dataKey(this, config);
    this.tables = new DataTables(this, 'Data', { durable, encryptionKey }).tables;
    this.bucket = new ChunkBucket(this, 'Chunks', { config, encryptionKey }).bucket;
    const keySecret = new Secret(this, 'KeySecret', {
      description: 'Signs cursors, page tokens, challenges and writer tags',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: durable ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
    });
    // `Ref` is the ARN in AWS and the name in the emulator; `Id` is the ARN in both.
    this.keySecretArn = (keySecret.node.defaultChild as CfnSecret).attrId;
    const { contents: options } = config.edge;
    if (options !== undefined) {
      const { bucket, keySecretArn } = this;
      this.contents = new ContentEdge(this, 'Contents', { config, options, bucket, keySecretArn });
    }
    new CfnOutput(this, 'BucketName', { value: this.bucket.bucketName });
    new CfnOutput(this, 'Region', { value: this.region });
    // For who looks after a deployment: npm run admin.
    new CfnOutput(this, 'AccountsTable', { value: this.tables.accounts.tableName });
    new CfnOutput(this, 'ChangesTable', { value: this.tables.changes.tableName });
    new CfnOutput(this, 'ChunksTable', { value: this.tables.chunks.tableName });
    new CfnOutput(this, 'FilesTable', { value: this.tables.files.tableName });
    new CfnOutput(this, 'SessionsTable', { value: this.tables.sessions.tableName });
  }
}
