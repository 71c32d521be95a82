import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { DeploymentConfig } from './config.ts';
import type { TableName } from './function-spec.ts';

/** All that a function can be given. */
export interface Resources {
  readonly config: DeploymentConfig;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly sockets: Sockets;
  /** The queue of member pages; absent where nothing is pushed from. */
  readonly pushes?: Pushes;
  /** The queue of webhooks that are to be looked at; absent where nothing is followed from. */
  readonly deliveries?: Deliveries;
  /** The search index; absent where search is off. */
  readonly search?: Search;
  /** The keys of which a request must have one, separated by a comma; absent where the API answers everybody. */
  readonly originKeys?: string;
  /** Where contents are streamed, with a slash at its end; absent where nothing streams. */
  readonly streamUrl?: string;
}

/** Where everything lies that must outlive a deployment. */
export interface Storage {
  readonly tables: { readonly [table in TableName]: TableV2 };
  readonly bucket: Bucket;
  /** Where CloudFront hands out chunks and packs; absent where S3 does. */
  readonly contents?: Contents;
  /** Of the secret that signs cursors, page tokens, challenges and writer tags. */
  readonly keySecretArn: string;
}

/** The distribution in front of chunks and packs, as functions see it. */
export interface Contents {
  /** Without a slash at its end. */
  readonly url: string;
  /** Of the private key that signs. */
  readonly generation: number;
  /** Of its public key. */
  readonly keyId: string;
}

/** Whose tokens the API accepts. */
export interface Identity {
  readonly issuer: string;
  readonly audience: string;
  /** Absent when another issuer is configured. */
  readonly userPool?: { readonly userPoolId: string; readonly clientId: string; readonly endpoint: string };
}

/** The WebSocket API, as functions see it. */
export interface Sockets {
  /** What clients open. */
  readonly url: string;
  /** Where functions reach connections. */
  readonly endpoint: string;
  connectionsArn(method: 'POST' | 'DELETE'): string;
}

/** The queue of hints for namespaces with many members, as functions see it. */
export interface Pushes {
  readonly queueArn: string;
  readonly queueUrl: string;
}

/** The queue of webhooks that are to be looked at, as functions see it. */
export interface Deliveries {
  readonly queueArn: string;
  readonly queueUrl: string;
}

/** The search index, as functions see it. */
export interface Search {
  readonly endpoint: string;
  /** Absent where the engine is no domain of AWS. */
  readonly domainArn?: string;
  /** Absent where it is no serverless collection. */
  readonly collection?: { readonly name: string; readonly arn: string };
  /** Of the queue of what the index is to follow. */
  readonly queueArn: string;
  readonly queueUrl: string;
  /** The queue of contents whose words are to be read. */
  readonly contents: { readonly queueArn: string; readonly queueUrl: string };
}
