import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';
import { withWebApp } from '../web-bundle.ts';
import { ApiFunction } from './api-function.ts';

export interface WebSiteProps {
  readonly config: DeploymentConfig;
}

/** The built web app in a bucket that nobody but CloudFront reads, put there by a function of the deployment. */
export class WebSite extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config }: WebSiteProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // A bucket with files in it cannot be removed with its stack.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const publisher = new ApiFunction(this, 'Publisher', { functionName: 'site', config });
    publisher.allow(new PolicyStatement({ actions: ['s3:PutObject'], resources: [this.bucket.arnForObjects('*')] }));
    publisher.lambda.addEnvironment('SITE_BUCKET', this.bucket.bucketName);
    const layer = withWebApp(
      this,
      (directory) =>
        new LayerVersion(this, 'Files', {
          description: 'Syncline: the built web app',
          code: Code.fromAsset(directory),
          compatibleArchitectures: [Architecture.ARM_64],
        }),
    );
    publisher.lambda.addLayers(layer);
    const published = new CustomResource(this, 'Published', {
      resourceType: 'Custom::Site',
      serviceToken: publisher.lambda.functionArn,
      serviceTimeout: Duration.minutes(5),
      // Other files make another layer, and another layer another publication.
      properties: { files: layer.layerVersionArn },
    });
    published.node.addDependency(this.bucket);
  }
}
